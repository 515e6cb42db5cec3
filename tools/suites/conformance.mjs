// The models of tests/fixtures against TensorFlow's answers: the package in Node, and the native build under
// AddressSanitizer and UndefinedBehaviorSanitizer.
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { dirname, relative } from 'node:path';
import { capture, cmakeBuild, exists, inRoot } from '../lib/run.mjs';
import { sanitizers } from './native.mjs';

const fixtures = inRoot('tests/fixtures');
/** Rows, by their folder, that need what is not there yet. One that no longer does leaves the list, so that it cannot come back. */
const notYet = 'tests/conformance/not_yet.json';

async function runRows(title, command, args, env) {
  const report = `build/results/conformance-${title}.json`;
  rmSync(inRoot(report), { force: true });
  const { output } = await capture(command, [...args, fixtures, '--json', inRoot(report)], {
    timeoutMs: 1_200_000,
    env: { ...process.env, ...env },
  });
  if (!exists(report)) {
    console.log(output);
    return { passed: 0, failed: 1 };
  }
  const { rows } = JSON.parse(readFileSync(inRoot(report), 'utf8'));
  const listed = new Set(JSON.parse(readFileSync(inRoot(notYet), 'utf8')));
  const total = { passed: 0, failed: 0 };
  for (const { path, passed, failed, crashed, unsupported, first } of rows) {
    const name = relative(fixtures, dirname(path));
    const surprise = listed.has(name) ? !unsupported : unsupported;
    if (failed || crashed || surprise)
      console.log(`FAILED ${title}: ${name}: ${first || `passes, and is still in ${notYet}`}`);
    total.passed += passed;
    total.failed += failed + crashed + (surprise ? 1 : 0);
  }
  if (!total.passed) total.failed++;
  console.log(`${title}: ${total.passed} passed, ${total.failed} failed`);
  return total;
}

export const name = 'conformance';
export async function runSuite() {
  mkdirSync(inRoot('build/results'), { recursive: true });
  cmakeBuild('asan', ['conformance_native']);
  const all = [
    await runRows('package', process.execPath, [inRoot('tests/conformance/run.mjs')]),
    await runRows('sanitized', inRoot('build/asan/conformance_native'), [], sanitizers),
  ];
  return {
    passed: all.reduce((n, { passed }) => n + passed, 0),
    failed: all.reduce((n, { failed }) => n + failed, 0),
  };
}
