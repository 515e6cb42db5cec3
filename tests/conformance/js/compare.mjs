// When two tensors count as equal.
import { readFileSync } from 'node:fs';

const exceptions = JSON.parse(readFileSync(new URL('../exceptions.json', import.meta.url), 'utf8'));

const opRtol = { float64: 1e-10, complex128: 1e-10, float16: 2e-3, bfloat16: 1.6e-2 };

export function opTolerance(op, dtype) {
  const own = exceptions.tolerances.find((e) => e.op === op && e.dtype === dtype);
  const rtol = own?.rtol ?? opRtol[dtype] ?? 1e-5;
  return { rtol, ofLargest: rtol, plus: 0 };
}

/** `noise` is how far TensorFlow's own optimised run lies off. */
export function modelTolerance(model, output, dtype, noise = 0) {
  const own = exceptions.models.find((e) => e.model === model && e.output === output);
  if (own) return { rtol: own.rtol, ofLargest: own.rtol, plus: 1e-6 };
  const coarse = dtype === 'float16' || dtype === 'bfloat16';
  const [rtol, ofLargest] = coarse ? [1.6e-2, 1.6e-2] : [1e-4, 5e-5];
  return { rtol, ofLargest, plus: Math.max(1e-6, 4 * noise) };
}

/** Why a case is not run, or nothing. */
export function skipReason(op, attrs, isError) {
  return exceptions.skips.find(
    (s) =>
      s.op === op &&
      (!s.error || isError) &&
      Object.entries(s.attr ?? {}).every(([name, value]) => attrs[name] === value),
  )?.reason;
}

const halfToNumber = (h) => {
  const sign = h & 0x8000 ? -1 : 1;
  const e = (h >> 10) & 31;
  const m = h & 0x3ff;
  if (e === 31) return m ? NaN : sign * Infinity;
  return sign * (e ? (1 + m / 1024) * 2 ** (e - 15) : m * 2 ** -24);
};
const scratch = new DataView(new ArrayBuffer(4));
const bfloat16ToNumber = (h) => {
  scratch.setUint32(0, h << 16);
  return scratch.getFloat32(0);
};

/** Reader of one part of an element as a number; nothing for dtypes that are compared exactly. */
function numbersOf({ dtype, data }) {
  switch (dtype) {
    case 'float32':
    case 'float64':
    case 'complex64':
    case 'complex128':
      return (i) => data[i];
    case 'float16':
      return (i) => halfToNumber(data[i]);
    case 'bfloat16':
      return (i) => bfloat16ToNumber(data[i]);
    default:
      return undefined;
  }
}

const describe = ({ dtype, shape }) => `${dtype}[${shape.join(',')}]`;

export function shapeDifference(got, want) {
  const same = got.dtype === want.dtype && got.shape.join() === want.shape.join();
  return same ? '' : `got ${describe(got)}, want ${describe(want)}`;
}

function position(shape, flat) {
  const at = [];
  for (let d = shape.length - 1; d >= 0; d--) {
    at.unshift(flat % shape[d]);
    flat = Math.floor(flat / shape[d]);
  }
  return `[${at.join(',')}]`;
}

/** The first difference in words, or ''. */
export function difference(got, want, tolerance) {
  const shapes = shapeDifference(got, want);
  if (shapes) return shapes;
  if (want.dtype === 'string') return stringDifference(got, want);
  const a = numbersOf(got);
  const b = numbersOf(want);
  if (!a) {
    const i = want.data.findIndex((v, k) => v !== got.data[k]);
    return i < 0 ? '' : `at ${position(want.shape, i)} got ${got.data[i]}, want ${want.data[i]}`;
  }
  return want.dtype.startsWith('complex')
    ? floatDifference(got.shape, want.data.length / 2, pairs(a), pairs(b), tolerance)
    : floatDifference(got.shape, want.data.length, reals(a), reals(b), tolerance);
}

const reals = (x) => (i) => [x(i), 0];
const pairs = (x) => (i) => [x(2 * i), x(2 * i + 1)];
const show = ([re, im]) => (im ? `(${re},${im})` : `${re}`);

function floatDifference(shape, n, a, b, { rtol, ofLargest, plus }) {
  let largest = 0;
  for (let i = 0; i < n; i++) {
    const size = Math.hypot(...b(i));
    if (Number.isFinite(size) && size > largest) largest = size;
  }
  const atol = ofLargest * largest + plus;
  const ratio = (x, y) => {
    if (x.every((v, k) => v === y[k] || (v !== v && y[k] !== y[k]))) return 0;
    const distance = Math.hypot(x[0] - y[0], x[1] - y[1]);
    const allowed = atol + rtol * Math.hypot(...y);
    return Number.isFinite(distance) && Number.isFinite(allowed) && allowed > 0
      ? distance / allowed
      : Infinity;
  };
  let first = -1;
  let worst = 0;
  let count = 0;
  for (let i = 0; i < n; i++) {
    const r = ratio(a(i), b(i));
    if (r <= 1) continue;
    if (first < 0) first = i;
    if (r > worst) worst = r;
    count++;
  }
  if (first < 0) return '';
  const r = ratio(a(first), b(first)).toPrecision(4);
  return (
    `at ${position(shape, first)} got ${show(a(first))}, want ${show(b(first))}, ${r} times the ` +
    `tolerance (${count} of ${n} differ, worst ${worst.toPrecision(4)})`
  );
}

function stringDifference(got, want) {
  for (let i = 0; i < want.data.length; i++) {
    const a = Buffer.from(got.data[i]);
    const b = Buffer.from(want.data[i]);
    if (!a.equals(b))
      return `at ${position(want.shape, i)} got ${JSON.stringify(a.toString())}, want ${JSON.stringify(b.toString())}`;
  }
  return '';
}
