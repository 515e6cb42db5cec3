/** The mean of the two middle ones for an even number; undefined of nothing. */
export function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const n = sorted.length;
  return n ? (sorted[(n - 1) >> 1] + sorted[n >> 1]) / 2 : undefined;
}

export const minimum = (values) => (values.length ? Math.min(...values) : undefined);

/** Of positive numbers; undefined of none. */
export const geometricMean = (values) =>
  values.length ? Math.exp(values.reduce((s, v) => s + Math.log(v), 0) / values.length) : undefined;
