// Decompositions are free up to sign, phase or order: they are compared by what they reconstruct.
import { difference, opTolerance } from './compare.mjs';
import { sizeOf } from './values.mjs';

/** Matrices as { rows, columns, re, im }, row-major. */
const zeros = (rows, columns) => ({
  rows,
  columns,
  re: new Float64Array(rows * columns),
  im: new Float64Array(rows * columns),
});

function matrixOf({ dtype, shape, data }, batch, rows = shape.at(-2), columns = shape.at(-1)) {
  const m = zeros(rows, columns);
  const parts = dtype.startsWith('complex') ? 2 : 1;
  const start = batch * rows * columns * parts;
  for (let i = 0; i < rows * columns; i++) {
    m.re[i] = data[start + i * parts];
    m.im[i] = parts === 2 ? data[start + i * parts + 1] : 0;
  }
  return m;
}

function diagonalOf(tensor, batch) {
  const n = tensor.shape.at(-1);
  const row = matrixOf(tensor, batch, 1, n);
  const m = zeros(n, n);
  for (let i = 0; i < n; i++) [m.re[i * n + i], m.im[i * n + i]] = [row.re[i], row.im[i]];
  return m;
}

function times(a, b) {
  const c = zeros(a.rows, b.columns);
  for (let i = 0; i < a.rows; i++)
    for (let l = 0; l < Math.min(a.columns, b.rows); l++)
      for (let j = 0; j < b.columns; j++) {
        const [x, y, z] = [i * a.columns + l, l * b.columns + j, i * c.columns + j];
        c.re[z] += a.re[x] * b.re[y] - a.im[x] * b.im[y];
        c.im[z] += a.re[x] * b.im[y] + a.im[x] * b.re[y];
      }
  return c;
}

function adjoint(a) {
  const t = zeros(a.columns, a.rows);
  for (let i = 0; i < a.rows; i++)
    for (let j = 0; j < a.columns; j++) {
      t.re[j * a.rows + i] = a.re[i * a.columns + j];
      t.im[j * a.rows + i] = -a.im[i * a.columns + j];
    }
  return t;
}

/** A copy with the elements for which `keep` holds, zeros elsewhere. */
function masked(a, keep) {
  const m = zeros(a.rows, a.columns);
  for (let i = 0; i < a.re.length; i++)
    if (keep(Math.floor(i / a.columns), i % a.columns)) [m.re[i], m.im[i]] = [a.re[i], a.im[i]];
  return m;
}

function firstColumns(a, n) {
  const m = zeros(a.rows, Math.min(n, a.columns));
  for (let i = 0; i < m.rows; i++)
    for (let j = 0; j < m.columns; j++) {
      m.re[i * m.columns + j] = a.re[i * a.columns + j];
      m.im[i * m.columns + j] = a.im[i * a.columns + j];
    }
  return m;
}

/** What a solver that looks at the lower triangle only takes the matrix for. */
function fromLower(a) {
  const lower = masked(a, (i, j) => i >= j);
  const strict = adjoint(masked(a, (i, j) => i > j));
  return {
    ...lower,
    re: lower.re.map((v, i) => v + strict.re[i]),
    im: lower.im.map((v, i) => v + strict.im[i]),
  };
}

function identity(n) {
  const m = zeros(n, n);
  for (let i = 0; i < n; i++) m.re[i * n + i] = 1;
  return m;
}

/** The rows of diag(e) that lie nearest to those of diag(f), in that order. */
function matched(e, f) {
  const n = e.rows;
  const left = Array.from({ length: n }, (_, i) => i);
  const m = zeros(n, n);
  for (let i = 0; i < n; i++) {
    const far = (k) =>
      Math.hypot(e.re[k * n + k] - f.re[i * n + i], e.im[k * n + k] - f.im[i * n + i]);
    left.sort((a, b) => far(a) - far(b));
    const k = left.shift();
    [m.re[i * n + i], m.im[i * n + i]] = [e.re[k * n + k], e.im[k * n + k]];
  }
  return m;
}

/** '' where all of the pairs [made, wanted, what] are near enough. */
function check(pairs, limit) {
  for (const [a, b, what] of pairs) {
    const largest = Math.max(1e-30, ...b.re.map((v, i) => Math.hypot(v, b.im[i])));
    const worst = Math.max(0, ...b.re.map((v, i) => Math.hypot(a.re[i] - v, a.im[i] - b.im[i])));
    if (!(worst <= limit * largest)) return `${what} is off by ${worst} of ${largest}`;
  }
  return '';
}

const orthonormal = (q, what) => [times(adjoint(q), q), identity(q.columns), what];
const eigen = (a, e, v) => [times(v, e), times(a, v), 'v e'];

/** Undefined where they were not asked for. */
const hasVectors = (want) => want[1]?.shape.length >= 2 && sizeOf(want[1].shape) > 0;

function svd(a, got, want, b) {
  if (!hasVectors(want)) return [];
  const s = diagonalOf(got[0], b);
  const u = matrixOf(got[1], b);
  const v = matrixOf(got[2], b);
  const made = times(times(firstColumns(u, s.rows), s), adjoint(firstColumns(v, s.rows)));
  return [[made, matrixOf(a, b), 'u s v^H'], orthonormal(u, 'u^H u'), orthonormal(v, 'v^H v')];
}

function qr(a, got, want, b) {
  const q = matrixOf(got[0], b);
  const r = matrixOf(got[1], b);
  const upper = masked(r, (i, j) => i <= j);
  return [
    [times(q, r), matrixOf(a, b), 'q r'],
    orthonormal(q, 'q^H q'),
    [r, upper, 'the triangle'],
  ];
}

function eig(a, got, want, b) {
  const e = diagonalOf(got[0], b);
  const pairs = [[e, matched(diagonalOf(want[0], b), e), 'the set of eigenvalues']];
  if (hasVectors(want)) pairs.push(eigen(matrixOf(a, b), e, matrixOf(got[1], b)));
  return pairs;
}

function selfAdjoint(a, got, want, b) {
  if (!hasVectors(want)) return [];
  const v = matrixOf(got[1], b);
  return [eigen(fromLower(matrixOf(a, b)), diagonalOf(got[0], b), v), orthonormal(v, 'v^H v')];
}

/** Version 1 has one output: eigenvalues in the first row, vectors below. */
function selfAdjointV1(a, got, want, b) {
  const n = a.shape.at(-1);
  const split = (t) => {
    const size = (n + 1) * n;
    const part = (from, to, shape) => ({ dtype: t.dtype, shape, data: t.data.subarray(from, to) });
    return [
      diagonalOf(part(b * size, b * size + n, [n]), 0),
      matrixOf(part(b * size + n, (b + 1) * size, [n, n]), 0),
    ];
  };
  const [e, v] = split(got[0]);
  const [wanted] = split(want[0]);
  return [
    [e, wanted, 'the eigenvalues'],
    eigen(fromLower(matrixOf(a, b)), e, v),
    orthonormal(v, 'v^H v'),
  ];
}

const checks = {
  Svd: svd,
  Qr: qr,
  Eig: eig,
  SelfAdjointEigV2: selfAdjoint,
  SelfAdjointEig: selfAdjointV1,
};

/** undefined where `op` is no such decomposition; else the difference, '' where it holds. */
export function linalgDifference(op, [a], got, want) {
  const name = op.replace(/^Batch/, '');
  const pairsOf = checks[name];
  if (!pairsOf) return undefined;
  const usual = opTolerance(op, a.dtype);
  if (name === 'Svd' || name === 'SelfAdjointEigV2') {
    const d = difference(got[0], want[0], usual);
    if (d) return d;
  }
  const batch = sizeOf(a.shape.slice(0, -2));
  if (!sizeOf(a.shape)) return '';
  for (let b = 0; b < batch; b++) {
    const d = check(pairsOf(a, got, want, b), 50 * usual.rtol);
    if (d) return d;
  }
  return '';
}
