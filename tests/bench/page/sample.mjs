// Times of a run in steady state.
const warmUps = 3;
/** Batches are at least this long: the browser's clock ticks every 5 microseconds. */
const grainMs = 1;
const mostSamples = 2000;
/** A slow engine is let off with three runs after that long. */
const mostMs = 20_000;

async function time(run, times) {
  const start = performance.now();
  for (let i = 0; i < times; i++) await run();
  return (performance.now() - start) / times;
}

/** { samples: ms per run, batch: runs timed together } */
export async function sample(run, { budget, runs }) {
  for (let i = 0; i < warmUps; i++) await run();
  let one = await time(run, 1);
  if (one < grainMs) one = await time(run, 50);
  const batch = Math.max(1, Math.ceil(grainMs / Math.max(one, 1e-3)));
  const samples = [];
  const start = performance.now();
  const spent = () => performance.now() - start;
  while (samples.length < runs || (spent() < budget && samples.length < mostSamples)) {
    if (samples.length >= 3 && spent() > mostMs) break;
    samples.push(await time(run, batch));
  }
  return { samples, batch };
}
