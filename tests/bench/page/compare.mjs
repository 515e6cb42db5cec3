// Answers against TensorFlow's. Converters rename outputs: what has no namesake is matched by size and least error.

/** Largest difference, over the largest value. NaN, where TensorFlow has none, counts as infinite. */
function relativeError(got, want) {
  let error = 0;
  let largest = 0;
  for (let i = 0; i < want.length; i++) {
    const difference = Math.abs(Number(got[i]) - Number(want[i]));
    if (!(difference <= error)) error = Number.isNaN(difference) ? Infinity : difference;
    largest = Math.max(largest, Math.abs(Number(want[i])));
  }
  return error / Math.max(largest, 1e-9);
}

/** `outputs`: name -> typed array. { right, error, outputs: [{ name, as, error } or { name, missing }] } */
export function compare(outputs, expected, tolerance) {
  const left = new Map(Object.entries(outputs));
  const rows = Object.entries(expected).map(([name, { data }]) => {
    const fits = [...left.keys()].filter((key) => left.get(key).length === data.length);
    const candidates = fits.includes(name) ? [name] : fits;
    if (!candidates.length) {
      const got = [...left].map(([key, value]) => `${key}[${value.length}]`).join(' ');
      return { name, missing: `${data.length} values; there are ${got}`, error: Infinity };
    }
    const rated = candidates.map((as) => ({ name, as, error: relativeError(left.get(as), data) }));
    const best = rated.reduce((a, b) => (b.error < a.error ? b : a));
    left.delete(best.as);
    return best;
  });
  const error = Math.max(...rows.map((r) => r.error));
  // JSON has no Infinity.
  return { right: error <= tolerance, error: Math.min(error, 1e9), outputs: rows };
}
