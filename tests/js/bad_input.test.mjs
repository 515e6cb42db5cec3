// Broken models and calls: a typed error that names what is wrong, and the next load works.
import { readdirSync } from 'node:fs';
import {
  decode,
  decodeInputs,
  fixture,
  readCases,
  readFolder,
  rejection,
  smw,
} from './helpers.mjs';

const { load } = smw;
const wine = fixture('models/wine_tabular');
const options = { worker: false };

async function expectUsable() {
  const model = await load(wine, options);
  await model.signatures.serving_default(decodeInputs(readCases(wine)[0]));
  model.dispose();
}

/** [fixture, code, what the message or the facts must name] */
const broken = [
  ['cut_index', 'DATA_LOSS', /variables\.index/],
  ['cut_saved_model_pb', 'DATA_LOSS', /saved_model\.pb/],
  ['empty_index', 'DATA_LOSS', /variables\.index/],
  ['empty_saved_model_pb', /./, /saved_model\.pb|MetaGraph/],
  ['index_flipped_bit', 'DATA_LOSS', /variables\.index/],
  ['index_without_key', 'NOT_FOUND', /a\/\.ATTRIBUTES\/VARIABLE_VALUE/],
  ['index_wrong_magic', 'DATA_LOSS', /variables\.index/],
  ['missing_called_function', 'NOT_FOUND', /function/i],
  ['missing_function', 'NOT_FOUND', /__inference_/],
  ['dangling_input', /NOT_FOUND|INVALID_ARGUMENT/, /nowhere/],
  ['no_index', 'NOT_FOUND', /variables/],
  ['no_meta_graph', /./, /MetaGraph/],
  ['no_saved_model_pb', 'NOT_FOUND', /saved_model\.pb/],
  ['no_shard', 'NOT_FOUND', /variables\.data-00000-of-00001/],
  ['no_variables_folder', 'NOT_FOUND', /variables/],
  ['shard_flipped_bit', 'DATA_LOSS', /VARIABLE_VALUE.*|variables\.data/],
  ['short_shard', 'DATA_LOSS', /variables\.data-00000-of-00001/],
  ['text_in_saved_model_pb', 'INVALID_ARGUMENT', /saved_model\.pb/],
  ['unknown_op', 'UNIMPLEMENTED', /NoSuchOp/],
];

test('every broken fixture has a row', () => {
  const rows = [...broken.map(([name]) => name), 'function_calls_itself'];
  expect(rows.sort()).toEqual(readdirSync(fixture('broken')).sort());
});

test.each(broken)('%s', async (name, code, names) => {
  const error = await rejection(load(fixture('broken', name), options));
  expect(error.name).toBe('SavedModelError');
  expect(error.code).toMatch(code);
  expect(`${error.message} ${error.file} ${error.node}`).toMatch(names);
  expect(error.modelLost).toBe(false);
  await expectUsable();
});

test('a function that calls itself for ever stops at the depth limit', async () => {
  const model = await load(fixture('broken/function_calls_itself'), options);
  for (let k = 0; k < 2; k++) {
    const [signature] = Object.values(model.signatures);
    const inputs = {};
    for (const [key, { shape, dtype }] of Object.entries(signature.inputs))
      inputs[key] = smw.tensor(
        Array(shape.reduce((a, b) => a * Math.max(b, 1), 1)).fill(1),
        shape.map((d) => Math.max(d, 1)),
        dtype,
      );
    const error = await rejection(signature(inputs));
    expect(error.code).toBe('RESOURCE_EXHAUSTED');
    expect(error.message).toMatch(/nested/);
  }
  model.dispose();
});

test('a Blob that fails while it is read', async () => {
  const files = readFolder(wine);
  const blobs = new Map([...files].map(([path, bytes]) => [path, new Blob([bytes])]));
  const bad = blobs.get('variables/variables.data-00000-of-00001');
  bad.slice = () => ({ arrayBuffer: () => Promise.reject(new Error('the disk is gone')) });
  const error = await rejection(load(blobs, options));
  expect(error).toMatchObject({
    code: 'UNAVAILABLE',
    file: 'variables/variables.data-00000-of-00001',
  });
  expect(error.message).toMatch(/the disk is gone/);
  await expectUsable();
});

test('unknown tags list what is there', async () => {
  const error = await rejection(load(wine, { ...options, tags: ['train', 'gpu'] }));
  expect(error.code).toBe('NOT_FOUND');
  expect(error.message).toMatch(/serve/);
});

test('several MetaGraphs: by exact set', async () => {
  const folder = fixture('reader/tf1_several_metagraphs');
  for (const c of readCases(folder)) {
    const model = await load(folder, { ...options, tags: c.tags ?? ['serve'] });
    expect([...model.tags].sort()).toEqual([...(c.tags ?? ['serve'])].sort());
    model.dispose();
  }
});

test('an unknown signature is undefined, whatever its name', async () => {
  const model = await load(wine, options);
  for (const name of ['nothing', 'toString', 'constructor', '__proto__'])
    expect(model.signatures[name]).toBeUndefined();
  model.dispose();
});

test.each(['tf1_odd_names', 'v2_odd_names'])('odd names: %s', async (name) => {
  const folder = fixture('reader', name);
  const model = await load(folder, options);
  for (const c of readCases(folder)) {
    const out = await model.signatures[c.signature](
      c.inputs.reduce((all, i) => define(all, i.name, decode(i)), Object.create(null)),
    );
    for (const want of c.outputs) expect(out[want.name].shape).toEqual(want.shape);
  }
  model.dispose();
});

/** Also for '__proto__'. */
const define = (object, key, value) =>
  Object.defineProperty(object, key, { value, enumerable: true });
