// npm test: set up, build, run every suite. The last line is "N passed, N failed".
//   --ci          the checks of sources and sizes too; a failed check counts as one failure
//   --only a,b    some suites only (native, fuzz, jest, conformance, browser)
import { mkdirSync, writeFileSync } from 'node:fs';
import { build } from './build.mjs';
import { runChecks, sourceChecks } from './check.mjs';
import * as size from './check/size.mjs';
import { inRoot, setup } from './lib/run.mjs';
import { printSlowest } from './lib/slowest.mjs';
import * as browser from './suites/browser.mjs';
import * as conformance from './suites/conformance.mjs';
import * as fuzz from './suites/fuzz.mjs';
import * as jest from './suites/jest.mjs';
import * as native from './suites/native.mjs';

const args = process.argv.slice(2);
const ci = args.includes('--ci');
const only = args.includes('--only') ? args[args.indexOf('--only') + 1].split(',') : null;
const total = { passed: 0, failed: 0 };

/** A step that throws is a failure, and the steps after it still run. */
async function step(title, body) {
  const start = Date.now();
  console.log(`\n== ${title}`);
  let counts;
  try {
    counts = await body();
  } catch (error) {
    console.log(String(error?.stack ?? error));
    counts = { passed: 0, failed: 1 };
  }
  total.passed += counts?.passed ?? 0;
  total.failed += counts?.failed ?? 0;
  const seconds = ((Date.now() - start) / 1000).toFixed(0);
  console.log(
    `== ${title}: ${counts ? `${counts.passed} passed, ${counts.failed} failed, ` : ''}${seconds} s`,
  );
}
const failures = (names) => ({ passed: 0, failed: names.length });
const wanted = (suite) => !only || only.includes(suite.name);

setup();
if (ci) await step('checks', async () => failures(await runChecks(sourceChecks)));
if (wanted(native)) await step('native', native.runSuite);
if (wanted(fuzz)) await step('fuzz', fuzz.runSuite);
if (wanted(jest) || wanted(conformance) || wanted(browser)) {
  await step('build', build);
  if (ci) await step('sizes', async () => failures(await runChecks([size])));
  if (wanted(jest)) await step('jest', jest.runSuite);
  if (wanted(conformance)) await step('conformance', conformance.runSuite);
  if (wanted(browser)) await step('browser', browser.runSuite);
}
if (ci) printSlowest(['asan', 'wasm']);

mkdirSync(inRoot('build/results'), { recursive: true });
writeFileSync(inRoot('build/results/summary.json'), JSON.stringify(total));
console.log(`\n${total.passed} passed, ${total.failed} failed`);
process.exitCode = total.failed ? 1 : 0;
