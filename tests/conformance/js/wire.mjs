// Protobuf's wire format: just what op cases need, read and written.

/** Fields of a message in order: { field, value }, where value is a BigInt, or bytes. */
export function* fields(bytes) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let at = 0;
  const varint = () => {
    let value = 0n;
    for (let shift = 0n; ; shift += 7n) {
      const b = bytes[at++];
      if (b === undefined || shift > 63n) throw new Error('a varint is cut or too long');
      value |= BigInt(b & 0x7f) << shift;
      if (b < 0x80) return value;
    }
  };
  while (at < bytes.length) {
    const key = Number(varint());
    const field = key >>> 3;
    let value;
    switch (key & 7) {
      case 0:
        value = varint();
        break;
      case 1:
        value = view.getBigUint64(at, true);
        at += 8;
        break;
      case 2: {
        const length = Number(varint());
        value = bytes.subarray(at, at + length);
        if (value.length !== length) throw new Error('a field is cut');
        at += length;
        break;
      }
      case 5:
        value = BigInt(view.getUint32(at, true));
        at += 4;
        break;
      default:
        throw new Error(`wire type ${key & 7}`);
    }
    yield { field, value };
  }
}

/** The varints of a packed field. */
export function packedVarints(bytes) {
  const values = [];
  let value = 0n;
  let shift = 0n;
  for (const b of bytes) {
    value |= BigInt(b & 0x7f) << shift;
    shift += 7n;
    if (b < 0x80) {
      values.push(value);
      value = shift = 0n;
    }
  }
  return values;
}

export const text = (bytes) => Buffer.from(bytes).toString('utf8');

function varintBytes(value) {
  const out = [];
  let v = BigInt.asUintN(64, BigInt(value));
  for (; v >= 128n; v >>= 7n) out.push(Number(v & 127n) | 128);
  out.push(Number(v));
  return Buffer.from(out);
}

/** A varint field. */
export const number = (field, value) =>
  Buffer.concat([varintBytes(field << 3), varintBytes(value)]);

/** A field of bytes, of a string, or of a message given by its fields. */
export function bytes(field, content) {
  const body = Array.isArray(content) ? Buffer.concat(content) : Buffer.from(content);
  return Buffer.concat([varintBytes((field << 3) | 2), varintBytes(body.length), body]);
}
