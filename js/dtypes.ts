/** Names of element types, as TensorFlow's Python API spells them. */
export type DType =
  | 'float32'
  | 'float64'
  | 'int32'
  | 'uint8'
  | 'int16'
  | 'int8'
  | 'string'
  | 'complex64'
  | 'int64'
  | 'bool'
  | 'qint8'
  | 'quint8'
  | 'qint32'
  | 'bfloat16'
  | 'qint16'
  | 'quint16'
  | 'uint16'
  | 'complex128'
  | 'float16'
  | 'uint32'
  | 'uint64';

/** What `Tensor.data` is made of, except for strings. */
export type NumericArray =
  | Float32Array
  | Float64Array
  | Int8Array
  | Int16Array
  | Int32Array
  | Uint8Array
  | Uint16Array
  | Uint32Array
  | BigInt64Array
  | BigUint64Array;

interface ArrayType {
  readonly BYTES_PER_ELEMENT: number;
  new (length: number): NumericArray;
  new (buffer: ArrayBufferLike, byteOffset?: number, length?: number): NumericArray;
}

interface DTypeFacts {
  /** Number of tensorflow.DataType. */
  number: number;
  array?: ArrayType;
  /** Array elements per tensor element: 2 for complex numbers, real part first. */
  parts: number;
  kind: 'float' | 'int' | 'bigint' | 'bool' | 'half' | 'complex' | 'string';
  /** Bounds of integers. */
  min?: bigint;
  max?: bigint;
}

const row = (
  number: number,
  kind: DTypeFacts['kind'],
  array?: ArrayType,
  bits = 0,
  signed = true,
): DTypeFacts => {
  const facts: DTypeFacts = { number, kind, array, parts: kind === 'complex' ? 2 : 1 };
  if (bits) {
    const b = BigInt(bits);
    facts.min = signed ? -(1n << (b - 1n)) : 0n;
    facts.max = (1n << (signed ? b - 1n : b)) - 1n;
  }
  return facts;
};

export const DTYPES: Record<DType, DTypeFacts> = {
  float32: row(1, 'float', Float32Array),
  float64: row(2, 'float', Float64Array),
  int32: row(3, 'int', Int32Array, 32),
  uint8: row(4, 'int', Uint8Array, 8, false),
  int16: row(5, 'int', Int16Array, 16),
  int8: row(6, 'int', Int8Array, 8),
  string: row(7, 'string'),
  complex64: row(8, 'complex', Float32Array),
  int64: row(9, 'bigint', BigInt64Array, 64),
  bool: row(10, 'bool', Uint8Array),
  qint8: row(11, 'int', Int8Array, 8),
  quint8: row(12, 'int', Uint8Array, 8, false),
  qint32: row(13, 'int', Int32Array, 32),
  bfloat16: row(14, 'half', Uint16Array),
  qint16: row(15, 'int', Int16Array, 16),
  quint16: row(16, 'int', Uint16Array, 16, false),
  uint16: row(17, 'int', Uint16Array, 16, false),
  complex128: row(18, 'complex', Float64Array),
  float16: row(19, 'half', Uint16Array),
  uint32: row(22, 'int', Uint32Array, 32, false),
  uint64: row(23, 'bigint', BigUint64Array, 64, false),
};

const byNumber = new Map(
  (Object.entries(DTYPES) as [DType, DTypeFacts][]).map(([name, { number }]) => [number, name]),
);

export const isDType = (name: string): name is DType => Object.hasOwn(DTYPES, name);

/** The name of a tensorflow.DataType. */
export function dtypeOfNumber(number: number): DType | undefined {
  return byNumber.get(number);
}
