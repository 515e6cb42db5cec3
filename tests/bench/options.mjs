// The command line.
import { resolve } from 'node:path';
import { engines, enginesNamed } from './engines.mjs';
import { inRoot } from '../../tools/lib/run.mjs';

export const usage = `npm run bench -- [model...] [engine...] [--option=value...]

  engines    ${engines.map((e) => e.id).join(' ')}
             without "-1t" or "-2t": both; "peers": all but ours
  --rounds   how often each pair of model and engine is measured, in a fresh browser each (5)
  --budget   milliseconds of timed runs a round (1500)
  --runs     timed runs a round at the least (8)
  --threads  1 or 2: only engines with that many
  --load     JSON: further options for our load(), such as {"passesOff":["fuse"]}
  --by       median or min: what speed-ups and GFLOP/s are made from (median; min where the machine is not quiet)
  --out      folder for bench.json and bench.md (build/bench)
  --report   a bench.json: writes its tables again, measures nothing
  --readme   writes the README's section and chart
  --no-setup takes peers and models as they are`;

const numbers = new Set(['rounds', 'budget', 'runs', 'threads']);
const known = new Set([...numbers, 'load', 'by', 'out', 'report', 'readme', 'no-setup', 'help']);

/** `models` are all names there are. Throws with a sentence for a person. */
export function parseOptions(args, models, suite) {
  const cwd = process.env.INIT_CWD ?? process.cwd();
  const options = {
    rounds: 5,
    budget: 1500,
    runs: 8,
    by: 'median',
    out: inRoot('build/bench'),
    load: {},
  };
  const wantedModels = [];
  let wantedEngines = [];
  for (const arg of args) {
    const [, key, value] = /^--([\w-]+)(?:=(.*))?$/.exec(arg) ?? [];
    if (key) {
      if (!known.has(key)) throw new Error(`no option --${key}`);
      if (numbers.has(key) && !(Number(value) > 0)) throw new Error(`--${key} wants a number`);
      if (key === 'load') options.load = JSON.parse(value);
      else if (key === 'by' && !['median', 'min'].includes(value))
        throw new Error('--by wants median or min');
      else if (key === 'out' || key === 'report') options[key] = resolve(cwd, value);
      else options[key] = numbers.has(key) ? Number(value) : (value ?? true);
    } else if (models.includes(arg)) wantedModels.push(arg);
    else if (enginesNamed(arg).length) wantedEngines.push(...enginesNamed(arg));
    else throw new Error(`no model or engine ${arg}; the models are ${models.join(' ')}`);
  }
  if (!wantedEngines.length) wantedEngines = engines;
  const inOrder = [...suite, ...models.filter((m) => !suite.includes(m))];
  options.models = wantedModels.length ? inOrder.filter((m) => wantedModels.includes(m)) : suite;
  options.engines = engines.filter(
    (e) => wantedEngines.includes(e) && (!options.threads || e.threads === options.threads),
  );
  return options;
}
