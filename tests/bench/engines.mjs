// The engines that are timed. `script` is the module in page/engines, `needs` the form of the model that it loads,
// `tolerance` the largest error, relative to the largest output, with which its answer counts as right.
const ours = (variant, worker, more) => ({
  script: 'ours',
  needs: 'saved_model',
  tolerance: 1e-4,
  load: { variant, worker, ...more },
});
const peer = (script, needs) => ({ script, needs, tolerance: 2e-3, peer: true });

const kinds = {
  ours: ours('relaxed', false),
  'ours-speed': ours('relaxed', false, { optimize: 'speed' }),
  'ours-worker': ours('relaxed', true),
  'ours-strict': ours('strict', false),
  'ours-strict-worker': ours('strict', true),
  tfjs: peer('tfjs', 'tfjs'),
  ort: peer('ort', 'onnx'),
  litert: peer('litert', 'tflite'),
};

/** For people. */
export const titles = {
  ours: 'savedmodel-wasm',
  'ours-speed': "savedmodel-wasm, optimize: 'speed'",
  'ours-worker': 'savedmodel-wasm, worker',
  'ours-strict': 'savedmodel-wasm, strict SIMD',
  'ours-strict-worker': 'savedmodel-wasm, strict SIMD, worker',
  tfjs: 'tfjs-wasm',
  ort: 'onnxruntime-web',
  litert: 'LiteRT.js',
};

/** Every kind with one and with two threads: ids such as `ours-1t` and `litert-2t`. */
export const engines = [1, 2].flatMap((threads) =>
  Object.entries(kinds).map(([kind, what]) => ({
    id: `${kind}-${threads}t`,
    kind,
    threads,
    ...what,
  })),
);

export const engineOf = (id) => engines.find((e) => e.id === id);

/** The engines that an argument names: an id, a kind, or `peers`. */
export const enginesNamed = (name) =>
  engines.filter((e) => e.id === name || e.kind === name || (name === 'peers' && e.peer));
