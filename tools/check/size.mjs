// What a page downloads: each wasm variant, and the JavaScript that goes with one of them.
import { readdirSync, statSync } from 'node:fs';
import { exists, inRoot } from '../lib/run.mjs';

// The aim is 1,000,000: these are what the links take now, and may only go down.
const mostWasm = 1_450_000;
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
    console.log(`  ${file}: ${size} bytes of ${mostWasm}`);
    if (size >= mostWasm) problems.push(`dist/${file}: ${size} bytes`);
  }
  const script = total(/^(index|worker|web-.*)\.mjs$/) + largest(/^smw-.*\.web\.mjs$/);
  console.log(`  scripts for browsers: ${script} bytes of ${mostScript}`);
  if (script >= mostScript) problems.push(`the scripts in dist/ have ${script} bytes`);
  return problems;
}
