// Models on several threads, in Node.
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import {
  decode,
  decodeInputs,
  distance,
  fixture,
  readCases,
  root,
  rejection,
  smw,
} from './helpers.mjs';

const { load, capabilities, tensor } = smw;
const digits = fixture('models/digits_mobilenet_v2');
const [digitsCase] = readCases(digits);
const rare = fixture('functions/calls');
const bytes = (t) => Buffer.from(t.data.buffer, t.data.byteOffset, t.data.byteLength);

/** A model with that many threads. On a machine that is very busy they may not start within 3 s. */
async function loadThreads(source, options) {
  for (let i = 0; ; i++) {
    const model = await load(source, options);
    if (model.threads === options.threads || i === 5) return model;
    model.dispose();
  }
}

const images = (n, seed = 1) => {
  const data = new Float32Array(n * 96 * 96 * 3);
  for (let i = 0, x = seed; i < data.length; i++) {
    x = (Math.imul(x, 1664525) + 1013904223) >>> 0;
    data[i] = x / 2 ** 32;
  }
  return tensor(data, [n, 96, 96, 3]);
};

describe.each([
  ['in a worker', { worker: true }],
  ['in the calling thread', { worker: false }],
])('%s', (_, options) => {
  test('answers have the same bits with any number of threads', async () => {
    const answers = [];
    for (const threads of [1, 2, 3]) {
      const model = await loadThreads(digits, { ...options, threads });
      expect(model.threads).toBe(threads);
      expect(model.variant.endsWith('-threads')).toBe(threads > 1);
      const call = model.signatures.serving_default;
      const own = await call(decodeInputs(digitsCase));
      for (const want of digitsCase.outputs)
        expect(distance(own[want.name], decode(want))).toBeLessThan(1e-5);
      // Several runs: threads that have fallen asleep, and such that have not.
      const runs = [];
      for (const n of [1, 3, 3, 8]) runs.push(bytes((await call({ image: images(n) })).scores));
      answers.push(Buffer.concat(runs));
      model.dispose();
    }
    expect(answers[1].equals(answers[0])).toBe(true);
    expect(answers[2].equals(answers[0])).toBe(true);
  });

  test('outputs are copies, in memory that is not shared', async () => {
    const model = await load(digits, { ...options, threads: 2 });
    const call = model.signatures.serving_default;
    const { scores } = await call({ image: images(1) });
    const before = Buffer.from(bytes(scores));
    expect(Object.prototype.toString.call(scores.data.buffer)).toBe('[object ArrayBuffer]');
    await call({ image: images(1, 7) });
    expect(bytes(scores).equals(before)).toBe(true);
    model.dispose();
  });

  test('an op that core lacks: full, with threads too', async () => {
    const model = await load(rare, { ...options, threads: 2 });
    expect(model.variant).toMatch(/^full-(strict|relaxed)-threads$/);
    const c = readCases(rare)[0];
    const out = await model.signatures[c.signature](decodeInputs(c));
    for (const want of c.outputs) expect(distance(out[want.name], decode(want))).toBeLessThan(1e-5);
    model.dispose();
  });

  test('the memory grows between calls and within them', async () => {
    const model = await load(digits, { ...options, threads: 2 });
    const call = model.signatures.serving_default;
    const first = bytes((await call({ image: images(1) })).scores);
    const { wasm } = await model.memory();
    const many = await call({ image: images(64) });
    expect((await model.memory()).wasm).toBeGreaterThan(wasm);
    expect(many.scores.shape).toEqual([64, 10]);
    expect(bytes((await call({ image: images(1) })).scores).equals(first)).toBe(true);
    model.dispose();
  });

  test('dispose ends a call under way, and the next model works', async () => {
    const model = await load(digits, { ...options, threads: 2 });
    const running = rejection(model.signatures.serving_default({ image: images(64) }));
    await new Promise((r) => setTimeout(r, 5));
    model.dispose();
    expect((await running).code).toBe('FAILED_PRECONDITION');
    const next = await load(digits, { ...options, threads: 2 });
    expect((await next.signatures.serving_default({ image: images(1) })).scores.size).toBe(10);
    next.dispose();
  });

  test('an abort ends a call, and the model goes on', async () => {
    const model = await load(digits, { ...options, threads: 2 });
    const call = model.signatures.serving_default;
    await call({ image: images(2) });
    const abort = new AbortController();
    setTimeout(() => abort.abort(), 20);
    const error = await rejection(call({ image: images(256) }, { signal: abort.signal }));
    expect(error.name).toBe('AbortError');
    expect((await call({ image: images(2) })).scores.shape).toEqual([2, 10]);
    model.dispose();
  });
});

test('auto takes cores, 4 at most', async () => {
  const { threads } = await capabilities();
  expect(threads).toBe(Math.min(4, availableParallelism()));
  const model = await load(digits);
  expect([threads, 1]).toContain(model.threads);
  model.dispose();
});

test('wasm without threads that the caller gives runs on one', async () => {
  const wasm = { 'core-strict': pathToFileURL(join(root, 'dist/smw-core-strict.wasm')) };
  const model = await load(digits, { wasm, threads: 2 });
  expect([model.variant, model.threads]).toEqual(['core-strict', 1]);
  model.dispose();
  expect((await capabilities({ wasm })).reasons.join()).toMatch(/threads: .*given/);
});

test('memory that cannot be shared: one thread, with the reason', async () => {
  const { Memory } = WebAssembly;
  const asked = [];
  WebAssembly.Memory = class extends Memory {
    constructor(about) {
      if (about.shared) {
        asked.push(about.maximum / 16384);
        throw new RangeError('refused');
      }
      super(about);
    }
  };
  try {
    const model = await load(digits, { worker: false, threads: 2 });
    expect([model.variant, model.threads]).toEqual([expect.not.stringMatching(/threads/), 1]);
    expect((await model.signatures.serving_default({ image: images(1) })).scores.size).toBe(10);
    model.dispose();
  } finally {
    WebAssembly.Memory = Memory;
  }
  expect(asked).toEqual([4, 2, 1, 0.5]);
  const { threads, reasons } = await capabilities();
  expect(threads).toBe(1);
  expect(reasons.join()).toMatch(/threads: .*refused/);
});

test.each([0, -1, NaN])('threads: %p is refused', async (threads) =>
  expect((await rejection(load(digits, { threads }))).code).toBe('INVALID_ARGUMENT'),
);
