// float16 and bfloat16, which JavaScript keeps as Uint16Array.

const float = new Float32Array(1);
const bits = new Uint32Array(float.buffer);

export function halfToFloat(h: number): number {
  const sign = h & 0x8000 ? -1 : 1;
  const exponent = (h >> 10) & 31;
  const mantissa = h & 0x3ff;
  if (exponent === 31) return mantissa ? NaN : sign * Infinity;
  if (exponent === 0) return sign * mantissa * 2 ** -24;
  return sign * (1 + mantissa / 1024) * 2 ** (exponent - 15);
}

/** Rounds to nearest, ties to even. */
export function floatToHalf(value: number): number {
  if (Number.isNaN(value)) return 0x7e00;
  const sign = value < 0 || Object.is(value, -0) ? 0x8000 : 0;
  const a = Math.abs(value);
  if (a >= 65520) return sign | 0x7c00;
  // Subnormals are multiples of 2^-24, others of 2^(exponent - 10).
  const exponent = a < 2 ** -14 ? -14 : Math.floor(Math.log2(a));
  const step = 2 ** (exponent - 10);
  const n = roundHalfEven(a / step);
  return sign | (n + (exponent === -14 && a < 2 ** -14 ? 0 : (exponent + 14) << 10));
}

export function bfloat16ToFloat(b: number): number {
  bits[0] = b << 16;
  return float[0]!;
}

export function floatToBfloat16(value: number): number {
  float[0] = value;
  const x = bits[0]!;
  if (Number.isNaN(value)) return (x >>> 16) | 0x40;
  return (x + 0x7fff + ((x >>> 16) & 1)) >>> 16;
}

function roundHalfEven(x: number): number {
  const floor = Math.floor(x);
  const rest = x - floor;
  return rest > 0.5 || (rest === 0.5 && floor % 2 === 1) ? floor + 1 : floor;
}
