// Rows and totals, as lines and as JSON.
import { verdicts } from './outcome.mjs';

export class Row {
  constructor(kind, name, path, verbose) {
    Object.assign(this, { kind, name, path, verbose, first: '' });
    for (const v of verdicts) this[v] = 0;
  }
  get isOp() {
    return this.kind === 'op';
  }
  add(index, { verdict, message }) {
    this[verdict]++;
    if (verdict !== 'passed' && !this.first) this.first = message;
    if (verdict !== 'passed' && this.verbose)
      console.log(`${this.name} case ${index} ${verdict}: ${message}`);
  }
  toString() {
    const counts = verdicts.filter((v) => this[v] || v === 'passed').map((v) => `${v} ${this[v]}`);
    const first = this.first && `: ${this.first.split('\n')[0].slice(0, 400)}`;
    return `${this.name}  ${counts.join(', ')}${first}`;
  }
}

export function totalsOf(rows) {
  return Object.fromEntries(verdicts.map((v) => [v, rows.reduce((n, r) => n + r[v], 0)]));
}

export function summary(rows) {
  const t = totalsOf(rows);
  const bad = t.failed + t.unsupported + t.crashed;
  const clean = rows.filter((r) => !r.failed && !r.unsupported && !r.crashed).length;
  return (
    `${clean} of ${rows.length} rows without a failure; ` +
    `${verdicts.map((v) => `${v} ${t[v]}`).join(', ')}\n` +
    `${t.passed} passed, ${bad} failed, ${t.skipped} skipped`
  );
}

export function toJson(rows) {
  const plain = rows.map((r) => ({
    kind: r.kind,
    name: r.name,
    path: r.path,
    ...Object.fromEntries(verdicts.map((v) => [v, r[v]])),
    first: r.first,
  }));
  return `${JSON.stringify({ totals: totalsOf(rows), rows: plain }, null, 2)}\n`;
}
