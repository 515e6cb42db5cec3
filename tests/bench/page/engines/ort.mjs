// onnxruntime-web, wasm execution provider. One binary for any number of threads.
import * as ort from '/peers/onnxruntime-web/dist/ort.wasm.bundle.min.mjs';

export async function open(folder, { threads }) {
  ort.env.wasm.numThreads = threads;
  ort.env.wasm.wasmPaths = { wasm: '/peers/onnxruntime-web/dist/ort-wasm-simd-threaded.wasm' };
  ort.env.logLevel = 'error';
  const bytes = new Uint8Array(await (await fetch(`${folder}model.onnx`)).arrayBuffer());
  const session = await ort.InferenceSession.create(bytes, {
    executionProviders: ['wasm'],
    graphOptimizationLevel: 'all',
  });
  return {
    async run(inputs) {
      const feed = {};
      for (const name of session.inputNames) {
        const found = inputs[name] ?? inputs[name.replace(/:0$/, '')] ?? Object.values(inputs)[0];
        feed[name] = new ort.Tensor(found.dtype, found.data, found.shape);
      }
      const outputs = await session.run(feed);
      const result = {};
      for (const name in outputs) result[name] = outputs[name].data;
      return result;
    },
    info: { threads: ort.env.wasm.numThreads, version: ort.env.versions?.web },
  };
}
