// The zoo: SavedModels by zoo/make_zoo.py, the same for the peers by zoo/convert.py.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { spawnSync } from 'node:child_process';
import { inRoot } from '../../../tools/lib/run.mjs';
import { say, zoo } from './cache.mjs';

const scripts = inRoot('tests/bench/zoo');

/** All names that make_zoo.py knows. */
export function zooNames() {
  const source = readFileSync(join(scripts, 'make_zoo.py'), 'utf8');
  return [.../ORDER = \[([^\]]*)\]/.exec(source)[1].matchAll(/'(\w+)'/g)].map(([, name]) => name);
}

const readJson = (path) => (existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')) : undefined);
export const manifestOf = (model) => readJson(join(zoo, model, 'manifest.json'));
/** Sizes, or the converter's error, by kind; and FLOPs. */
export const conversionOf = (model) => readJson(join(zoo, model, 'convert.json')) ?? {};

/** A script may fail for one model: the others are timed all the same. */
function python(script, ...args) {
  say(`${script} ${args.join(' ')}`);
  const { status, error } = spawnSync('python3', [join(scripts, script), ...args], {
    stdio: ['ignore', 'inherit', 'inherit'],
    env: { ...process.env, ZOO: zoo },
  });
  if (error) throw error;
  if (status) say(`${script}: exit status ${status}`);
}

/** Makes and converts what is missing. A conversion that failed is not tried again. */
export function setUpModels(models, kinds) {
  const absent = models.filter((m) => !manifestOf(m));
  if (absent.length) python('make_zoo.py', ...absent);
  for (const model of models) {
    const done = conversionOf(model);
    const wanted = ['flops', ...kinds].filter((kind) => !done[kind]);
    if (wanted.length) python('convert.py', model, ...wanted);
  }
}
