// The gtest binaries, under AddressSanitizer and UndefinedBehaviorSanitizer.
import { mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { capture, cmakeBuild, exists, inRoot } from '../lib/run.mjs';

export const sanitizers = {
  ASAN_OPTIONS: 'allocator_may_return_null=1',
  UBSAN_OPTIONS: 'print_stacktrace=1',
};

/** { passed, failed } of gtest's JSON; a binary that died without writing it counts as one failure. */
function readCounts(report) {
  const counts = { passed: 0, failed: 0 };
  if (!exists(report)) return { passed: 0, failed: 1 };
  for (const suite of JSON.parse(readFileSync(inRoot(report), 'utf8')).testsuites)
    for (const test of suite.testsuite) {
      if (test.failures?.length) counts.failed++;
      else if (test.result === 'COMPLETED') counts.passed++;
    }
  return counts;
}

async function runBinary(binary) {
  const report = `build/results/${binary}.json`;
  rmSync(inRoot(report), { force: true });
  const { ok, output } = await capture(
    inRoot('build/asan/tests', binary),
    [`--gtest_output=json:${inRoot(report)}`, '--gtest_brief=1'],
    { timeoutMs: 600_000, env: { ...process.env, ...sanitizers } },
  );
  const counts = readCounts(report);
  if (!ok && !counts.failed) counts.failed = 1;
  console.log(
    `${counts.failed ? 'FAILED' : 'ok    '} ${binary}: ${counts.passed} passed, ${counts.failed} failed`,
  );
  if (!ok) console.log(output.slice(-20_000));
  return counts;
}

export const name = 'native';
export async function runSuite() {
  if (!exists('tests/native')) return { passed: 0, failed: 0 };
  mkdirSync(inRoot('build/results'), { recursive: true });
  const total = { passed: 0, failed: 0 };
  try {
    cmakeBuild('asan', ['-k', '0']);
  } catch (error) {
    // What did build is still tested.
    console.log(error.message);
    total.failed++;
  }
  const rooms = readdirSync(inRoot('tests/native'));
  const binaries = rooms.map((room) => `test_${room}`).filter((b) => exists('build/asan/tests', b));
  const worker = async () => {
    for (let binary; (binary = binaries.shift());) {
      const { passed, failed } = await runBinary(binary);
      total.passed += passed;
      total.failed += failed;
    }
  };
  await Promise.all(Array.from({ length: availableParallelism() }, worker));
  return total;
}
