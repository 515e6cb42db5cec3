// npm run conformance -- DIR|FILE ... : cases made by TensorFlow on the package as built, in Node.
//   --native         on the native build instead
//   --variant V      such as core-strict; default: what the package picks
//   --threads N      of each model; default 1
//   --only A,B       rows of these names
//   --list FILE      rows of the names in the file
//   --json FILE      the report as JSON
//   --jobs N         processes at a time
//   --seconds N      time limit of a case; models get six times that
//   -v               every case that does not pass
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { findCases } from './js/find.mjs';
import { runRows } from './js/pool.mjs';
import { Row, summary, toJson } from './js/report.mjs';

const root = dirname(dirname(import.meta.dirname));
const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    native: { type: 'boolean' },
    variant: { type: 'string' },
    threads: { type: 'string', default: '1' },
    only: { type: 'string', multiple: true, default: [] },
    list: { type: 'string', multiple: true, default: [] },
    json: { type: 'string' },
    jobs: { type: 'string', default: String(Math.min(4, availableParallelism())) },
    seconds: { type: 'string', default: '30' },
    dist: { type: 'string', default: join(root, 'dist') },
    verbose: { type: 'boolean', short: 'v' },
  },
});
if (!positionals.length) {
  console.error(
    'usage: npm run conformance -- DIR|FILE ... [--native] [--variant V] [--json FILE]',
  );
  process.exit(2);
}

async function runNative() {
  const { cmakeBuild } = await import('../../tools/lib/run.mjs');
  cmakeBuild('native', ['conformance_native']);
  const pass = ['json', 'seconds'].flatMap((o) => (options[o] ? [`--${o}`, options[o]] : []));
  for (const o of ['only', 'list']) for (const v of options[o]) pass.push(`--${o}`, v);
  if (options.verbose) pass.push('-v');
  const program = join(root, 'build/native/conformance_native');
  return spawnSync(program, [...positionals, ...pass], { stdio: 'inherit' }).status ?? 1;
}

async function runPackage() {
  const names = [...options.only, ...options.list.map((f) => readFileSync(f, 'utf8'))]
    .join(' ')
    .split(/[\s,]+/)
    .filter(Boolean);
  const rows = positionals
    .flatMap((p) => findCases(resolve(p)))
    .filter((r) => !names.length || names.includes(r.name))
    .map((r) => new Row(r.kind, r.name, r.path, options.verbose));
  // Long rows first would be quicker, but the order of the folder is easier to read.
  await runRows(rows, {
    jobs: Math.max(1, Number(options.jobs)),
    seconds: Number(options.seconds),
    args: [resolve(options.dist), options.threads, ...(options.variant ? [options.variant] : [])],
    finished: (row) => console.log(String(row)),
  });
  console.log(summary(rows));
  if (options.json) writeFileSync(options.json, toJson(rows));
  return rows.some((r) => r.failed || r.unsupported || r.crashed) ? 1 : 0;
}

process.exitCode = options.native ? await runNative() : await runPackage();
