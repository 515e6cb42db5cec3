// Fixtures and their answers. Formats: case.json, see tests/fixtures/README.md.
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('../../', import.meta.url));
export const fixture = (...parts) => join(root, 'tests/fixtures', ...parts);

/** The package as built. */
export const smw = await import(join(root, 'dist/node.mjs'));

export const readCases = (folder) =>
  JSON.parse(readFileSync(join(folder, 'case.json'), 'utf8')).cases;

const dtypes = {
  DT_FLOAT: ['float32', Float32Array],
  DT_DOUBLE: ['float64', Float64Array],
  DT_INT32: ['int32', Int32Array],
  DT_INT64: ['int64', BigInt64Array],
  DT_UINT8: ['uint8', Uint8Array],
  DT_BOOL: ['bool', Uint8Array],
};

/** A tensor of case.json as the package's. */
export function decode({ dtype, shape, data }) {
  if (dtype === 'DT_STRING')
    return new smw.Tensor(
      'string',
      shape,
      data.map((s) => Buffer.from(s, 'base64').toString()),
    );
  const [name, array] = dtypes[dtype];
  const bytes = Uint8Array.from(Buffer.from(data, 'base64'));
  return new smw.Tensor(name, shape, new array(bytes.buffer));
}

export const decodeInputs = (c) => Object.fromEntries(c.inputs.map((i) => [i.name, decode(i)]));

/** Largest absolute difference. */
export function distance(got, want) {
  if (got.shape.join() !== want.shape.join() || got.dtype !== want.dtype) return Infinity;
  let most = 0;
  for (let i = 0; i < want.data.length; i++)
    most = Math.max(most, Math.abs(Number(got.data[i]) - Number(want.data[i])));
  return most;
}

/** Map from path to bytes, of a folder on disk. */
export function readFolder(folder, prefix = '') {
  const files = new Map();
  for (const name of readdirSync(folder, { recursive: true })) {
    const path = join(folder, name);
    if (statSync(path).isFile())
      files.set(prefix + relative(folder, path).split(sep).join('/'), readFileSync(path));
  }
  return files;
}

/** What `promise` rejects with; fails where it does not reject. */
export async function rejection(promise) {
  let value;
  try {
    value = await promise;
  } catch (error) {
    return error;
  }
  throw new Error(`did not reject, but gave ${value}`);
}
