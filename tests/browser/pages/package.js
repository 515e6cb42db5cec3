// Gives the package to the test.
import * as smw from '/pkg/index.mjs';
globalThis.smw = smw;
globalThis.decode = ({ dtype, shape, data }) => {
  const bytes = Uint8Array.from(globalThis.atob(data), (c) => c.charCodeAt(0));
  if (dtype !== 'DT_FLOAT') throw new Error(dtype);
  return new smw.Tensor('float32', shape, new Float32Array(bytes.buffer));
};
/** Loads, runs the first case, and gives the largest difference to TensorFlow's answer. */
globalThis.check = async (folder, options = {}) => {
  const { cases } = await (await fetch(`${folder}/case.json`)).json();
  const model = await smw.load(new URL(`${folder}/`, globalThis.location.href), options);
  const inputs = Object.fromEntries(cases[0].inputs.map((i) => [i.name, globalThis.decode(i)]));
  const out = await model.signatures[cases[0].signature](inputs);
  let most = 0;
  for (const o of cases[0].outputs) {
    const want = globalThis.decode(o);
    if (String(out[o.name].shape) !== String(want.shape)) return Infinity;
    want.data.forEach((v, i) => (most = Math.max(most, Math.abs(v - out[o.name].data[i]))));
  }
  model.dispose();
  return most;
};
globalThis.ready = true;
