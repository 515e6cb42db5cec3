// What an engine's page downloads: raw and as Brotli would send it.
import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { brotliCompressSync, constants } from 'node:zlib';
import { cache } from './setup/cache.mjs';

const file = join(cache, 'brotli.json');
const known = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : {};

/** At the highest quality, as files are compressed that are served often. */
function brotliSize(path) {
  const { size, mtimeMs } = statSync(path);
  const key = `${path} ${size} ${mtimeMs}`;
  known[key] ??= brotliCompressSync(readFileSync(path), {
    params: {
      [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY,
      [constants.BROTLI_PARAM_SIZE_HINT]: size,
    },
  }).length;
  return known[key];
}

const isModel = ({ pathname }) => pathname.startsWith('/zoo/');
const isBench = ({ pathname }) => /^\/(bench|peak)\//.test(pathname);

/** { runtime: { raw, brotli }, model: { raw } } of a measurement's downloads. */
export function downloadSizes(downloads) {
  const runtime = new Map(
    downloads.filter((d) => !isModel(d) && !isBench(d)).map((d) => [d.path, d.size]),
  );
  const sum = (values) => values.reduce((a, b) => a + b, 0);
  const sizes = {
    runtime: { raw: sum([...runtime.values()]), brotli: sum([...runtime.keys()].map(brotliSize)) },
    model: { raw: sum(downloads.filter(isModel).map((d) => d.bytes)) },
  };
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, JSON.stringify(known));
  return sizes;
}
