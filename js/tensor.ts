import { DTYPES, dtypeOfNumber, isDType, type DType, type NumericArray } from './dtypes.ts';
import type { RawTensor } from './engine.ts';
import { invalidArgument } from './errors.ts';
import { bfloat16ToFloat, halfToFloat } from './half.ts';
import { convertValues, flatten, inferDType, typedArrayDType, type Leaf } from './convert.ts';

/** A string tensor's element: text where the bytes are UTF-8, else the bytes. */
export type StringElement = string | Uint8Array;

/** Nested arrays of numbers, bigints, booleans, strings or bytes. */
export type NestedValues = Leaf | readonly NestedValues[];

/** Everything that can stand for a tensor. */
export type TensorLike = Tensor | NestedValues | ArrayBufferView;

/**
 * A value that goes into a model or comes out of one: row-major, and JavaScript's own.
 *
 * `data` by dtype: float32 Float32Array, float64 Float64Array, int8 to int32 and uint8 to uint32 the array
 * of that name, int64 BigInt64Array, uint64 BigUint64Array, bool Uint8Array of 0 and 1, complex64 and
 * complex128 real and imaginary parts in turn, float16 and bfloat16 Uint16Array (see `toFloat32`),
 * string an array of text or bytes.
 */
export class Tensor {
  constructor(
    readonly dtype: DType,
    readonly shape: readonly number[],
    readonly data: NumericArray | StringElement[],
    /** @internal The dtype was guessed from plain values: it may give way to a signature's. */
    readonly inferred: boolean = false,
  ) {
    const want = sizeOf(shape) * DTYPES[dtype].parts;
    if (data.length !== want)
      throw invalidArgument(
        `a ${dtype} tensor of shape [${shape.join(',')}] has ${want} values, got ${data.length}`,
        { expected: `${want} values`, actual: `${data.length} values` },
      );
  }

  /** Number of elements. */
  get size(): number {
    return sizeOf(this.shape);
  }

  /** Elements as numbers: half and bfloat16 are widened, int64 becomes inexact beyond 2^53. */
  toFloat32(): Float32Array {
    const { data, dtype } = this;
    if (data instanceof Float32Array) return data;
    if (dtype === 'string') throw invalidArgument('a string tensor has no numbers');
    if (dtype === 'float16') return Float32Array.from(data as Uint16Array, halfToFloat);
    if (dtype === 'bfloat16') return Float32Array.from(data as Uint16Array, bfloat16ToFloat);
    return Float32Array.from(data as ArrayLike<number>, Number);
  }

  /** Nested arrays; a scalar is the value itself. Complex numbers are [real, imaginary]. */
  array(): unknown {
    const leaf = leafReader(this);
    let at = 0;
    const build = (axis: number): unknown => {
      if (axis === this.shape.length) return leaf(at++);
      return Array.from({ length: this.shape[axis]! }, () => build(axis + 1));
    };
    return build(0);
  }

  /** dtype, shape and the first values. */
  toString(): string {
    const leaf = leafReader(this);
    const n = Math.min(this.size, 8);
    const values = Array.from({ length: n }, (_, i) => {
      const v = leaf(i);
      return typeof v === 'string' ? JSON.stringify(v) : String(v);
    });
    const more = this.size > n ? ', …' : '';
    return `Tensor ${this.dtype}[${this.shape.join(',')}] {${values.join(', ')}${more}}`;
  }
}

function sizeOf(shape: readonly number[]): number {
  return shape.reduce((a, b) => a * b, 1);
}

function leafReader({ dtype, data }: Tensor): (i: number) => unknown {
  switch (DTYPES[dtype].kind) {
    case 'bool':
      return (i) => data[i] !== 0;
    case 'half': {
      const widen = dtype === 'float16' ? halfToFloat : bfloat16ToFloat;
      return (i) => widen(data[i] as number);
    }
    case 'complex':
      return (i) => [data[2 * i], data[2 * i + 1]];
    default:
      return (i) => data[i];
  }
}

/**
 * A tensor from nested arrays, a flat list with a shape, a typed array, or one value. Without `dtype`, as
 * tf.constant: whole numbers are int32, others float32, bigints int64, booleans bool, strings and
 * bytes string, typed arrays their own. A dtype that was not asked for gives way to that of the
 * signature's input where no value is lost.
 *
 * @throws SavedModelError INVALID_ARGUMENT where the lists are ragged, the values do not fit the shape,
 * or a value does not fit the dtype.
 */
export function tensor(values: TensorLike, shape?: readonly number[], dtype?: DType): Tensor {
  if (dtype !== undefined && !isDType(dtype)) throw invalidArgument(`unknown dtype '${dtype}'`);
  if (shape?.some((d) => !Number.isInteger(d) || d < 0))
    throw invalidArgument(`a shape is made of whole numbers >= 0, got [${shape.join(',')}]`);
  if (values instanceof Tensor) {
    if (dtype && dtype !== values.dtype)
      throw invalidArgument(`the tensor is ${values.dtype}, not ${dtype}`);
    return new Tensor(values.dtype, shape ?? values.shape, values.data, values.inferred);
  }
  // A Uint8Array by itself is a vector of uint8, unless it is to be one string.
  if (ArrayBuffer.isView(values) && !(dtype === 'string' && values instanceof Uint8Array)) {
    const own = typedArrayDType(values);
    const to = dtype ?? own;
    const list = values as NumericArray;
    const parts = DTYPES[to].parts;
    const raw = to === own || rawWidth(to, list);
    const data = raw ? list : convertValues(list as ArrayLike<Leaf>, to, 'tensor');
    return new Tensor(to, shape ?? [list.length / parts], data, dtype === undefined);
  }
  const { leaves, shape: found } = flatten(values as NestedValues);
  const to = dtype ?? inferDType(leaves);
  let dims = shape ?? found;
  // The innermost pair of a complex number is no dimension.
  if (!shape && DTYPES[to].kind === 'complex' && found.at(-1) === 2) dims = found.slice(0, -1);
  return new Tensor(to, dims, convertValues(leaves, to, 'tensor'), dtype === undefined);
}

/** Bits of half floats, and parts of complex numbers, are taken as they are. */
function rawWidth(to: DType, list: NumericArray): boolean {
  const { kind, array } = DTYPES[to];
  return (kind === 'half' || kind === 'complex' || kind === 'bool') && list instanceof array!;
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const encoder = new TextEncoder();

/** @internal */
export function toRaw(t: Tensor): RawTensor {
  const shape = [...t.shape];
  const dtype = DTYPES[t.dtype].number;
  if (t.dtype !== 'string') return { dtype, shape, data: t.data as NumericArray };
  const data = (t.data as StringElement[]).map((s) =>
    typeof s === 'string' ? encoder.encode(s) : s,
  );
  return { dtype, shape, data };
}

/** @internal */
export function fromRaw({ dtype: number, shape, data }: RawTensor): Tensor {
  const dtype = dtypeOfNumber(number);
  if (!dtype) throw invalidArgument(`a tensor of DataType ${number} cannot be shown`);
  if (dtype === 'string') {
    const strings = (data as Uint8Array[]).map((bytes) => {
      try {
        return utf8.decode(bytes);
      } catch {
        return bytes;
      }
    });
    return new Tensor(dtype, shape, strings);
  }
  const { buffer, byteOffset, byteLength } = data as ArrayBufferView;
  const array = DTYPES[dtype].array!;
  return new Tensor(
    dtype,
    shape,
    new array(buffer, byteOffset, byteLength / array.BYTES_PER_ELEMENT),
  );
}
