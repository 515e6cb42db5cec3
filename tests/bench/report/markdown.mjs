// A run as Markdown: build/bench/bench.md.
import { engineOf, engines, titles } from '../engines.mjs';
import {
  isUnavailable,
  meanRatio,
  peakOf,
  ratio,
  summary,
  timedEngines,
  triedEngines,
} from '../results.mjs';
import { titleOf } from '../suite.mjs';
import { figure, megabytes, percent, table, times } from './format.mjs';

const round = (ms) => (ms === undefined ? '–' : ms.toFixed(0));
const isOurs = (id) => !engineOf(id).peer;

/** A table with a line for each model and a column for each of `ids`; `cell` gets a summary with times in it. */
function perModel(run, ids, cell, more = []) {
  const head = ['model', ...more.map((m) => m.head), ...ids];
  const rows = Object.entries(run.models).map(([name, model]) => [
    titleOf(name),
    ...more.map((m) => m.cell(model)),
    ...ids.map((id) => {
      const s = summary(model, id);
      if (!s) return '';
      return s.error || s.median === undefined ? 'fails' : cell(s, id);
    }),
  ]);
  return table(head, rows);
}

/** Our engines of one number of threads against each peer, and against the fastest. */
function ratios(run, ids, threads, key) {
  const here = ids.filter((id) => engineOf(id).threads === threads);
  const [mine, peers] = [here.filter(isOurs), here.filter((id) => !isOurs(id))];
  if (!mine.length || !peers.length) return '';
  const columns = mine.flatMap((id) => [
    { head: `${id} / fastest peer`, id, others: peers },
    ...(id === mine[0] ? peers.map((p) => ({ head: `${id} / ${p}`, id, others: [p] })) : []),
  ]);
  const rows = Object.entries(run.models).map(([name, model]) => [
    titleOf(name),
    ...columns.map(({ id, others }) => times(ratio(model, id, others, key))),
  ]);
  rows.push([
    '**geometric mean**',
    ...columns.map((c) => `**${times(meanRatio(run, c.id, c.others, key))}**`),
  ]);
  return table(['model', ...columns.map((c) => c.head)], rows);
}

/** Scripts and wasm of each engine, from the first page that has them. */
function runtimeBytes(run, ids) {
  const rows = ids.flatMap((id) => {
    const rounds = Object.values(run.models).flatMap((m) => m.rounds[id] ?? []);
    const sizes = rounds.find((r) => r?.sizes)?.sizes;
    return sizes ? [[id, megabytes(sizes.runtime.raw), megabytes(sizes.runtime.brotli)]] : [];
  });
  return table(['engine', 'raw', 'Brotli'], rows);
}

/** What our own engine says of its memory, against the weights as float32. */
function ourMemory(run) {
  const rows = Object.entries(run.models).flatMap(([name, model]) => {
    const id = Object.keys(model.rounds).find((i) => isOurs(i) && summary(model, i)?.memory);
    if (!id) return [];
    const { weights, activations, peak, wasm } = summary(model, id).memory;
    const parameters = model.flops?.parameters && 4 * model.flops.parameters;
    return [[titleOf(name), ...[parameters, weights, activations, peak, wasm].map(megabytes)]];
  });
  const head = ['model', 'parameters', 'weights', 'activations', 'peak of buffers', 'wasm memory'];
  return rows.length ? table(head, rows) : '';
}

function failures(run) {
  const lines = [];
  const add = (what, text) => lines.push(`- ${what}: ${text.replace(/\s+/g, ' ').slice(0, 500)}`);
  for (const [name, model] of Object.entries(run.models)) {
    for (const id of Object.keys(model.rounds)) {
      const s = summary(model, id);
      const wrong = s?.answer && !s.answer.right ? JSON.stringify(s.answer.outputs) : '';
      const log = s?.log?.length ? `[console: ${s.log.join(' | ')}]` : '';
      if (s?.error && !isUnavailable(s)) add(`${name}, ${id}`, `${s.error} ${wrong} ${log}`);
      else if (s?.failed && !s.error) add(`${name}, ${id}`, `${s.failed} rounds failed`);
    }
    for (const [kind, { note }] of Object.entries(model.conversions ?? {}))
      if (note) add(`${name}, conversion to ${kind}`, note);
  }
  return lines.join('\n') || 'None.';
}

export function conditions(run) {
  const { machine, versions, options } = run;
  const peers = ['litert', 'ort', 'tfjs'].map((k) => versions[k] && `${titles[k]} ${versions[k]}`);
  return [
    `${run.date.slice(0, 10)}; ${machine.cpu}, ${machine.cores} cores; Chromium ${versions.chromium}`,
    ...peers.filter(Boolean),
    `${options.rounds} rounds of ${options.budget} ms`,
    `peak of a thread ${figure(peakOf(run))} GFLOP/s (our micro-kernel at 384x384x384)`,
    `load average at the start ${machine.load.join(' ')}`,
  ].join('; ');
}

export function markdown(run) {
  const tried = triedEngines(run, engines);
  const ids = timedEngines(run, engines);
  const peak = peakOf(run);
  const { by = 'median' } = run.options;
  const mflop = {
    head: 'MFLOP',
    cell: (m) => (m.flops?.total === undefined ? '–' : (m.flops.total / 1e6).toFixed(1)),
  };
  const parts = [
    [
      'Milliseconds a run: median (min)',
      perModel(run, tried, (s) => `${figure(s.median)} (${figure(s.min)})`, [mflop]),
    ],
    ...[1, 2].map((n) => [
      `Speed-up over peers, ${n} thread${n > 1 ? 's' : ''}: median of the ratios of each round${by === 'min' ? ', fastest runs' : ''}`,
      ratios(run, ids, n, by),
    ]),
    [
      `GFLOP/s, and share of the peak of its threads${by === 'min' ? ', fastest runs' : ''}`,
      perModel(run, ids, (s, id) => {
        const gflops = s.flops && s.flops / s[by] / 1e6;
        const share = gflops / (peak * engineOf(id).threads);
        return gflops ? `${figure(gflops)} (${percent(share)})` : '–';
      }),
    ],
    [
      'From an empty page to the first answer, ms (scripts + load + first run)',
      perModel(
        run,
        ids,
        (s) =>
          `${figure(s.firstMs)} (${[s.importMs, s.loadMs, s.firstRunMs].map(round).join('+')})`,
      ),
    ],
    ['First answer: speed-up over peers, 1 thread', ratios(run, ids, 1, 'firstMs')],
    ['Wasm memory, MB', perModel(run, ids, (s) => megabytes(s.wasmBytes))],
    ['Our memory, MB', ourMemory(run)],
    ['Runtime: scripts and wasm, MB', runtimeBytes(run, ids)],
    [
      'Largest error against TensorFlow, over the largest output',
      perModel(run, ids, (s) => s.relativeError.toExponential(1)),
    ],
    ['Failures and remarks', failures(run)],
  ];
  const body = parts.filter(([, text]) => text).map(([title, text]) => `## ${title}\n\n${text}\n`);
  return `# Bench\n\n${conditions(run)}.\n\n${body.join('\n')}`;
}
