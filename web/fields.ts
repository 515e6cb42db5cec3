// One form field an input: how a person gives a tensor.
import {
  fromPixels,
  tensor,
  type ArgumentInfo,
  type Tensor,
  type TensorLike,
} from 'savedmodel-wasm';
import { make, typeText } from './dom.ts';

export interface Field {
  element: HTMLElement;
  /** The value as it stands in the form. Throws what a person can read. */
  read(): Promise<TensorLike>;
}

export interface FieldHints {
  images?: string[] | undefined;
  value?: string | undefined;
}

let nextId = 0;

/** [height, width, channels], with 0 for what is free, where a tensor of this shape looks like an image. */
export function imageShape(info: ArgumentInfo): [number, number, 1 | 3 | 4] | undefined {
  const { shape, dtype } = info;
  if (!shape || !['float32', 'uint8', 'float16', 'float64'].includes(dtype)) return undefined;
  const dims = shape.length === 4 && (shape[0] === -1 || shape[0] === 1) ? shape.slice(1) : shape;
  const [h, w, c] = dims as [number, number, number];
  if (dims.length !== 3 || ![1, 3, 4].includes(c)) return undefined;
  if ((h > 0 && h < 8) || (w > 0 && w < 8)) return undefined;
  return [Math.max(h, 0), Math.max(w, 0), c as 1 | 3 | 4];
}

export function makeField(name: string, info: ArgumentInfo, hints: FieldHints): Field {
  const image = imageShape(info);
  if (image) return imageField(name, info, image, hints.images);
  if (info.dtype === 'string') return textField(name, info, hints.value);
  return valuesField(name, info, hints.value);
}

function frame(name: string, info: ArgumentInfo, id: string, ...parts: Node[]): HTMLElement {
  const label = make('label', { htmlFor: id }, name);
  const type = make('span', { className: 'type' }, typeText(info.dtype, info.shape));
  return make('div', { className: 'field' }, label, type, ...parts);
}

/** Unknown dimensions are 1, but for a first one that the number of values decides. */
function shapeFor(info: ArgumentInfo, count: number): number[] {
  const { shape } = info;
  if (!shape) return count === 1 ? [] : [count];
  const known = shape.reduce((n, d) => n * (d < 0 ? 1 : d), 1);
  let rest = count / known;
  return shape.map((d) => {
    if (d >= 0) return d;
    const mine = rest;
    rest = 1;
    return mine;
  });
}

/** Numbers as JSON, nested or flat, or apart by blanks and commas. */
function valuesField(name: string, info: ArgumentInfo, value: string | undefined): Field {
  const id = `field${nextId++}`;
  const count = (info.shape ?? []).reduce((n, d) => n * Math.max(d, 1), 1);
  const text = value ?? Array<string>(Math.min(count, 4096)).fill('0').join(' ');
  const input =
    count <= 1
      ? make('input', { id, type: 'text', value: text, inputMode: 'decimal' })
      : make('textarea', { id, value: text, rows: count > 20 ? 4 : 2, spellcheck: false });
  const parse = (word: string): number | bigint | boolean => {
    if (info.dtype === 'bool' && /^(true|false)$/i.test(word)) return /^true$/i.test(word);
    if (/64$/.test(info.dtype) && /^[-+]?\d+$/.test(word) && !info.dtype.startsWith('f'))
      return BigInt(word);
    const x = Number(word);
    if (Number.isNaN(x) && !/^nan$/i.test(word)) throw new Error(`${name}: '${word}' is no number`);
    return x;
  };
  return {
    element: frame(name, info, id, input),
    async read() {
      const given = input.value.trim();
      if (given.startsWith('[')) {
        const nested = given.replace(/[-+]?\b\d+(\.\d+)?([eE][-+]?\d+)?\b/g, '"$&"');
        const convert = (v: unknown): TensorLike =>
          Array.isArray(v) ? (v.map(convert) as TensorLike) : parse(String(v));
        return tensor(convert(JSON.parse(nested)), undefined, info.dtype);
      }
      const words = given.split(/[\s,;]+/).filter(Boolean);
      return tensor(words.map(parse), shapeFor(info, words.length), info.dtype);
    },
  };
}

/** One string a line. */
function textField(name: string, info: ArgumentInfo, value = ''): Field {
  const id = `field${nextId++}`;
  const area = make('textarea', { id, rows: 3, value });
  const hint = make('small', {}, 'one string a line');
  return {
    element: frame(name, info, id, area, hint),
    async read() {
      const lines = info.shape?.length === 0 ? [area.value] : area.value.split('\n');
      return tensor(lines, shapeFor(info, lines.length), 'string');
    },
  };
}

const scalings = {
  '0 to 1': { scale: 1 / 255, offset: 0 },
  '-1 to 1': { scale: 1 / 127.5, offset: -1 },
  '0 to 255': { scale: 1, offset: 0 },
};
type Scaling = keyof typeof scalings;

function imageField(
  name: string,
  info: ArgumentInfo,
  [height, width, channels]: [number, number, 1 | 3 | 4],
  examples: string[] = [],
): Field {
  const id = `field${nextId++}`;
  const file = make('input', { id, type: 'file', accept: 'image/*' });
  const preview = make('img', { className: 'preview', alt: '', hidden: true });
  const scaling = make(
    'select',
    { attrs: { 'aria-label': 'range of pixel values' } },
    ...Object.keys(scalings).map((s) => make('option', {}, s)),
  );
  scaling.hidden = info.dtype === 'uint8';
  const show = (url: string) => {
    preview.src = url;
    preview.hidden = false;
  };
  file.onchange = () => {
    const chosen = file.files?.[0];
    if (chosen) show(URL.createObjectURL(chosen));
  };
  const thumbs = examples.map((url, i) => {
    const picture = make('img', { src: url, alt: `example ${i}` });
    return make('button', { type: 'button', onclick: () => show(url) }, picture);
  });
  if (examples[0]) show(examples[0]);
  const row = make('div', { className: 'row thumbs' }, ...thumbs);
  const choose = make('p', { className: 'row' }, file, scaling);
  return {
    element: frame(name, info, id, choose, row, preview),
    async read(): Promise<Tensor> {
      if (preview.hidden) throw new Error(`${name}: choose an image`);
      await preview.decode();
      const bitmap = await createImageBitmap(preview, { colorSpaceConversion: 'none' });
      const { scale, offset } = scalings[scaling.value as Scaling];
      const size: [number, number] = [height || bitmap.height, width || bitmap.width];
      const dtype = info.dtype === 'uint8' ? 'uint8' : 'float32';
      const batch = info.shape?.length === 4;
      return fromPixels(bitmap, { size, channels, dtype, scale, offset, batch });
    },
  };
}
