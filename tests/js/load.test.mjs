// Loading and calling, from every source that Node has.
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { zipSync } from 'fflate';
import { serve } from '../../tools/serve.mjs';
import {
  decode,
  decodeInputs,
  distance,
  fixture,
  readCases,
  readFolder,
  rejection,
  smw,
} from './helpers.mjs';

const { load, inspect, tensor, capabilities } = smw;
const wine = fixture('models/wine_tabular');
const digits = fixture('models/digits_mobilenet_v2');
const wineCases = readCases(wine);

async function expectWine(model) {
  for (const c of wineCases) {
    const out = await model.signatures[c.signature](decodeInputs(c));
    for (const want of c.outputs) expect(distance(out[want.name], decode(want))).toBeLessThan(1e-5);
  }
  model.dispose();
}

test('docs/ops.md has all ops of the full variant, and no other', async () => {
  const page = readFileSync(new URL('../../docs/ops.md', import.meta.url), 'utf8');
  const listed = [...page.matchAll(/^\| (\w+) \| .*->.* \| (core|full) \|$/gm)].map(([, op]) => op);
  expect(listed).toEqual([...(await capabilities()).supportedOps].sort());
});

test("an application's own worker: its messages stay its own", async () => {
  const script = `
    import { parentPort } from 'node:worker_threads';
    import { load } from ${JSON.stringify(new URL('../../dist/node.mjs', import.meta.url).href)};
    parentPort.on('message', async ({ id, type }) => {
      const model = await load(${JSON.stringify(digits)}, { worker: false });
      parentPort.postMessage({ id, type, names: Object.keys(model.signatures) });
      model.dispose();
    });`;
  const url = `data:text/javascript,${encodeURIComponent(script)}`;
  const worker = new Worker(new URL(url));
  const names = ['serve', 'serving_default'];
  // The second comes once the engine's script is there; both could be taken for the engine's.
  for (const type of ['call', 'load']) {
    worker.postMessage({ id: 7, type });
    expect(await once(worker, 'message')).toEqual([{ id: 7, type, names }]);
  }
  await worker.terminate();
});

describe.each([
  ['in a worker', {}],
  ['in the calling thread', { worker: false }],
])('%s', (_, options) => {
  test('digits: TensorFlow’s probabilities', async () => {
    const model = await load(digits, options);
    expect(Object.keys(model.signatures)).toEqual(['serve', 'serving_default']);
    const { inputs, outputs } = model.signatures.serving_default;
    expect(inputs.image).toMatchObject({ dtype: 'float32', shape: [-1, 96, 96, 3] });
    expect(outputs.order).toEqual(['scores']);
    const [c] = readCases(digits);
    const out = await model.signatures.serving_default(decodeInputs(c));
    expect(distance(out.scores, decode(c.outputs[0]))).toBeLessThan(1e-5);
    model.dispose();
  });

  test('two signatures of one function', async () => {
    const model = await load(digits, options);
    const inputs = decodeInputs(readCases(digits)[0]);
    const [a, b] = [
      await model.signatures.serve(inputs),
      await model.signatures.serving_default(inputs),
    ];
    expect(a.scores.data).toEqual(b.scores.data);
    const wrong = tensor(new Float32Array(3), [3]);
    for (const name of ['serve', 'serving_default'])
      expect(await rejection(model.signatures[name](wrong))).toMatchObject({ signature: name });
    model.dispose();
  });

  test('a folder on disk', async () => expectWine(await load(wine, options)));

  test('files of a folder picker', async () => {
    const files = [...readFolder(wine, 'picked/')].map(([path, bytes]) => {
      const file = new File([bytes], path.split('/').at(-1));
      return Object.defineProperty(file, 'webkitRelativePath', { value: path });
    });
    await expectWine(await load(files, options));
  });

  test('a Map of Blobs, below another folder', async () => {
    const files = [...readFolder(wine, 'a/b/')].map(([path, bytes]) => [path, new Blob([bytes])]);
    await expectWine(await load(new Map(files), options));
  });

  test('a zip', async () => {
    const zipped = zipSync(Object.fromEntries(readFolder(wine, 'wine/')));
    await expectWine(await load(new Blob([zipped]), options));
  });
});

test('tar and tar.gz', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'smw-'));
  try {
    for (const flags of ['-cf', '-czf']) {
      const path = join(dir, `model${flags}.tar`);
      execFileSync('tar', [flags, path, '-C', join(wine, '..'), 'wine_tabular']);
      await expectWine(await load(path));
      await expectWine(await load(new Blob([readFileSync(path)]), { worker: false }));
    }
  } finally {
    rmSync(dir, { recursive: true });
  }
});

describe('URLs', () => {
  let server;
  const asked = [];
  const start = async (options) => {
    server = await serve({ mounts: { '/': fixture('models') }, ...options });
    asked.length = 0;
  };
  const recording = (url, init) => {
    asked.push([String(url), new Headers(init.headers).get('range'), init]);
    return fetch(url, init);
  };
  afterEach(() => server.close());

  test.each([true, false])('a folder, ranges honoured: %s', async (ranges) => {
    await start({ ranges });
    const url = new URL('wine_tabular', server.url);
    await expectWine(await load(url, { fetch: recording, headers: { 'x-key': '1' } }));
    expect(asked.every(([, , init]) => init.headers.get('x-key') === '1')).toBe(true);
  });

  test('what is missing is named', async () => {
    await start({});
    const error = await rejection(load(`${server.url}nothing/here`));
    expect(error.code).toBe('NOT_FOUND');
    expect(error.message).toContain('nothing/here');
  });

  test('HTML in the place of wasm is named with its URL', async () => {
    await start({});
    const wasm = { 'core-strict': `${server.url}wine_tabular/saved_model.pb` };
    const error = await rejection(load(wine, { wasm }));
    expect(error.code).toBe('NOT_FOUND');
    expect(error.message).toContain('wine_tabular/saved_model.pb');
  });
});

test('inspect tells what saved_model_cli shows, without weights', async () => {
  const info = await inspect(digits);
  const [graph] = info.metaGraphs;
  expect(graph.tags).toEqual(['serve']);
  expect(graph.tensorflowVersion).toMatch(/^2\.\d+/);
  const signature = graph.signatures.find((s) => s.name === 'serving_default');
  expect(signature.inputs[0]).toMatchObject({ key: 'image', dtype: 'float32' });
  expect(info.checkpoint.variables.length).toBeGreaterThan(100);
});

test('capabilities', async () => {
  const c = await capabilities();
  expect(c.simd).toBe(true);
  expect(c.threads).toBeGreaterThanOrEqual(1);
  expect(c.supportedOps).toEqual(expect.arrayContaining(['Conv2D', 'MatMul', 'While']));
});

describe('calls', () => {
  let model;
  beforeAll(async () => (model = await load(wine)));
  afterAll(() => model.dispose());
  const inputs = () => decodeInputs(wineCases[0]);

  test('plain numbers and lists become the signature’s dtype', async () => {
    const plain = Object.fromEntries(Object.entries(inputs()).map(([k, t]) => [k, [[t.data[0]]]]));
    const out = await model.signatures.serving_default(plain);
    expect(distance(out.probabilities, decode(wineCases[0].outputs[0]))).toBeLessThan(1e-5);
  });

  test('calls queue, and a failed one does not stop the next', async () => {
    const call = model.signatures.serving_default;
    const results = await Promise.allSettled([
      call(inputs()),
      call({ ...inputs(), ash: tensor([[1, 2]]) }),
      call(inputs()),
    ]);
    expect(results.map((r) => r.status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect(results[1].reason).toMatchObject({ code: 'INVALID_ARGUMENT', input: 'ash' });
  });

  test('inputs are checked by name, dtype, rank and dimension', async () => {
    const call = model.signatures.serving_default;
    const { ash: _ash, ...rest } = inputs();
    const wrong = [
      [rest, /'ash'.*missing/],
      [{ ...inputs(), ashes: [[1]] }, /no input 'ashes'/],
      [{ ...inputs(), ash: tensor([[1]], [1, 1], 'int32') }, /'ash'.*float32.*int32/],
      [{ ...inputs(), ash: [1] }, /'ash'.*\[\?,1\].*\[1\]/],
      [{ ...inputs(), ash: [[1, 2]] }, /'ash'.*\[\?,1\].*\[1,2\]/],
      [{ ...inputs(), ash: [['x']] }, /'ash'.*'x'/],
      [{ ...inputs(), ash: [[1e300]] }, /'ash'.*1e\+300/],
      [[1, 2], /by name/],
    ];
    for (const [given, message] of wrong) {
      const error = await rejection(call(given));
      expect(error.code).toBe('INVALID_ARGUMENT');
      expect(error.message).toMatch(message);
    }
    await call(inputs());
  });

  test('only wanted outputs; an unknown one is named', async () => {
    const call = model.signatures.serving_default;
    const out = await call(inputs(), { outputs: ['probabilities'] });
    expect(Object.keys(out)).toEqual(['probabilities']);
    const error = await rejection(call(inputs(), { outputs: ['nothing'] }));
    expect(error.message).toMatch(/no output 'nothing'/);
  });

  test('an aborted call leaves the model usable', async () => {
    const call = model.signatures.serving_default;
    const signal = AbortSignal.abort();
    expect((await rejection(call(inputs(), { signal }))).name).toBe('AbortError');
    const later = new AbortController();
    const pending = Promise.allSettled([call(inputs(), { signal: later.signal })]);
    later.abort();
    await pending;
    await call(inputs());
  });

  test('batches of another size', async () => {
    const c = wineCases.find((x) => x.inputs[0].shape[0] > 1);
    const out = await model.signatures.serving_default(decodeInputs(c));
    expect(distance(out.probabilities, decode(c.outputs[0]))).toBeLessThan(1e-5);
  });

  test('memory and warmup', async () => {
    await model.warmup();
    const m = await model.memory();
    expect(m.weights).toBeGreaterThan(1000);
    expect(m.wasm).toBeGreaterThan(m.weights);
  });
});

test("optimize: 'speed' gives weights more memory, and the same answer", async () => {
  const [c] = readCases(digits);
  const models = [await load(digits), await load(digits, { optimize: 'speed' })];
  const [plain, fast] = await Promise.all(
    models.map((m) => m.signatures.serving_default(decodeInputs(c))),
  );
  for (const name in plain) expect(distance(fast[name], plain[name])).toBeLessThan(1e-5);
  const [before, after] = await Promise.all(models.map((m) => m.memory()));
  expect(after.winograd).toBeGreaterThanOrEqual(before.winograd);
  for (const m of models) m.dispose();
  const error = await rejection(load(digits, { optimize: 'fast' }));
  expect(error.code).toBe('INVALID_ARGUMENT');
});

test('progress counts bytes up to all of them; an aborted load rejects', async () => {
  const seen = [];
  const model = await load(digits, { onProgress: (p) => seen.push(p) });
  model.dispose();
  const last = seen.at(-1);
  expect(last.loaded).toBe(last.total);
  expect(last.total).toBeGreaterThan(1e6);
  const abort = new AbortController();
  const loading = load(digits, { signal: abort.signal, onProgress: () => abort.abort() });
  expect((await rejection(loading)).name).toBe('AbortError');
  expect((await rejection(load(digits, { signal: AbortSignal.abort() }))).name).toBe('AbortError');
});

test('a disposed model rejects', async () => {
  for (const options of [{}, { worker: false }]) {
    const model = await load(wine, options);
    model.dispose();
    const error = await rejection(model.signatures.serving_default(decodeInputs(wineCases[0])));
    expect(error.code).toBe('FAILED_PRECONDITION');
  }
});
