// LiteRT.js on wasm (XNNPACK); its threaded build where more than one thread is asked for.
import * as litert from '/peers/@litertjs/core/dist/index.js';

const base = '/peers/@litertjs/core/';

export async function open(folder, { threads }) {
  await litert.loadLiteRt(`${base}wasm/`, threads > 1 ? { threads: true } : undefined);
  const model = await litert.loadAndCompile(`${folder}model.tflite`, {
    accelerator: 'wasm',
    cpuOptions: { numThreads: threads },
  });
  const wanted = model.getInputDetails();
  const made = model.getOutputDetails();
  // Converted inputs are called "serving_default_image:0".
  const inputFor = (inputs, { name }) => {
    const key = Object.keys(inputs).find((k) => name === k || name.includes(k));
    return inputs[key ?? Object.keys(inputs)[0]];
  };
  return {
    async run(inputs) {
      const feed = wanted.map((detail) => {
        const { data, shape } = inputFor(inputs, detail);
        return new litert.Tensor(data, [...shape]);
      });
      try {
        const outputs = await model.run(feed);
        const result = {};
        outputs.forEach((value, i) => {
          result[made[i].name] = value.toTypedArray().slice();
          value.delete();
        });
        return result;
      } finally {
        for (const value of feed) value.delete();
      }
    },
    info: { threads: litert.getGlobalLiteRt?.()?.liteRtWasm?.getThreadCount?.() },
  };
}
