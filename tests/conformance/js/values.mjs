// Tensors as { dtype, shape, data }, as the package has them, out of TensorProtos and case.json.
import { fields, packedVarints } from './wire.mjs';

// By the number of tensorflow.DataType: [the package's name, array, TensorProto's field of single values].
const types = {
  1: ['float32', Float32Array, 5],
  2: ['float64', Float64Array, 6],
  3: ['int32', Int32Array, 7],
  4: ['uint8', Uint8Array, 7],
  5: ['int16', Int16Array, 7],
  6: ['int8', Int8Array, 7],
  7: ['string', null, 8],
  8: ['complex64', Float32Array, 9],
  9: ['int64', BigInt64Array, 10],
  10: ['bool', Uint8Array, 11],
  11: ['qint8', Int8Array, 7],
  12: ['quint8', Uint8Array, 7],
  13: ['qint32', Int32Array, 7],
  14: ['bfloat16', Uint16Array, 13],
  15: ['qint16', Int16Array, 7],
  16: ['quint16', Uint16Array, 7],
  17: ['uint16', Uint16Array, 7],
  18: ['complex128', Float64Array, 12],
  19: ['float16', Uint16Array, 13],
  22: ['uint32', Uint32Array, 16],
  23: ['uint64', BigUint64Array, 17],
};
const byProtoName = {
  DT_FLOAT: 1,
  DT_DOUBLE: 2,
  DT_INT32: 3,
  DT_UINT8: 4,
  DT_INT16: 5,
  DT_INT8: 6,
  DT_STRING: 7,
  DT_COMPLEX64: 8,
  DT_INT64: 9,
  DT_BOOL: 10,
  DT_QINT8: 11,
  DT_QUINT8: 12,
  DT_QINT32: 13,
  DT_BFLOAT16: 14,
  DT_QINT16: 15,
  DT_QUINT16: 16,
  DT_UINT16: 17,
  DT_COMPLEX128: 18,
  DT_HALF: 19,
  DT_UINT32: 22,
  DT_UINT64: 23,
};

export class UnsupportedType extends Error {}

const partsOf = (dtype) => (dtype.startsWith('complex') ? 2 : 1);
export const sizeOf = (shape) => shape.reduce((a, b) => a * b, 1);

function typeOf(number) {
  const t = types[number];
  if (!t) throw new UnsupportedType(`tensors of DataType ${number} cannot be given or read here`);
  return t;
}

function fromBytes(array, bytes) {
  const copy = new Uint8Array(bytes);
  return new array(copy.buffer, 0, copy.length / array.BYTES_PER_ELEMENT);
}

/** { number, shape } of a TensorProto. */
export function protoFacts(proto) {
  let number = 0;
  const shape = [];
  for (const { field, value } of fields(proto)) {
    if (field === 1) number = Number(value);
    if (field === 2)
      for (const dim of fields(value))
        if (dim.field === 2) {
          let size = 0;
          for (const f of fields(dim.value))
            if (f.field === 1) size = Number(BigInt.asIntN(64, f.value));
          shape.push(size);
        }
  }
  return { number, shape };
}

export function fromProto(proto) {
  const { number, shape } = protoFacts(proto);
  const [dtype, array, single] = typeOf(number);
  const count = sizeOf(shape) * partsOf(dtype);
  const listed = [];
  let content = null;
  for (const { field, value } of fields(proto)) {
    if (field === 4 && value.length) content = value;
    else if (field === single) listed.push(...singles(single, value));
  }
  if (dtype === 'string') {
    const data = content ? packedStrings(content, count) : listed;
    return { dtype, shape, data: repeatLast(data, count, new Uint8Array()) };
  }
  if (content) return { dtype, shape, data: fromBytes(array, content) };
  const parts = partsOf(dtype);
  const data = new array(count);
  const big = array === BigInt64Array || array === BigUint64Array;
  for (let i = 0; i < count; i++) {
    const given = i < listed.length ? i : listed.length - parts + (i % parts);
    const v = listed.length ? listed[given] : 0n;
    data[i] = big ? BigInt.asIntN(64, BigInt(v)) : Number(v);
  }
  return { dtype, shape, data };
}

/** Values of a typed field, packed or not; integers as signed BigInts. */
function singles(field, value) {
  if (field === 8) return [value];
  if (field === 5 || field === 9) return [...fromBytes(Float32Array, value)];
  if (field === 6 || field === 12) return [...fromBytes(Float64Array, value)];
  const all = typeof value === 'bigint' ? [value] : packedVarints(value);
  return all.map((v) => BigInt.asIntN(64, v));
}

function repeatLast(list, count, fallback) {
  return Array.from({ length: count }, (_, i) => list[Math.min(i, list.length - 1)] ?? fallback);
}

/** Strings as one block: all lengths as varints, then the bytes. */
function packedStrings(content, count) {
  const lengths = [];
  let at = 0;
  for (let i = 0; i < count; i++) {
    let length = 0;
    for (let scale = 1; ; scale *= 128) {
      const b = content[at++];
      length += (b & 127) * scale;
      if (b < 128) break;
    }
    lengths.push(length);
  }
  return lengths.map((n) => content.subarray(at, (at += n)));
}

/** A tensor of case.json. */
export function fromJson({ dtype: name, shape, data }) {
  const [dtype, array] = typeOf(byProtoName[name]);
  if (dtype === 'string')
    return { dtype, shape, data: data.map((s) => new Uint8Array(Buffer.from(s, 'base64'))) };
  return { dtype, shape, data: fromBytes(array, Buffer.from(data, 'base64')) };
}
