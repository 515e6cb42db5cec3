// One engine and one model in a fresh page: first answer, check, steady state, yardstick. The address says which; what
// each stage found is posted.
import { wasmBytes } from './memory.mjs';
import { compare } from './compare.mjs';
import { readInputs } from './inputs.mjs';
import { peakGflops } from './peak.mjs';
import { sample } from './sample.mjs';

const state = {};

const stages = {
  /** Everything that is no part of what is timed. */
  async prepare({ model }) {
    Object.assign(state, await readInputs(`/zoo/${model}/`));
  },

  /** From an empty page to the first answer: scripts, wasm, model, one run. */
  async first({ model, engine, load }) {
    const { manifest, inputs, expected } = state;
    const start = performance.now();
    const { open } = await import(`./engines/${engine.script}.mjs`);
    const imported = performance.now();
    const options = { threads: engine.threads, manifest, load };
    state.engine = await open(`/zoo/${model}/`, options);
    const loaded = performance.now();
    const outputs = await state.engine.run(inputs);
    const end = performance.now();
    const answer = compare(outputs, expected, engine.tolerance);
    return {
      firstMs: end - start,
      importMs: imported - start,
      loadMs: loaded - imported,
      firstRunMs: end - loaded,
      answer,
    };
  },

  /** Copying inputs in and outputs out is a part of every run. */
  async steady({ budget, runs, engine }) {
    const { engine: opened, inputs, expected } = state;
    const samples = await sample(() => opened.run(inputs), { budget, runs });
    // A second look: still right after many runs.
    const answer = compare(await opened.run(inputs), expected, engine.tolerance);
    const memory = await opened.memory?.();
    return {
      ...samples,
      answer,
      memory,
      wasmBytes: memory?.wasm ?? wasmBytes(),
      info: opened.info,
      peakGflops: await peakGflops(),
    };
  },
};

/** A browser that has just started is busy with itself. */
const settle = () => new Promise((done) => setTimeout(done, 1500));

const log = [];
addEventListener('error', (e) => log.push(String(e.message).slice(0, 300)));
addEventListener('unhandledrejection', (e) => log.push(String(e.reason).slice(0, 300)));
const { error: toConsole } = console;
console.error = (...args) => {
  const text = args.join(' ');
  if (!/INFO:|WARNING:|WebGPU/.test(text)) log.push(text.slice(0, 300));
  toConsole(...args);
};

const report = (what) =>
  fetch('/report', { method: 'POST', body: JSON.stringify({ ...what, log: log.splice(0) }) });

const request = JSON.parse(decodeURIComponent(location.hash.slice(1)));
try {
  for (const name in stages) {
    const found = await stages[name](request);
    await report({ found });
    if (name === 'prepare') await settle();
  }
} catch (error) {
  await report({ error: String(error?.message ?? error) });
}
