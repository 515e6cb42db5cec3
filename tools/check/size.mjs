// What a page downloads: each wasm variant, and the JavaScript that goes with one of them.
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { brotliCompressSync } from 'node:zlib';
import { exists, inRoot } from '../lib/run.mjs';

// Bytes as they are, and by Brotli. The aim for core is [1_000_000, 330_000]: lower these as it shrinks. The full
// ones grow with the number of ops: raise them knowingly.
const most = { core: [1_150_000, 345_000], full: [1_210_000, 361_000] };
const mostScript = 60_000;

export const name = 'download size';
export function check() {
  if (!exists('dist')) return [];
  const problems = [];
  const files = readdirSync(inRoot('dist')).map((file) => [
    file,
    statSync(inRoot('dist', file)).size,
  ]);
  const total = (pattern) =>
    files.filter(([f]) => pattern.test(f)).reduce((sum, [, size]) => sum + size, 0);
  const largest = (pattern) =>
    Math.max(0, ...files.filter(([f]) => pattern.test(f)).map(([, size]) => size));

  for (const [file, size] of files.filter(([f]) => f.endsWith('.wasm'))) {
    const [mostRaw, mostBrotli] = file.includes('-core-') ? most.core : most.full;
    const brotli = brotliCompressSync(readFileSync(inRoot('dist', file))).length;
    console.log(`  ${file}: ${size} bytes of ${mostRaw}, Brotli ${brotli} of ${mostBrotli}`);
    if (size > mostRaw || brotli > mostBrotli)
      problems.push(`dist/${file}: ${size} bytes, Brotli ${brotli}`);
  }
  const script = total(/^(index|worker|web-.*)\.mjs$/) + largest(/^smw-.*\.web\.mjs$/);
  console.log(`  scripts for browsers: ${script} bytes of ${mostScript}`);
  if (script >= mostScript) problems.push(`the scripts in dist/ have ${script} bytes`);
  return problems;
}
