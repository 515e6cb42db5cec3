// libFuzzer over tests/fuzz, each target for a few seconds from the fixtures: FUZZ_SECONDS, default 10. A target that
// crashes, leaks, hangs or takes too much memory is a failure; the input that did it stays in build/fuzz/found.
import { mkdirSync, readdirSync } from 'node:fs';
import { basename } from 'node:path';
import { capture, cmakeBuild, inRoot } from '../lib/run.mjs';
import { writeSeeds } from './fuzz_seeds.mjs';

const seconds = Number(process.env.FUZZ_SECONDS ?? 10);
const found = inRoot('build/fuzz/found');
const env = {
  ...process.env,
  // As in WebAssembly: an allocation that is too large gives null.
  ASAN_OPTIONS: 'allocator_may_return_null=1',
  UBSAN_OPTIONS: 'print_stacktrace=1',
};

async function fuzz(target) {
  const corpus = inRoot('build/fuzz/corpus', target);
  mkdirSync(corpus, { recursive: true });
  const { ok, output } = await capture(
    inRoot(`build/asan/bin/fuzz_${target}`),
    [
      // The first folder takes what is new.
      corpus,
      writeSeeds(target),
      `-max_total_time=${seconds}`,
      '-timeout=20',
      '-rss_limit_mb=2048',
      '-max_len=65536',
      '-use_value_profile=0',
      `-artifact_prefix=${found}/${target}-`,
    ],
    { timeoutMs: (seconds + 120) * 1000, env },
  );
  const runs = /Done (\d+) runs/.exec(output)?.[1];
  console.log(`${ok ? 'ok    ' : 'FAILED'} fuzz_${target}: ${runs ?? '?'} runs`);
  if (!ok) console.log(output.slice(-20_000));
  return ok && Number(runs) > 0;
}

export const name = 'fuzz';
export async function runSuite() {
  const targets = readdirSync(inRoot('tests/fuzz'))
    .filter((file) => file.endsWith('.cc'))
    .map((file) => basename(file, '.cc'));
  cmakeBuild(
    'asan',
    targets.map((target) => `fuzz_${target}`),
  );
  mkdirSync(found, { recursive: true });
  const total = { passed: 0, failed: 0 };
  for (const target of targets) total[(await fuzz(target)) ? 'passed' : 'failed']++;
  if (total.failed) console.log(`inputs that failed: ${readdirSync(found).join(', ')}`);
  return total;
}

if (import.meta.filename === process.argv[1]) process.exitCode = (await runSuite()).failed ? 1 : 0;
