// Which WebAssembly runs a model: the one with the common ops, or the one with all.
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

const { load, capabilities } = smw;
const wine = fixture('models/wine_tabular');
// A model with an op that is not in core.
const rare = fixture('functions/calls');
const wasmOf = (variant) => pathToFileURL(join(root, 'dist', `smw-${variant}.wasm`));

async function expectAnswers(folder, options) {
  const model = await load(folder, options);
  for (const c of readCases(folder)) {
    const out = await model.signatures[c.signature](decodeInputs(c));
    for (const want of c.outputs) expect(distance(out[want.name], decode(want))).toBeLessThan(1e-5);
  }
  model.dispose();
  return model.variant;
}

describe.each([
  ['in a worker', {}],
  ['in the calling thread', { worker: false }],
])('%s', (_, options) => {
  test('common ops: core', async () =>
    expect(await expectAnswers(wine, options)).toMatch(/^core-(relaxed|strict)(-threads)?$/));

  test('an op that core lacks: full, with the same answers', async () =>
    expect(await expectAnswers(rare, options)).toMatch(/^full-(relaxed|strict)(-threads)?$/));

  test('full at once', async () =>
    expect(await expectAnswers(wine, { ...options, ops: 'full' })).toMatch(/^full-/));

  test('an op that neither has: the error lists it, nothing was read', async () => {
    const onProgress = [];
    const error = await rejection(
      load(fixture('broken/unknown_op'), { ...options, onProgress: (p) => onProgress.push(p) }),
    );
    expect(error.code).toBe('UNIMPLEMENTED');
    expect(error.message).toContain('NoSuchOp');
    expect(onProgress.every((p) => p.loaded === 0)).toBe(true);
  });
});

test('variants that the caller gives', async () => {
  const only = (variant) => ({ wasm: { [variant]: wasmOf(variant) } });
  expect(await expectAnswers(wine, only('core-strict'))).toBe('core-strict');
  expect(await expectAnswers(wine, only('full-strict'))).toBe('full-strict');
  expect(await expectAnswers(rare, only('core-strict'))).toBe('full-strict');
  expect(await expectAnswers(wine, { ...only('full-strict'), ...only('core-strict') })).toBe(
    'core-strict',
  );
});

test('capabilities lists the ops of full', async () =>
  expect((await capabilities()).supportedOps).toEqual(
    expect.arrayContaining(['Conv2D', 'TensorListGather', 'DynamicStitch']),
  ));
