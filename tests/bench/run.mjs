// npm run bench: our engine and its peers on the models of the suite, in Chromium. --help tells the options.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { browserVersion, measure } from './browser.mjs';
import { downloadSizes } from './bytes.mjs';
import { machine } from './machine.mjs';
import { parseOptions, usage } from './options.mjs';
import { updateReadme } from './report/readme.mjs';
import { markdown } from './report/markdown.mjs';
import { isUnavailable, roundOf } from './results.mjs';
import { serveBench } from './server.mjs';
import { say } from './setup/cache.mjs';
import { conversionOf, manifestOf, setUpModels, zooNames } from './setup/models.mjs';
import { peerVersions, setUpPeers } from './setup/peers.mjs';
import { setUpPeak } from './setup/peak.mjs';
import { suite } from './suite.mjs';

function setUp({ models, engines, 'no-setup': asItIs }) {
  setUpPeak({ rebuild: !asItIs });
  if (asItIs) return;
  if (engines.some((e) => e.peer)) setUpPeers();
  const kinds = new Set(engines.filter((e) => e.peer).map((e) => e.needs));
  setUpModels(models, [...kinds]);
}

function newRun({ models, engines: _, report: _1, ...options }) {
  const run = {
    date: new Date().toISOString(),
    machine: machine(),
    versions: { chromium: browserVersion(), ...peerVersions() },
    options,
    models: {},
  };
  for (const model of models) {
    const { flops, ...conversions } = conversionOf(model);
    run.models[model] = { flops, conversions, rounds: {} };
  }
  return run;
}

function write(run, folder) {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'bench.json'), JSON.stringify(run, null, 1));
  writeFileSync(join(folder, 'bench.md'), markdown(run));
}

/** One measurement, with the size of what it downloaded. */
async function measureOne(server, model, engine, options) {
  const conversion = conversionOf(model)[engine.needs];
  if (engine.peer && !conversion?.ok)
    return { error: `no ${engine.needs} model: ${conversion?.error ?? 'not converted'}` };
  const load = { ...engine.load, ...(engine.peer ? {} : options.load) };
  const { budget, runs } = options;
  const { downloads, ...round } = roundOf(
    await measure(server, { model, engine, load, budget, runs }),
  );
  return { ...round, sizes: downloads && downloadSizes(downloads) };
}

const line = (round) =>
  round.median === undefined
    ? `FAILED ${round.error} ${round.answer ? JSON.stringify(round.answer.outputs) : ''}`
    : `${round.median.toFixed(3)} ms (min ${round.min.toFixed(3)}, n ${round.n}), first ${round.firstMs.toFixed(0)} ms, ` +
      `error ${round.answer.error.toExponential(1)}, peak ${round.peakGflops.toFixed(1)}, cores ${round.coresBusy}`;

/** Engines of one model one after another, before the next model; each round begins with another one. */
async function allRounds(run, options) {
  const server = await serveBench();
  const { engines, models, rounds } = options;
  const unavailable = new Set();
  for (let round = 0; round < rounds; round++)
    for (const model of models)
      for (let i = 0; i < engines.length; i++) {
        const engine = engines[(i + round) % engines.length];
        const done = (run.models[model].rounds[engine.id] ??= []);
        // What has failed fails again: a gap keeps the rounds side by side.
        if (done[0]?.error || unavailable.has(engine.id)) continue;
        done[round] = await measureOne(server, model, engine, options);
        if (isUnavailable(done[round])) unavailable.add(engine.id);
        say(`${round + 1}/${rounds} ${model} ${engine.id}: ${line(done[round])}`);
        write(run, options.out);
      }
  await server.close();
}

const args = process.argv.slice(2);
let options;
try {
  options = parseOptions(args, zooNames(), suite);
} catch (error) {
  console.error(`${error.message}\n\n${usage}`);
  process.exit(2);
}
if (options.help) console.log(usage);
else if (options.report) {
  const run = JSON.parse(readFileSync(options.report, 'utf8'));
  run.options.by = options.by;
  write(run, options.out);
  if (options.readme) updateReadme(run);
} else {
  setUp(options);
  options.models = options.models.filter((m) => manifestOf(m) || say(`${m}: not made, left out`));
  const run = newRun(options);
  await allRounds(run, options);
  console.log(markdown(run));
  console.log(join(options.out, 'bench.md'));
  if (options.readme) updateReadme(run);
}
