// load(…, { weights }): smaller weights, nearly the same answers, and a report of how near.
import { decode, decodeInputs, fixture, readCases, rejection, smw } from './helpers.mjs';
import { frozenDense } from './graph_pb.mjs';

const { load, tensor } = smw;
const digits = fixture('models/digits_mobilenet_v2');

/** The digit, and others made of it: other sizes of strokes, other brightness, noise. */
function images() {
  const [c] = readCases(digits);
  const { data } = decode(c.inputs[0]);
  const all = [];
  for (let k = 0; k < 8; k++) {
    const gain = 0.6 + 0.1 * k;
    all.push(...data.map((v, i) => v * gain + 2 * ((i * 7919 + k * 104729) % 13)));
  }
  return tensor(Float32Array.from(all), [8, 96, 96, 3]);
}
const best = (row) => row.indexOf(Math.max(...row));

async function scores(options) {
  const model = await load(digits, options);
  const { compression } = model;
  const memory = await model.memory();
  const { scores } = await model.signatures.serving_default({ image: images() });
  const single = await model.signatures.serving_default(decodeInputs(readCases(digits)[0]));
  model.dispose();
  return { compression, memory, rows: scores.array(), single: single.scores.array()[0] };
}

describe.each([
  ['f16', 0.53, 0.0005, 0.002],
  ['int8', 0.28, 0.004, 0.1],
])('%s', (weights, share, error, far) => {
  test.each([
    ['in a worker', {}],
    ['in the calling thread', { worker: false }],
    ['in full', { worker: false, ops: 'full' }],
  ])('digits, %s', async (_, options) => {
    const plain = await scores(options);
    const small = await scores({ ...options, weights });
    expect(plain.compression).toBe(null);
    expect(small.rows.map(best)).toEqual(plain.rows.map(best));
    expect(best(small.single)).toBe(best(plain.single));
    small.rows.forEach((row, i) =>
      row.forEach((v, j) => expect(Math.abs(v - plain.rows[i][j])).toBeLessThan(far)),
    );
    expect(small.rows).not.toEqual(plain.rows);

    const { bytesBefore, bytesAfter, maxError, rmsError, weights: layers } = small.compression;
    expect(bytesAfter / bytesBefore).toBeLessThan(share);
    expect(maxError).toBeGreaterThan(0);
    expect(maxError).toBeLessThan(error);
    expect(rmsError).toBeGreaterThan(0);
    expect(rmsError).toBeLessThan(0.02);
    expect(layers.length).toBeGreaterThan(10);
    expect(layers.every((l) => l.name && l.bytesAfter < l.bytesBefore)).toBe(true);
    expect(bytesBefore).toBe(layers.reduce((n, l) => n + l.bytesBefore, 0));
    expect(small.memory.weights).toBeLessThan(plain.memory.weights);
  });

  test('a frozen dense model: rows of one batch do not depend on each other', async () => {
    const k = 128;
    const layer = (seed) =>
      Float32Array.from({ length: k * k }, (_, i) => Math.sin(i * i * 0.37 + seed) / Math.sqrt(k));
    const pb = new Blob([frozenDense(k, [layer(1), layer(2)])]);
    const open = (options) => load(new Map([['saved_model.pb', pb]]), options);
    const plain = await open({});
    const small = await open({ weights });
    expect(small.compression.weights).toHaveLength(2);
    const x = Float32Array.from({ length: 3 * k }, (_, i) => Math.cos(i * i) * (i < k ? 1 : 100));
    const call = async (model, values) =>
      (await model.signatures.serving_default({ x: tensor(values, [values.length / k, k]) })).y;
    const want = await call(plain, x);
    const got = await call(small, x);
    for (let row = 0; row < 3; row++) {
      const part = (t) => t.data.slice(row * k, (row + 1) * k);
      const size = Math.hypot(...part(want));
      const d = Math.hypot(...part(got).map((v, i) => v - part(want)[i]));
      expect(d / size).toBeLessThan(weights === 'f16' ? 0.001 : 0.02);
      const alone = await call(small, x.slice(row * k, (row + 1) * k));
      // Integers add up to the same in any order.
      const same = weights === 'int8' ? 0 : 1e-5 * size;
      expect(Math.hypot(...alone.data.map((v, i) => v - part(got)[i]))).toBeLessThanOrEqual(same);
    }
    plain.dispose();
    small.dispose();
  });
});

test.each([
  ['f16', 0.001],
  ['int8', 0.05],
])('each kind of layer, %s', async (weights, far) => {
  const [c] = readCases(fixture('functions/wide_layers'));
  for (const threads of [1, 2]) {
    const model = await load(fixture('functions/wide_layers'), { weights, threads });
    const names = model.compression.weights.map((w) => w.name);
    expect(names.filter((n) => /kernel/.test(n))).toHaveLength(names.length);
    expect(names.filter((n) => /recurrent/.test(n))).toEqual([]);
    expect(names).toHaveLength(4); // convolution, LSTM's and GRU's inputs, dense
    const got = await model.signatures.serving_default(decodeInputs(c));
    for (const o of c.outputs) {
      const want = decode(o).data;
      const size = Math.max(...want.map(Math.abs));
      want.forEach((v, i) => expect(Math.abs(v - got[o.name].data[i]) / size).toBeLessThan(far));
    }
    model.dispose();
  }
});

test('other words are refused before anything is read', async () => {
  for (const weights of ['int4', 'f32', '', 8, null]) {
    const error = await rejection(load('/nowhere', { weights }));
    expect(error).toMatchObject({ code: 'INVALID_ARGUMENT', input: 'weights' });
    expect(error.message).toMatch(/'float32', 'f16' or 'int8'/);
  }
});
