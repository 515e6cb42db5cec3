// Results as a person reads them: bars for class scores, pictures for images, else a table.
import type { Tensor } from 'savedmodel-wasm';
import { make, typeText } from './dom.ts';

const TOP = 10;
const MOST_CELLS = 2000;

export function showOutput(name: string, t: Tensor, labels: readonly string[]): HTMLElement {
  const heading = make('h3', {}, name, ' ');
  heading.append(make('span', { className: 'type' }, typeText(t.dtype, t.shape)));
  return make('div', { className: 'output' }, heading, view(t, labels));
}

function view(t: Tensor, labels: readonly string[]): HTMLElement {
  if (looksLikeScores(t)) return bars(t, labels);
  if (looksLikeImage(t)) return picture(t);
  return table(t);
}

const isFloat = (t: Tensor) => /^b?float/.test(t.dtype);

/** One row of scores that add up to 1, or of as many as there are labels. */
function looksLikeScores(t: Tensor): boolean {
  const n = t.shape.at(-1) ?? 0;
  if (!isFloat(t) || n < 2 || t.size !== n || t.shape.length > 2) return false;
  const values = t.toFloat32();
  const sum = values.reduce((a, b) => a + b, 0);
  return values.every((v) => v >= 0 && v <= 1.0001) && Math.abs(sum - 1) < 1e-2;
}

function looksLikeImage({ shape, dtype }: Tensor): boolean {
  const dims = shape.length === 4 && shape[0] === 1 ? shape.slice(1) : shape;
  const [h = 0, w = 0, c = 0] = dims;
  return dims.length === 3 && h >= 8 && w >= 8 && (c === 1 || c === 3) && /float|uint8/.test(dtype);
}

function bars(t: Tensor, labels: readonly string[]): HTMLElement {
  const values = t.toFloat32();
  const order = Array.from(values.keys()).sort((a, b) => values[b]! - values[a]!);
  const box = make('div', { className: 'bars' });
  for (const i of order.slice(0, TOP)) {
    const label = labels.length === values.length ? labels[i]! : String(i);
    const value = values[i]!;
    box.append(
      make('span', {}, label),
      make('meter', { min: 0, max: 1, value, attrs: { 'aria-label': label } }),
      make('span', { className: 'number' }, value.toFixed(4)),
    );
  }
  return box;
}

/** Values are shown from their least to their greatest, unless they are within 0 to 1 or 0 to 255. */
function picture(t: Tensor): HTMLElement {
  const [h, w, c] = t.shape.slice(-3) as [number, number, number];
  const values = t.toFloat32();
  let low = Infinity;
  let high = -Infinity;
  for (const v of values) {
    low = Math.min(low, v);
    high = Math.max(high, v);
  }
  if (t.dtype === 'uint8' || (low >= 0 && high > 2 && high <= 255)) [low, high] = [0, 255];
  else if (low >= 0 && high <= 1) [low, high] = [0, 1];
  const canvas = make('canvas', { width: w, height: h });
  const context = canvas.getContext('2d')!;
  const image = context.createImageData(w, h);
  const scale = 255 / (high - low || 1);
  for (let i = 0; i < w * h; i++) {
    for (let k = 0; k < 3; k++)
      image.data[4 * i + k] = (values[i * c + (c === 3 ? k : 0)]! - low) * scale;
    image.data[4 * i + 3] = 255;
  }
  context.putImageData(image, 0, 0);
  return canvas;
}

function table(t: Tensor): HTMLElement {
  const columns = t.shape.length ? Math.max(1, t.shape.at(-1)!) : 1;
  const flat = [t.array()].flat(Infinity) as unknown[];
  const perRow = /^complex/.test(t.dtype) ? columns * 2 : columns;
  const body = make('tbody');
  for (let at = 0; at < Math.min(flat.length, MOST_CELLS); at += perRow) {
    const cells = flat.slice(at, at + perRow).map((v) => make('td', {}, text(v)));
    body.append(make('tr', {}, make('th', { scope: 'row' }, String(at / perRow)), ...cells));
  }
  const box = make('div', { className: 'scroll' }, make('table', {}, body));
  if (!flat.length) return make('p', { className: 'soft' }, 'empty');
  if (flat.length > MOST_CELLS)
    box.append(
      make('p', { className: 'soft' }, `the first ${MOST_CELLS} of ${flat.length} values`),
    );
  return box;
}

function text(v: unknown): string {
  if (typeof v !== 'number' || Number.isInteger(v)) return String(v);
  return String(Number(v.toPrecision(7)));
}
