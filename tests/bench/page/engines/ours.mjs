// The package as built. `load.variant` other than the one that load() would pick itself is forced on it; everything
// else in `load` is passed on.
import { capabilities, load, tensor } from '/dist/index.mjs';

/** Throws "unavailable: why" where this build or this page has not that many threads. */
async function demandThreads(threads) {
  const { threads: most, reasons } = await capabilities();
  if (most < threads) throw new Error(`unavailable: ${reasons.join('; ')}`);
}

export async function open(folder, { threads, load: { variant, ...options } }) {
  if (threads > 1) await demandThreads(threads);
  const simd = `core-${variant}`;
  const forced = variant === 'relaxed' ? {} : { wasm: { [simd]: `/dist/smw-${simd}.wasm` } };
  const model = await load(`${folder}saved_model/`, { ...options, ...forced, threads });
  const call = model.signatures.serving_default;
  return {
    async run(inputs) {
      const feed = {};
      for (const name in inputs) {
        const { data, shape, dtype } = inputs[name];
        feed[name] = tensor(data, shape, dtype);
      }
      const outputs = await call(feed);
      const result = {};
      for (const name in outputs) result[name] = outputs[name].data;
      return result;
    },
    memory: () => model.memory(),
  };
}
