// What a page downloads: each wasm variant, and the JavaScript that goes with one of them.
import esbuild from 'esbuild';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { brotliCompressSync } from 'node:zlib';
import { exists, inRoot } from '../lib/run.mjs';

// Bytes as they are, and by Brotli. Those of core are promised to users. The full ones grow with the number of ops:
// raise them knowingly.
const most = { core: [1_000_000, 330_000], full: [1_049_000, 350_000] };
const mostScript = 60_000;
const mostOurs = 40_960; // fflate included

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

  for (const [file, size] of files.filter(([f]) => f.endsWith('.wasm'))) {
    const [mostRaw, mostBrotli] = file.includes('-core-') ? most.core : most.full;
    const brotli = brotliCompressSync(readFileSync(inRoot('dist', file))).length;
    console.log(`  ${file}: ${size} bytes of ${mostRaw}, Brotli ${brotli} of ${mostBrotli}`);
    if (size > mostRaw || brotli > mostBrotli)
      problems.push(`dist/${file}: ${size} bytes, Brotli ${brotli}`);
  }
  const script = total(/^(index|worker|unzip)\.mjs$/);
  const glueFile = 'build/wasm/smw-core-strict-threads.web.mjs';
  const glue = exists(glueFile)
    ? esbuild.transformSync(readFileSync(inRoot(glueFile), 'utf8'), { minify: true }).code.length
    : 0;
  console.log(`  scripts for browsers: ${script} bytes of ${mostScript}`);
  console.log(`  without Emscripten's glue: ${script - glue} bytes of ${mostOurs}`);
  if (script >= mostScript) problems.push(`the scripts in dist/ have ${script} bytes`);
  if (glue && script - glue >= mostOurs)
    problems.push(`our own scripts in dist/ have ${script - glue} bytes`);
  return problems;
}
