// One engine and one model in a fresh page: first answer, check, steady state, yardstick. The host calls `bench.*`.
import { wasmBytes } from './memory.mjs';
import { compare } from './compare.mjs';
import { readInputs } from './inputs.mjs';
import { peakGflops } from './peak.mjs';
import { sample } from './sample.mjs';

const state = {};

globalThis.bench = {
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
