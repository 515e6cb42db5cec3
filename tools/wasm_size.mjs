// node tools/wasm_size.mjs [build/wasm/web/smw-core-strict]: what the bytes of a wasm variant are spent on.
// Reads the sections and the sizes of function bodies, and names them by the symbol map of the link.
import { existsSync, readFileSync } from 'node:fs';
import { inRoot } from './lib/run.mjs';

const stem = process.argv[2] ?? inRoot('build/wasm/web/smw-core-strict');
const bytes = readFileSync(`${stem}.wasm`);
let at = 8;

function leb() {
  let value = 0;
  for (let shift = 0; ; shift += 7) {
    const byte = bytes[at++];
    value += (byte & 0x7f) * 2 ** shift;
    if (byte < 0x80) return value;
  }
}

const sectionNames = [
  'custom',
  'type',
  'import',
  'function',
  'table',
  'memory',
  'global',
  'export',
  'start',
  'elem',
  'code',
  'data',
];
const names = new Map();
const map = `${stem}.mjs.symbols`;
if (existsSync(map))
  for (const line of readFileSync(map, 'utf8').split('\n')) {
    const colon = line.indexOf(':');
    if (colon > 0) names.set(Number(line.slice(0, colon)), line.slice(colon + 1));
  }

const functions = [];
let imported = 0;
while (at < bytes.length) {
  const id = bytes[at++];
  const size = leb();
  const end = at + size;
  console.log(`${String(size).padStart(9)}  ${sectionNames[id] ?? id}`);
  if (id === 2) {
    // Module and field names, then a kind; only functions (kind 0) shift the indices.
    for (let n = leb(); n > 0; n--) {
      for (let k = 0; k < 2; k++) {
        const length = leb();
        at += length;
      }
      const kind = bytes[at++];
      if (kind === 0) {
        imported++;
        leb();
      } else if (kind === 3) at += 2;
      else {
        if (kind === 1) at++;
        const flags = bytes[at++];
        leb();
        if (flags & 1) leb();
      }
    }
  } else if (id === 10) {
    const count = leb();
    for (let i = 0; i < count; i++) {
      const length = leb();
      functions.push([length, names.get(imported + i) ?? `function ${imported + i}`]);
      at += length;
    }
  }
  at = end;
}

console.log(`\n${functions.length} functions, the largest:`);
for (const [size, name] of functions.sort((a, b) => b[0] - a[0]).slice(0, 60))
  console.log(`${String(size).padStart(9)}  ${name.slice(0, 160)}`);
