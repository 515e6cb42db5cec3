import { smw } from './helpers.mjs';

const { tensor, Tensor } = smw;
const code = (run) => {
  try {
    run();
  } catch (error) {
    return error.code;
  }
  return 'nothing thrown';
};

test('dtypes as tf.constant chooses them', () => {
  expect(tensor([1, 2]).dtype).toBe('int32');
  expect(tensor([1, 2.5]).dtype).toBe('float32');
  expect(tensor([1n]).dtype).toBe('int64');
  expect(tensor(true).dtype).toBe('bool');
  expect(tensor('a').dtype).toBe('string');
  expect(tensor([new Uint8Array([255])]).dtype).toBe('string');
  expect(tensor(new Uint8Array([255])).dtype).toBe('uint8');
  expect(tensor(new Float64Array(2)).dtype).toBe('float64');
  expect(tensor(2 ** 31).dtype).toBe('float32');
});

test('shapes', () => {
  expect(tensor([[1, 2, 3]]).shape).toEqual([1, 3]);
  expect(tensor(7).shape).toEqual([]);
  expect(tensor([]).shape).toEqual([0]);
  expect(tensor([1, 2, 3, 4], [2, 2]).array()).toEqual([
    [1, 2],
    [3, 4],
  ]);
  expect(tensor([[1, 2]], undefined, 'complex64').shape).toEqual([1]);
});

test('what would lose a value is refused', () => {
  const refused = [
    () => tensor([1.5], [1], 'int32'),
    () => tensor([300], [1], 'uint8'),
    () => tensor([-1], [1], 'uint64'),
    () => tensor([2 ** 53 + 2], [1], 'int64'),
    () => tensor([1e39], [1], 'float32'),
    () => tensor([70000], [1], 'float16'),
    () => tensor([2], [1], 'bool'),
    () => tensor(['a'], [1], 'int32'),
    () => tensor([1], [1], 'string'),
    () => tensor([[1, 2], [3]]),
    () => tensor([1, [2]]),
    () => tensor([1, 2, 3], [2, 2]),
    () => tensor([1], [-1]),
    () => tensor([1], [1], 'float99'),
    () => new Tensor('float32', [2], new Float32Array(3)),
  ];
  for (const run of refused) expect(code(run)).toBe('INVALID_ARGUMENT');
});

test('int64 keeps every bit', () => {
  const t = tensor([2n ** 63n - 1n, -(2n ** 63n)]);
  expect(t.data).toEqual(BigInt64Array.of(2n ** 63n - 1n, -(2n ** 63n)));
});

test('half and bfloat16 round to even, both ways', () => {
  const values = [0, -0, 1, -2.5, 65504, 2 ** -24, 2 ** -14, 0.1, 1 + 2 ** -11, 1 + 3 * 2 ** -11];
  const half = tensor(values, undefined, 'float16');
  expect(Array.from(half.data)).toEqual([
    0, 0x8000, 0x3c00, 0xc100, 0x7bff, 1, 0x0400, 0x2e66, 0x3c00, 0x3c02,
  ]);
  expect(half.toFloat32()[4]).toBe(65504);
  expect(half.toFloat32()[5]).toBe(2 ** -24);
  const brain = tensor([1, -2, 3.140625, Infinity], undefined, 'bfloat16');
  expect(brain.array()).toEqual([1, -2, 3.140625, Infinity]);
});

test('array and toString', () => {
  expect(tensor([[true, false]]).array()).toEqual([[true, false]]);
  expect(String(tensor([1, 2, 3]))).toBe('Tensor int32[3] {1, 2, 3}');
  expect(String(tensor(['a']))).toBe('Tensor string[1] {"a"}');
});
