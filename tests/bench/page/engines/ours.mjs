// The package as built. `load` picks the variant and the worker, and passes other options of load() on.
import { capabilities, load, tensor } from '/dist/index.mjs';

export async function open(folder, { threads, load: { variant, ...options } }) {
  if (threads > 1) {
    const { threads: most, reasons } = await capabilities();
    if (most < threads) throw new Error(`unavailable: ${reasons.join('; ')}`);
  }
  const model = await load(`${folder}saved_model/`, {
    ...options,
    threads,
    wasm: { [variant]: `/dist/smw-${variant}${threads > 1 ? '-threads' : ''}.wasm` },
  });
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
