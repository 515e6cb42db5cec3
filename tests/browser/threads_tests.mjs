// Models on several threads: isolated pages, and what happens where threads are not to be had.
import assert from 'node:assert/strict';
import { test } from './harness.mjs';

const open = async (page, url) => {
  await page.goto(`${url}test/package.html`);
  await page.waitForFunction(() => globalThis.ready);
  await page.evaluate(() => {
    const { smw, location } = globalThis;
    globalThis.digits = new URL('/fixtures/models/digits_mobilenet_v2/', location.href);
    globalThis.images = (n, seed = 1) => {
      const data = new Float32Array(n * 96 * 96 * 3);
      for (let i = 0, x = seed; i < data.length; i++) {
        x = (Math.imul(x, 1664525) + 1013904223) >>> 0;
        data[i] = x / 2 ** 32;
      }
      return smw.tensor(data, [n, 96, 96, 3]);
    };
  });
};

for (const worker of [true, false]) {
  const where = `worker ${worker}`;

  test(`threads: the same bits with any number, ${where}`, async ({ page, url, consoleErrors }) => {
    await open(page, url);
    const seen = await page.evaluate(async (w) => {
      const { smw, digits, images } = globalThis;
      const answers = [];
      for (const simd of ['relaxed', 'strict'])
        for (const threads of [1, 2, 3]) {
          const variant = `core-${simd}${threads > 1 ? '-threads' : ''}`;
          const model = await smw.load(digits, {
            worker: w,
            threads,
            wasm: { [variant]: `/pkg/smw-${variant}.wasm` },
          });
          const call = model.signatures.serving_default;
          let bits = '';
          for (const n of [1, 3, 8]) {
            const { data } = (await call({ image: images(n) })).scores;
            if (!(data.buffer instanceof ArrayBuffer)) throw new Error('outputs are shared');
            bits += new Uint32Array(data.buffer, data.byteOffset, data.length).join();
          }
          answers.push({ simd, threads: model.threads, asked: threads, bits });
          model.dispose();
        }
      return answers;
    }, worker);
    for (const { simd, threads, asked, bits } of seen) {
      assert.equal(threads, asked);
      assert.equal(bits, seen.find((s) => s.simd === simd).bits, `${simd}, ${threads} threads`);
    }
    assert.deepEqual(consoleErrors, []);
  });

  test(
    `threads: a page that is not isolated has one, with the reason, ${where}`,
    async ({ page, url, consoleErrors }) => {
      await open(page, url);
      const seen = await page.evaluate(async (w) => {
        const { smw, digits, images } = globalThis;
        const model = await smw.load(digits, { worker: w, threads: 2 });
        await model.signatures.serving_default({ image: images(1) });
        model.dispose();
        return [model.threads, model.variant, await smw.capabilities()];
      }, worker);
      assert.equal(seen[0], 1);
      assert.doesNotMatch(seen[1], /threads/);
      assert.equal(seen[2].threads, 1);
      assert.match(seen[2].reasons.join(), /threads: .*isolated/);
      assert.deepEqual(consoleErrors, []);
    },
    { isolated: false },
  );

  test(`threads: abort and dispose while running, ${where}`, async ({ page, url }) => {
    await open(page, url);
    const seen = await page.evaluate(async (w) => {
      const { smw, digits, images } = globalThis;
      const facts = [];
      for (let round = 0; round < 3; round++) {
        const model = await smw.load(digits, { worker: w, threads: 2 });
        const call = model.signatures.serving_default;
        const abort = new AbortController();
        setTimeout(() => abort.abort(), 20);
        const name = await call({ image: images(200) }, { signal: abort.signal }).catch(
          (e) => e.name,
        );
        const { shape } = (await call({ image: images(1) })).scores;
        const running = call({ image: images(200) }).catch((e) => e.code);
        setTimeout(() => model.dispose(), 20);
        facts.push([name, shape.join(), await running, model.threads].join(' '));
      }
      return facts;
    }, worker);
    assert.deepEqual(seen, Array(3).fill('AbortError 1,10 FAILED_PRECONDITION 2'));
    // The helpers end with their model.
    for (let i = 0; i < 100 && page.workers().length; i++) await page.waitForTimeout(50);
    assert.equal(page.workers().length, 0);
  });
}

test('threads: a heap above 2 GB', async ({ page, url, consoleErrors }) => {
  page.setDefaultTimeout(120_000);
  await open(page, url);
  const seen = await page.evaluate(async () => {
    const { smw, digits, images } = globalThis;
    const model = await smw.load(digits, { threads: 2 });
    const call = model.signatures.serving_default;
    const few = images(4);
    const want = (await call({ image: few })).scores.data;
    const sizes = [(await model.memory()).wasm];
    // Inputs and values lie low, then high: what was computed high must agree.
    const n = 3800;
    const data = new Float32Array(n * 96 * 96 * 3);
    data.set(few.data, data.length - few.data.length);
    const { scores } = await call({ image: smw.tensor(data, [n, 96, 96, 3]) });
    sizes.push((await model.memory()).wasm);
    const high = scores.data.slice(-want.length);
    const after = (await call({ image: few })).scores.data;
    model.dispose();
    const apart = (a) => Math.max(...want.map((v, i) => Math.abs(v - a[i])));
    return { threads: model.threads, sizes, high: apart(high), after: apart(after) };
  });
  assert.equal(seen.threads, 2);
  assert.ok(seen.sizes[0] < 2 ** 28 && seen.sizes[1] > 2.1 * 2 ** 30, JSON.stringify(seen));
  assert.ok(seen.high < 1e-5 && seen.after === 0, JSON.stringify(seen));
  assert.deepEqual(consoleErrors, []);
});

test('threads: auto, and the console stays clean', async ({ page, url, consoleErrors }) => {
  await open(page, url);
  const [threads, most, cores, reasons] = await page.evaluate(async () => {
    const { smw, digits, images } = globalThis;
    const model = await smw.load(digits);
    await model.signatures.serving_default({ image: images(1) });
    const { threads, reasons } = await smw.capabilities();
    return [model.threads, threads, globalThis.navigator.hardwareConcurrency, reasons];
  });
  assert.equal(threads, Math.min(4, cores));
  assert.equal(most, threads);
  assert.deepEqual(reasons, []);
  assert.deepEqual(consoleErrors, []);
});

test('threads: a helper that traps ends the model, not the page', async ({ page, url }) => {
  await open(page, url);
  const seen = await page.evaluate(async () => {
    const { smw, digits, images, Worker } = globalThis;
    // A stack without room: the helper leaves the memory.
    globalThis.Worker = class extends Worker {
      postMessage(message, transfer) {
        const blocks = (16 - (256 << 10)) >>> 0;
        super.postMessage(message.type === 'thread' ? { ...message, blocks } : message, transfer);
      }
    };
    const model = await smw.load(digits, { worker: false, threads: 2 });
    globalThis.Worker = Worker;
    const call = model.signatures.serving_default;
    const errors = [];
    for (let i = 0; i < 50 && errors.length < 2; i++)
      await call({ image: images(8) }).catch((e) => errors.push([e.code, e.modelLost]));
    const next = await smw.load(digits, { worker: false, threads: 2 });
    const { scores } = await next.signatures.serving_default({ image: images(1) });
    return { errors, after: scores.shape.join(), threads: next.threads };
  });
  assert.deepEqual(seen, {
    errors: [
      ['INTERNAL', true],
      ['INTERNAL', true],
    ],
    after: '1,10',
    threads: 2,
  });
});

test('threads: workers that fail or hang leave one thread, with the reason', async ({
  page,
  url,
}) => {
  for (const [broken, says] of [
    ['/nothing/here.mjs', /threads: .*failed/],
    ['/test/silent.js', /threads: .*3000 ms/],
  ]) {
    await open(page, url);
    const seen = await page.evaluate(async (path) => {
      const { smw, digits, images, Worker } = globalThis;
      globalThis.Worker = class extends Worker {
        constructor() {
          super(new URL(path, globalThis.location.href), { type: 'module' });
        }
      };
      const model = await smw.load(digits, { worker: false, threads: 2 });
      const { scores } = await model.signatures.serving_default({ image: images(3) });
      const { threads, reasons } = await smw.capabilities();
      const start = globalThis.performance.now();
      const next = await smw.load(digits, { worker: false });
      const took = globalThis.performance.now() - start;
      return [model.threads, scores.shape.join(), threads, next.threads, reasons.join(), took];
    }, broken);
    assert.deepEqual(seen.slice(0, 4), [1, '3,10', 1, 1]);
    assert.match(seen[4], says);
    // Not tried again.
    assert.ok(seen[5] < 2900, `${seen[5]} ms`);
  }
});

test('threads: a worker that is refused shared memory leaves one thread, with the reason', async ({
  page,
  url,
}) => {
  await open(page, url);
  const seen = await page.evaluate(async () => {
    const { smw, digits, images, Worker } = globalThis;
    globalThis.Worker = class extends Worker {
      constructor(_, options) {
        super(new URL('/test/unshared_worker.js', globalThis.location.href), options);
      }
    };
    const model = await smw.load(digits, { threads: 2 });
    const { scores } = await model.signatures.serving_default({ image: images(3) });
    const { reasons } = await smw.capabilities();
    return [model.threads, model.variant, scores.shape.join(), reasons.join()];
  });
  assert.equal(seen[0], 1);
  assert.doesNotMatch(seen[1], /threads/);
  assert.deepEqual(seen.slice(2), ['3,10', 'threads: shared memory was refused']);
});
