// npm run check: everything that can be told from the sources. Prints what is wrong, and how many checks failed.
import * as clangFormat from './check/clang_format.mjs';
import * as docs from './check/docs.mjs';
import * as includes from './check/includes.mjs';
import { checks as javascript } from './check/javascript.mjs';
import * as lengths from './check/lengths.mjs';
import * as sizes from './check/sizes.mjs';
import { setup } from './lib/run.mjs';

/** Runs checks; resolves to the names of those that failed. */
export async function runChecks(checks) {
  const failed = [];
  for (const { name, check } of checks) {
    const problems = await check();
    console.log(`${problems.length ? 'FAILED' : 'ok    '} ${name}`);
    for (const problem of problems) console.log(`  ${problem}`);
    if (problems.length) failed.push(name);
  }
  return failed;
}

export const sourceChecks = [includes, lengths, sizes, clangFormat, ...javascript, docs];

if (import.meta.filename === process.argv[1]) {
  setup();
  process.exitCode = (await runChecks(sourceChecks)).length ? 1 : 0;
}
