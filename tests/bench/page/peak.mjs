// The yardstick beside every measurement: GFLOP/s of our micro-kernel at 384x384x384, one thread (peak/peak.cc).
const flops = 2 * 384 ** 3;
const milliseconds = 150;

// Relaxed SIMD where the browser has it: what does not compile is not there.
async function compile() {
  for (const variant of ['relaxed', 'strict']) {
    const bytes = await (await fetch(`/peak/bench_peak_${variant}.wasm`)).arrayBuffer();
    if (WebAssembly.validate(bytes)) return WebAssembly.compile(bytes);
  }
  throw new Error('this browser has no SIMD');
}

export async function peakGflops() {
  const nothing = new Proxy({}, { get: () => () => 0 });
  const imports = { env: nothing, wasi_snapshot_preview1: nothing };
  const { exports } = await WebAssembly.instantiate(await compile(), imports);
  exports._initialize?.();
  exports.preparePeak();
  exports.runPeak(3);
  let best = Infinity;
  for (const start = performance.now(); performance.now() - start < milliseconds;) {
    const begin = performance.now();
    exports.runPeak(2);
    best = Math.min(best, (performance.now() - begin) / 2);
  }
  return flops / best / 1e6;
}
