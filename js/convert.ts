// From plain values to the elements of a dtype, refusing what would lose a value.
import { DTYPES, type DType, type NumericArray } from './dtypes.ts';
import { invalidArgument } from './errors.ts';
import { floatToBfloat16, floatToHalf } from './half.ts';

export type Leaf = number | bigint | boolean | string | Uint8Array;
type Nested = Leaf | readonly Nested[];

/** All leaves in row-major order, and the shape. INVALID_ARGUMENT for ragged lists. */
export function flatten(values: Nested): { leaves: Leaf[]; shape: number[] } {
  const shape: number[] = [];
  for (let v: Nested | undefined = values; Array.isArray(v); v = (v as readonly Nested[])[0])
    shape.push(v.length);
  const leaves: Leaf[] = [];
  const walk = (v: Nested, axis: number): void => {
    if (Array.isArray(v) !== axis < shape.length || (Array.isArray(v) && v.length !== shape[axis]))
      throw invalidArgument(
        `nested lists must all have the same lengths: [${shape.join(',')}] does not fit everywhere`,
      );
    if (Array.isArray(v)) for (const x of v as readonly Nested[]) walk(x, axis + 1);
    else leaves.push(v as Leaf);
  };
  walk(values, 0);
  return { leaves, shape };
}

/** What tf.constant would choose. */
export function inferDType(leaves: readonly Leaf[]): DType {
  const first = leaves[0];
  if (typeof first === 'string' || first instanceof Uint8Array) return 'string';
  if (typeof first === 'boolean') return 'bool';
  if (leaves.some((v) => typeof v === 'bigint')) return 'int64';
  const whole = leaves.length > 0 && leaves.every((v) => isInt32(v as number));
  return whole ? 'int32' : 'float32';
}
const isInt32 = (v: number) => Number.isInteger(v) && Math.abs(v) < 2 ** 31 && !Object.is(v, -0);

/** The dtype whose elements a typed array holds. */
export function typedArrayDType(view: ArrayBufferView): DType {
  const name = view.constructor.name;
  if (name === 'Uint8ClampedArray') return 'uint8';
  if (name === 'Float16Array') return 'float16';
  if (name === 'BigInt64Array') return 'int64';
  if (name === 'BigUint64Array') return 'uint64';
  const dtype = name.replace('Array', '').toLowerCase();
  if (dtype in DTYPES) return dtype as DType;
  throw invalidArgument(`a ${name} cannot be a tensor's values`);
}

/** Elements of `dtype`. `what` names the input in messages. */
export function convertValues(
  values: ArrayLike<Leaf>,
  dtype: DType,
  what: string,
): NumericArray | (string | Uint8Array)[] {
  const facts = DTYPES[dtype];
  const refuse = (v: Leaf, i: number): never => {
    const shown = typeof v === 'bigint' ? `${v}n` : typeof v === 'string' ? `'${v}'` : String(v);
    throw invalidArgument(`${what}: value ${shown} at index ${i} is no ${dtype}`, {
      expected: dtype,
      actual: shown,
    });
  };
  const n = values.length;
  if (facts.kind === 'string')
    return Array.from({ length: n }, (_, i) => {
      const v = values[i]!;
      return typeof v === 'string' || v instanceof Uint8Array ? v : refuse(v, i);
    });
  const out = new facts.array!(n);
  const one = converter(dtype);
  for (let i = 0; i < n; i++) {
    const v = one(values[i]!);
    out[i] = (v === undefined ? refuse(values[i]!, i) : v) as never;
  }
  return out;
}

/** A function that gives an array element, or nothing where the value would be lost. */
function converter(dtype: DType): (v: Leaf) => number | bigint | undefined {
  const { kind, min, max } = DTYPES[dtype];
  switch (kind) {
    case 'bool':
      return (v) => (v === true || v === 1 || v === 1n ? 1 : isZero(v) ? 0 : undefined);
    case 'int':
      return (v) => {
        const x = typeof v === 'bigint' ? Number(v) : v;
        return typeof x === 'number' && Number.isInteger(x) && x >= Number(min) && x <= Number(max)
          ? x
          : undefined;
      };
    case 'bigint':
      return (v) => {
        const x = typeof v === 'number' && Number.isSafeInteger(v) ? BigInt(v) : v;
        return typeof x === 'bigint' && x >= min! && x <= max! ? x : undefined;
      };
    case 'half': {
      const narrow = dtype === 'float16' ? floatToHalf : floatToBfloat16;
      const infinity = narrow(Infinity);
      return (v) => {
        const x = toNumber(v, 2 ** 53);
        if (x === undefined) return undefined;
        const h = narrow(x);
        return (h & 0x7fff) === infinity && Number.isFinite(x) ? undefined : h;
      };
    }
    default: {
      const single = dtype === 'float32' || dtype === 'complex64';
      const exact = single ? 2 ** 24 : 2 ** 53;
      return (v) => {
        const x = toNumber(v, exact);
        if (x === undefined || !single || !Number.isFinite(x)) return x;
        return Number.isFinite(Math.fround(x)) ? x : undefined;
      };
    }
  }
}

const isZero = (v: Leaf) => v === false || v === 0 || v === 0n;

function toNumber(v: Leaf, exact: number): number | undefined {
  if (typeof v === 'number') return v;
  if (typeof v !== 'bigint') return undefined;
  const x = Number(v);
  return Math.abs(x) <= exact || BigInt(Math.fround(x)) === v ? x : undefined;
}
