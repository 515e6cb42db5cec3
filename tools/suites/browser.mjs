// Chromium over the built page and the built package. tests/browser/run.mjs takes `--json FILE` and writes
// { passed, failed } there.
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { capture, exists, inRoot } from '../lib/run.mjs';

const report = 'build/results/browser.json';

export const name = 'browser';
export async function runSuite() {
  if (!exists('tests/browser/run.mjs')) return { passed: 0, failed: 0 };
  mkdirSync(inRoot('build/results'), { recursive: true });
  rmSync(inRoot(report), { force: true });
  const { ok, output } = await capture(
    process.execPath,
    [inRoot('tests/browser/run.mjs'), '--json', inRoot(report)],
    { timeoutMs: 1_200_000 },
  );
  console.log(output.trimEnd());
  if (!exists(report)) return { passed: 0, failed: 1 };
  const { passed, failed } = JSON.parse(readFileSync(inRoot(report), 'utf8'));
  return { passed, failed: ok ? failed : Math.max(1, failed) };
}
