// Graphs and calls that cannot run: what is missing or wrong is told, by load where that is known then, and the rest
// of the model works.
import {
  constant,
  frozenModel,
  int32,
  intPlaceholder,
  intTypeAttr,
  node,
  placeholder,
  typeAttr,
} from './graph_pb.mjs';
import { fixture, readFolder, rejection, smw } from './helpers.mjs';

const { load, tensor } = smw;
const vector = (name) => ({ name, dims: [-1] });
const loadGraph = (nodes, signatures, options) =>
  load(new Map([['saved_model.pb', new Blob([frozenModel(nodes, signatures)])]]), options);

const mixed = [
  placeholder('x', [-1]),
  node('good', 'Relu', ['x'], typeAttr('T')),
  node('strange', 'NoSuchOp', ['x'], typeAttr('T')),
  node('stranger', 'NorThisOne', ['strange'], typeAttr('T')),
  node('again', 'NoSuchOp', ['stranger', 'good'], typeAttr('T')),
];
const signature = (output) => ({ inputs: { x: vector('x:0') }, outputs: { y: vector(output) } });

describe.each([
  ['in a worker', {}],
  ['in the calling thread', { worker: false }],
])('%s', (_, options) => {
  test('a signature with unsupported ops says so at load; the others run', async () => {
    const signatures = { works: signature('good:0'), lacks: signature('again:0') };
    const model = await loadGraph(mixed, signatures, options);
    const { works, lacks } = model.signatures;
    expect(works.unsupported).toEqual([]);
    const missing = [...lacks.unsupported].sort((a, b) => (a.node < b.node ? -1 : 1));
    expect(missing).toEqual([
      { op: 'NoSuchOp', node: 'again' },
      { op: 'NoSuchOp', node: 'strange' },
      { op: 'NorThisOne', node: 'stranger' },
    ]);
    const error = await rejection(lacks({ x: [1] }));
    expect(error).toMatchObject({ code: 'UNIMPLEMENTED', signature: 'lacks', modelLost: false });
    for (const word of ["'lacks'", 'NoSuchOp', 'NorThisOne', 'again', 'strange', 'stranger'])
      expect(error.message).toContain(word);
    expect((await works({ x: [-1, 2] })).y.array()).toEqual([0, 2]);
    model.dispose();
  });

  test('where no signature can run, loading fails and lists the ops of all', async () => {
    const signatures = { one: signature('strange:0'), two: signature('again:0') };
    const error = await rejection(loadGraph(mixed, signatures, options));
    expect(error.code).toBe('UNIMPLEMENTED');
    for (const word of ["'one'", "'two'", 'NoSuchOp (node strange)', 'NorThisOne (node stranger)'])
      expect(error.message).toContain(word);
  });
});

const options = { worker: false };

test('a graph with a cycle', async () => {
  const nodes = [
    placeholder('x', [-1]),
    node('a', 'AddV2', ['x', 'b'], typeAttr('T')),
    node('b', 'Relu', ['a'], typeAttr('T')),
  ];
  const error = await rejection(loadGraph(nodes, { serve: signature('b:0') }, options));
  expect(error.code).toBe('INVALID_ARGUMENT');
  expect(error.message).toMatch(/cycle/);
  expect(error.node).toMatch(/^[ab]$/);
});

test('an index out of range in a gather, then one that is in range', async () => {
  const nodes = [
    constant('params', [3], Float32Array.of(10, 20, 30)),
    intPlaceholder('i', [-1]),
    node('y', 'Gather', ['params', 'i'], typeAttr('Tparams'), intTypeAttr('Tindices')),
  ];
  const model = await loadGraph(
    nodes,
    { serve: { inputs: { i: int32('i:0', [-1]) }, outputs: { y: vector('y:0') } } },
    options,
  );
  for (const wrong of [3, -1, 2147483647, -2147483648]) {
    const error = await rejection(model.signatures.serve({ i: [wrong] }));
    expect(error).toMatchObject({ code: 'INVALID_ARGUMENT', node: 'y', op: 'Gather' });
    expect(error.message).toContain(`${wrong} is not in [0, 3)`);
    expect((await model.signatures.serve({ i: [2, 0] })).y.array()).toEqual([30, 10]);
  }
  model.dispose();
});

test('shapes that no memory holds', async () => {
  const nodes = [
    placeholder('x', [-1]),
    intPlaceholder('dims', [-1]),
    node('y', 'Fill', ['dims', 'zero'], typeAttr('T'), intTypeAttr('index_type')),
    constant('zero', [], Float32Array.of(0)),
  ];
  const model = await loadGraph(
    nodes,
    { serve: { inputs: { dims: int32('dims:0', [-1]) }, outputs: { y: vector('y:0') } } },
    options,
  );
  const call = (dims) => model.signatures.serve({ dims });
  const most = 2147483647;
  for (const [dims, code] of [
    [[most, most, most], 'INVALID_ARGUMENT'],
    [[most, most], 'RESOURCE_EXHAUSTED'],
    [[most], 'RESOURCE_EXHAUSTED'],
    [[-1, 2], 'INVALID_ARGUMENT'],
  ]) {
    expect(await rejection(call(dims))).toMatchObject({ code, node: 'y', modelLost: false });
    expect((await call([1, 2])).y.array()).toEqual([[0, 0]]);
  }
  model.dispose();
});

describe('folders that are not the right one', () => {
  const wine = fixture('models/wine_tabular');
  const reject = (files) =>
    rejection(load(new Map([...files].map(([p, b]) => [p, new Blob([b])])), options));
  const move = (prefix) => [...readFolder(wine, prefix)];

  test('two models below: both are named', async () => {
    const error = await reject(new Map([...move('all/a/'), ...move('all/b/')]));
    expect(error.code).toBe('INVALID_ARGUMENT');
    expect(error.message).toMatch(/all\/a, all\/b/);
  });

  test('the variables folder: the one above is meant', async () => {
    const files = [...readFolder(fixture('models/wine_tabular/variables'))];
    const error = await reject(new Map(files));
    expect(error.code).toBe('NOT_FOUND');
    expect(error.message).toMatch(/folder above/);
  });

  test('a SavedModel that is still being written', async () => {
    const files = readFolder(wine);
    const shard = 'variables/variables.data-00000-of-00001';
    files.set(`${shard}.tempstate123`, files.get(shard));
    files.delete(shard);
    files.delete('variables/variables.index');
    const error = await reject(files);
    expect(error.code).toBe('FAILED_PRECONDITION');
    expect(error.message).toMatch(/still being written/);
  });
});

test('an input whose values are of a type that its own placeholder is not', async () => {
  // The signature says float32; the graph, which TensorFlow asks, says int32.
  const nodes = [intPlaceholder('x', [-1]), node('y', 'Neg', ['x'], intTypeAttr('T'))];
  const model = await loadGraph(nodes, { serve: signature('y:0') }, options);
  expect(model.signatures.serve.inputs.x.dtype).toBe('int32');
  const { y } = await model.signatures.serve({ x: tensor([1, 2]) });
  expect([y.dtype, y.array()]).toEqual(['int32', [-1, -2]]);
  model.dispose();
});
