// Where a model's time goes, in Node: over dist/, with made-up inputs.
//   node tools/profile.mjs DIR [--signature=NAME] [--runs=20] [--dims=1] [--top=30] [--trace=FILE]
//     [--worker] [--threads=N] [--load='{"passesOff":["fuse"]}'] [--wasm=FILE]
// --dims: what unknown dimensions are. --wasm: another module than dist/'s. Relaxed SIMD wants Node 22 or later.
import { readFileSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    signature: { type: 'string' },
    runs: { type: 'string', default: '20' },
    dims: { type: 'string', default: '1' },
    top: { type: 'string', default: '30' },
    trace: { type: 'string' },
    worker: { type: 'boolean', default: false },
    threads: { type: 'string' },
    load: { type: 'string', default: '{}' },
    wasm: { type: 'string' },
  },
});
const [folder] = positionals;
if (!folder) throw new Error('which model? node tools/profile.mjs DIR [--runs=20] [--trace=FILE]');
const { load, tensor } = await import('../dist/node.mjs');

const module = options.wasm && (await WebAssembly.compile(readFileSync(options.wasm)));
const variants = ['core-relaxed', 'core-strict', 'full-relaxed', 'full-strict'];
const model = await load(folder, {
  worker: options.worker,
  ...(options.threads ? { threads: Number(options.threads) } : {}),
  ...(module ? { wasm: Object.fromEntries(variants.map((v) => [v, module])) } : {}),
  ...JSON.parse(options.load),
});

const names = Object.keys(model.signatures);
const name =
  options.signature ?? (names.includes('serving_default') ? 'serving_default' : names[0]);
const signature = model.signatures[name];
if (!signature) throw new Error(`no signature '${name}'; there are: ${names.join(', ')}`);

/** Numbers between -1 and 1 that repeat from run to run, 0 and 1 for integers. */
function madeUp({ dtype, shape }) {
  const dims = (shape ?? []).map((d) => (d < 0 ? Number(options.dims) : d));
  const n = dims.reduce((a, b) => a * b, 1);
  const at = (i) => {
    if (dtype === 'string') return 'a b';
    if (/float|double|half/.test(dtype)) return (((i + 1) * 7919) % 2003) / 1001 - 1;
    return dtype === 'bool' ? i % 2 > 0 : i % 2;
  };
  return tensor(
    Array.from({ length: n }, (_, i) => at(i)),
    dims,
    dtype,
  );
}

const inputs = Object.fromEntries(
  Object.entries(signature.inputs).map(([key, info]) => [key, madeUp(info)]),
);
await signature(inputs, {
  runs: Number(options.runs),
  profile(profile) {
    console.log(`${folder}, ${name}, ${model.variant}\n\n${profile.toString(Number(options.top))}`);
    if (!options.trace) return;
    writeFileSync(options.trace, JSON.stringify(profile.toChromeTrace()));
    console.log(`\n${options.trace}: for chrome://tracing or ui.perfetto.dev`);
  },
});
model.dispose();
