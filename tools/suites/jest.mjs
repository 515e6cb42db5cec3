// Jest in Node, over the package as built.
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { capture, exists, inRoot, sourceFiles } from '../lib/run.mjs';

const report = 'build/results/jest.json';

export const name = 'jest';
export async function runSuite() {
  if (!sourceFiles('tests/js/*.test.mjs').length) return { passed: 0, failed: 0 };
  mkdirSync(inRoot('build/results'), { recursive: true });
  rmSync(inRoot(report), { force: true });
  const { ok, output } = await capture(
    process.execPath,
    [
      '--experimental-vm-modules',
      '--no-warnings',
      inRoot('node_modules/jest/bin/jest.js'),
      '--json',
      `--outputFile=${inRoot(report)}`,
    ],
    { timeoutMs: 1_200_000 },
  );
  if (!exists(report)) {
    console.log(output);
    return { passed: 0, failed: 1 };
  }
  const result = JSON.parse(readFileSync(inRoot(report), 'utf8'));
  for (const file of result.testResults.filter((r) => r.status === 'failed'))
    console.log(file.message);
  // A file that does not even load has no failed test of its own.
  const failed = result.numFailedTests + result.numRuntimeErrorTestSuites;
  return { passed: result.numPassedTests, failed: ok ? failed : Math.max(1, failed) };
}
