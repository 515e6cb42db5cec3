// From the rounds of a run to figures. A run is
//   { date, machine, versions, options, models: { [model]: { flops, conversions, rounds: { [engine id]: Round[] } } } }
// where Round is what browser.mjs gives, with `median`, `min` and `n` in place of its samples; round i of one
// engine was measured right beside round i of the others.
import { geometricMean, median, minimum } from './statistics.mjs';

/** What is kept of one measurement. */
export function roundOf({ samples, downloads, ...rest }) {
  if (!samples) return { ...rest, error: rest.error ?? 'no samples' };
  return { ...rest, downloads, median: median(samples), min: minimum(samples), n: samples.length };
}

/** The engine is not there at all, such as threads in a build without: no failure. */
export const isUnavailable = (round) => /unavailable: /.test(round?.error ?? '');

const timed = (rounds = []) => rounds.filter((r) => r.median !== undefined);

/**
 * The yardstick of a run in GFLOP/s for one thread: the best reading of all pages, since other programs can only
 * lower one. Undefined where nothing was measured.
 */
export const peakOf = (run) =>
  Object.values(run.models)
    .flatMap((m) => Object.values(m.rounds).flat())
    .reduce((most, r) => (r?.peakGflops > (most ?? 0) ? r.peakGflops : most), undefined);

/** One engine on one model: { median, min, ... }, or { error }, or undefined where it was not tried. */
export function summary({ rounds, flops }, id) {
  const all = rounds[id];
  if (!all?.length) return undefined;
  const good = timed(all);
  const failed = all.length - good.length;
  if (!good.length) return { error: all[0].error, answer: all[0].answer, log: all[0].log, failed };
  const of = (key) => median(good.map((r) => r[key]).filter((v) => v !== undefined));
  return {
    median: of('median'),
    min: minimum(good.map((r) => r.min)),
    firstMs: of('firstMs'),
    importMs: of('importMs'),
    loadMs: of('loadMs'),
    firstRunMs: of('firstRunMs'),
    wasmBytes: of('wasmBytes'),
    memory: good.at(-1).memory,
    flops: flops?.total || undefined,
    error: undefined,
    relativeError: Math.max(...good.map((r) => r.answer.error)),
    rounds: good.length,
    failed,
  };
}

/**
 * How many times as fast `id` is as the fastest of `others`, in `key` ('median', 'min' or 'firstMs'): the median of the
 * ratios of each round. Undefined where one of the two sides has no figure.
 */
export function ratio({ rounds }, id, others, key = 'median') {
  const pairs = (rounds[id] ?? []).flatMap((mine, i) => {
    const theirs = others.map((o) => rounds[o]?.[i]?.[key]).filter((v) => v !== undefined);
    return mine[key] === undefined || !theirs.length ? [] : [Math.min(...theirs) / mine[key]];
  });
  return median(pairs);
}

/** The geometric mean of `ratio` over the models that have one. */
export const meanRatio = (run, id, others, key) =>
  geometricMean(
    Object.values(run.models)
      .map((m) => ratio(m, id, others, key))
      .filter((r) => r !== undefined),
  );

/** Engines that have a figure for some model, in the order of engines.mjs. */
export function timedEngines(run, all) {
  const some = (id) => Object.values(run.models).some((m) => timed(m.rounds[id]).length);
  return all.map((e) => e.id).filter(some);
}

/** Tried engines, in the same order: those that only fail are in the tables, too, unless they are not there at all. */
export function triedEngines(run, all) {
  const there = (rounds = []) => rounds.some((r) => !isUnavailable(r));
  const some = (id) => Object.values(run.models).some((m) => there(m.rounds[id]));
  return all.map((e) => e.id).filter(some);
}
