// How much is read, and how much memory that takes.
import { ReadableStream } from 'node:stream/web';
import { floatTypes, frozenDense, frozenModel, node, strings } from './graph_pb.mjs';
import { decodeInputs, fixture, readCases, readFolder, smw } from './helpers.mjs';

const MB = 1e6;

/** Blobs that note which ranges were read of them. */
function watched(files) {
  const ranges = [];
  const blobs = [...files].map(([path, bytes]) => {
    const blob = new Blob([bytes]);
    const slice = blob.slice.bind(blob);
    blob.slice = (start, end) => {
      ranges.push({ path, start, end: Math.min(end, blob.size) });
      return slice(start, end);
    };
    return [path, blob];
  });
  return { source: new Map(blobs), ranges };
}

function overlap(ranges) {
  const sorted = ranges.toSorted((a, b) =>
    a.path === b.path ? a.start - b.start : a.path < b.path ? -1 : 1,
  );
  return sorted.reduce((sum, r, i) => {
    const before = sorted[i - 1];
    return before?.path === r.path ? sum + Math.max(0, before.end - r.start) : sum;
  }, 0);
}

const bytesOf = (ranges) => ranges.reduce((sum, r) => sum + r.end - r.start, 0);

test('variables: what is needed is read once, the second copy of the weights not at all', async () => {
  const { source, ranges } = watched(readFolder(fixture('models/digits_mobilenet_v2')));
  const model = await smw.load(source, { worker: false });
  const { weights } = await model.memory();
  const shard = ranges.filter((r) => /data-0/.test(r.path));
  expect(overlap(ranges)).toBe(0);
  // The export stores every variable twice.
  expect(bytesOf(shard)).toBeLessThan(1.05 * weights);
  expect(source.get(shard[0].path).size).toBeGreaterThan(1.9 * weights);
  model.dispose();
});

test('a frozen model of 64 MB: every byte once, memory for one copy of the weights', async () => {
  const k = 1024;
  // Each layer turns its input round by one place more, so that every weight counts.
  const weights = Array.from({ length: 16 }, (_, layer) => {
    const w = new Float32Array(k * k);
    for (let i = 0; i < k; i++) w[i * k + ((i + layer) % k)] = 1;
    return w;
  });
  const file = frozenDense(k, weights);
  const { source, ranges } = watched([['saved_model.pb', file]]);
  const model = await smw.load(source, { worker: false });
  const loaded = await model.memory();
  expect(loaded.weights).toBe(64 * 1024 * 1024);
  expect(loaded.wasm).toBeLessThan(1.25 * loaded.weights + 24 * MB);
  expect(overlap(ranges)).toBe(0);
  expect(bytesOf(ranges)).toBeLessThanOrEqual(file.length);

  const x = Float32Array.from({ length: k }, (_, i) => i);
  const { y } = await model.signatures.serving_default({ x: smw.tensor(x, [1, k]) });
  const turned = (16 * 15) / 2;
  expect([...y.data.slice(turned, turned + 4)]).toEqual([0, 1, 2, 3]);
  const after = await model.memory();
  expect(after.wasm).toBeLessThan(1.25 * loaded.weights + 24 * MB);
  model.dispose();
});

/** A server of files that honours ranges and notes them. `bodyOf` makes the body of an answer. */
function served(files, bodyOf = (bytes) => bytes) {
  const ranges = [];
  const fetch = async (url, { headers }) => {
    const path = decodeURI(new URL(url).pathname).slice(1);
    const bytes = files.get(path);
    if (!bytes) return new Response('', { status: 404 });
    const [, first, last] = /^bytes=(\d+)-(\d+)$/.exec(headers.get('range'));
    const end = Math.min(Number(last) + 1, bytes.length);
    ranges.push({ path, start: Number(first), end });
    return new Response(bodyOf(bytes.subarray(Number(first), end), path), {
      status: 206,
      headers: { 'content-range': `bytes ${first}-${end - 1}/${bytes.length}` },
    });
  };
  return { fetch, ranges };
}

test('from a server: first weights come with the size of their file, the others by one request', async () => {
  const files = readFolder(fixture('models/digits_mobilenet_v2'));
  const { fetch, ranges } = served(files);
  const model = await smw.load('http://models/', { fetch, worker: false });
  const shard = ranges.filter((r) => /data-0/.test(r.path));
  const { weights } = await model.memory();
  model.dispose();
  expect(shard.length).toBe(2);
  expect(shard[0]).toMatchObject({ start: 0, end: 1 << 20 });
  expect(overlap(ranges)).toBe(0);
  expect(bytesOf(shard)).toBeLessThan(1.05 * weights + (1 << 20));

  const again = served(files);
  await smw.inspect('http://models/', { fetch: again.fetch });
  expect(bytesOf(again.ranges.filter((r) => /data-0/.test(r.path)))).toBe(1);
});

/** The outputs of a model for an input that is always the same. */
async function answerOf(model) {
  const [name, { shape }] = Object.entries(model.signatures.serving_default.inputs)[0];
  const dims = shape.map((d) => Math.max(d, 1));
  const values = Float32Array.from({ length: dims.reduce((a, b) => a * b) }, (_, i) => i % 7);
  const outputs = await model.signatures.serving_default({ [name]: smw.tensor(values, dims) });
  return Object.values(outputs).map((t) => [...t.data]);
}

/** A body that comes in pieces of 999 bytes; `type: 'bytes'` can be read into memory of the reader's. */
const inPieces = (type) => (bytes) => {
  let at = 0;
  return new ReadableStream({
    type,
    pull(controller) {
      if (at < bytes.length) controller.enqueue(new Uint8Array(bytes.subarray(at, (at += 999))));
      if (at < bytes.length) return;
      controller.close();
      controller.byobRequest?.respond(0);
    },
  });
};

test.each([
  ['bytes', false],
  ['bytes', true],
  [undefined, false],
])('a body that comes in pieces, of type %s, worker %s', async (type, worker) => {
  const files = readFolder(fixture('models/digits_mobilenet_v2'));
  const answers = [];
  for (const source of [served(files), served(files, inPieces(type))]) {
    const model = await smw.load('http://models/', { fetch: source.fetch, worker });
    answers.push(await answerOf(model));
    model.dispose();
  }
  expect(answers[1]).toEqual(answers[0]);
});

test('from a server: what one variant has begun to read, the next reads', async () => {
  const folder = fixture('functions/calls'); // with an op that is not in core
  const { fetch } = served(readFolder(folder));
  const outputs = [];
  for (const [source, options] of [[folder], ['http://models/', { fetch }]]) {
    const model = await smw.load(source, options);
    expect(model.variant).toMatch(/^full-/);
    const [c] = readCases(folder);
    const result = await model.signatures[c.signature](decodeInputs(c));
    outputs.push(Object.values(result).map((t) => [...t.data]));
    model.dispose();
  }
  expect(outputs[1]).toEqual(outputs[0]);
});

test.each([
  ['less', -1],
  ['more', 1],
])('an answer with %s bytes than were asked for', async (_, more) => {
  const files = readFolder(fixture('models/digits_mobilenet_v2'));
  const bodyOf = (bytes, path) => {
    if (!/data-0/.test(path) || bytes.length === 1 << 20) return bytes;
    const body = new Uint8Array(bytes.length + more);
    body.set(bytes.subarray(0, body.length));
    return body;
  };
  const { fetch } = served(files, bodyOf);
  const error = await smw.load('http://models/', { fetch, worker: false }).catch((e) => e);
  expect(error).toMatchObject({ code: 'DATA_LOSS', file: expect.stringContaining('data-0') });
});

/** How a server may misunderstand that bytes from `first` on are wanted: [status, first byte that it sends]. */
test.each([
  ['the file from its beginning', () => [206, 0], 'DATA_LOSS'],
  ['the file, and says so', () => [200, 0], undefined],
  ['bytes from a later place', (first) => [206, first + 1], 'DATA_LOSS'],
])('where a range is asked for comes %s', async (_, answer, code) => {
  const files = readFolder(fixture('models/digits_mobilenet_v2'));
  const { fetch } = served(files);
  const outputs = [];
  const misled = async (url, init) => {
    const first = Number(/\d+/.exec(init.headers.get('range'))[0]);
    if (!first) return fetch(url, init);
    const bytes = files.get(decodeURI(new URL(url).pathname).slice(1));
    const [status, from] = answer(first);
    const headers = { 'content-range': `bytes ${from}-${bytes.length - 1}/${bytes.length}` };
    return new Response(bytes.subarray(from), { status, headers });
  };
  for (const how of [fetch, misled]) {
    const model = await smw.load('http://models/', { fetch: how, worker: false }).catch((e) => e);
    if (how === misled) expect(model.code).toBe(code);
    if (model.code) return;
    outputs.push(await answerOf(model));
    model.dispose();
  }
  expect(outputs[1]).toEqual(outputs[0]);
});

/** A model whose signatures restore tensors of another one's checkpoint as they are called: [files, variables]. */
async function restoring(unknown = []) {
  const folder = fixture('models/digits_mobilenet_v2');
  const { checkpoint } = await smw.inspect(folder);
  // One of them lies beyond what comes along with the size of the file.
  const variables = checkpoint.variables.filter((v) => v.dtype === 'float32').slice(-2);
  const keys = [...variables.map((v) => v.key), ...unknown];
  const nodes = keys.flatMap((key, i) => [
    strings(`name${i}`, [key]),
    node(`v${i}`, 'RestoreV2', ['prefix', `name${i}`, 'slice'], floatTypes(1)),
  ]);
  const outputOf = (i) => ({ name: `v${i}:0`, dims: variables[i]?.shape ?? [1] });
  const signatures = Object.fromEntries(
    keys.map((_, i) => [`v${i}`, { inputs: {}, outputs: { v: outputOf(i) } }]),
  );
  signatures.both = { inputs: {}, outputs: { v0: outputOf(0), v1: outputOf(1) } };
  const model = frozenModel(
    [strings('prefix', 'variables/variables'), strings('slice', ['']), ...nodes],
    signatures,
  );
  return [readFolder(folder).set('saved_model.pb', model), variables];
}

test.each([false, true])(
  'from a server: a call reads what it restores, worker %s',
  async (worker) => {
    const [files, variables] = await restoring();
    const { fetch, ranges } = served(files);
    const model = await smw.load('http://models/', { fetch, worker });
    const before = bytesOf(ranges);
    const { v0, v1 } = await model.signatures.both({});
    expect([v0.shape, v1.shape]).toEqual(variables.map((v) => v.shape));
    expect(bytesOf(ranges)).toBeGreaterThan(before);
    expect((await model.signatures.v1({})).v).toEqual(v1);
    expect((await model.signatures.v0({})).v).toEqual(v0);
    expect((await model.signatures.v1({})).v).toEqual(v1);
    model.dispose();

    // They are the bytes that the checksum is of.
    const shard = 'variables/variables.data-00000-of-00001';
    const { buffer, byteOffset, byteLength } = v1.data;
    const place = files.get(shard).indexOf(Buffer.from(buffer, byteOffset, byteLength));
    expect(place).toBeGreaterThan(-1);
    const flipped = Buffer.from(files.get(shard));
    flipped[place] ^= 1;
    const damaged = await smw.load(new Map(files).set(shard, flipped), { worker });
    const error = await damaged.signatures.v1({}).catch((e) => e);
    expect(error).toMatchObject({ code: 'DATA_LOSS', file: shard });
    expect((await damaged.signatures.v0({})).v).toEqual(v0);
    damaged.dispose();
  },
);

test.each([false, true])(
  'a call that waits for a server ends when it is aborted or the model disposed, worker %s',
  async (worker) => {
    const [files] = await restoring();
    const { fetch } = served(files);
    const silent = () => new Promise(() => undefined);
    let hindered = fetch;
    const loading = new AbortController();
    const { signal } = loading;
    const model = await smw.load('http://models/', {
      fetch: (...a) => hindered(...a),
      worker,
      signal,
    });
    loading.abort(); // too late to matter
    const { v0 } = model.signatures;
    await v0({});

    hindered = silent;
    const late = new AbortController();
    const waiting = v0({}, { signal: late.signal });
    setTimeout(() => late.abort(), 50);
    await expect(waiting).rejects.toMatchObject({ name: 'AbortError' });

    const ended = v0({});
    setTimeout(() => model.dispose(), 50);
    await expect(ended).rejects.toMatchObject({ code: 'FAILED_PRECONDITION' });
  },
);

test('a restoring call that fails or is aborted leaves nothing behind', async () => {
  const [files] = await restoring(['no such tensor']);
  const { fetch } = served(files);
  let hindered = fetch;
  const model = await smw.load('http://models/', {
    fetch: (...a) => hindered(...a),
    worker: false,
  });
  const { v0, v1, v2 } = model.signatures;
  for (let i = 0; i < 2; i++)
    await expect(v2({})).rejects.toMatchObject({
      code: 'NOT_FOUND',
      message: expect.stringContaining('no such tensor'),
    });

  for (const reason of [new TypeError('gone'), undefined]) {
    hindered = () => Promise.reject(reason);
    await expect(v0({})).rejects.toMatchObject({
      code: 'UNAVAILABLE',
      file: expect.stringContaining('data-0'),
      message: expect.stringContaining(reason?.message ?? 'undefined'),
    });
  }

  const abort = new AbortController();
  hindered = (...args) => (abort.abort(), fetch(...args));
  await expect(v0({}, { signal: abort.signal })).rejects.toMatchObject({ name: 'AbortError' });

  hindered = fetch;
  const local = await smw.load(files, { worker: false });
  expect((await v0({})).v).toEqual((await local.signatures.v0({})).v);
  expect((await v1({})).v).toEqual((await local.signatures.v1({})).v);
  local.dispose();
  model.dispose();
});
