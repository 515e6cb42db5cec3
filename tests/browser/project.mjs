// A project of a user: an empty folder in which the package is installed as npm packs it.
import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inRoot } from '../../tools/lib/run.mjs';

const model = 'digits_mobilenet_v2';

/** Says in the page's title how far the answers are from TensorFlow's. */
const main = `
import { load, Tensor } from 'savedmodel-wasm';

const decode = ({ shape, data }) =>
  new Tensor('float32', shape, new Float32Array(Uint8Array.from(atob(data), (c) => c.charCodeAt(0)).buffer));

globalThis.check = async (options) => {
  const folder = new URL('/${model}/', location.href);
  const [{ inputs, outputs, signature }] = (await (await fetch(new URL('case.json', folder))).json()).cases;
  const model = await load(folder, options);
  const out = await model.signatures[signature](Object.fromEntries(inputs.map((i) => [i.name, decode(i)])));
  const most = outputs.map((o) => decode(o).data.reduce((m, v, i) => Math.max(m, Math.abs(v - out[o.name].data[i])), 0));
  model.dispose();
  return Math.max(...most);
};
globalThis.ready = true;
`;

const nodeMain = `
import { readFileSync } from 'node:fs';
import { capabilities, inspect, load, tensor } from 'savedmodel-wasm';

const folder = process.argv[2];
const [{ inputs, outputs, signature }] = JSON.parse(readFileSync(folder + '/case.json', 'utf8')).cases;
const floats = (t) => { const b = Buffer.from(t.data, 'base64'); return new Float32Array(b.buffer.slice(b.byteOffset, b.byteOffset + b.length)); };
const differences = [];
for (const worker of [true, false]) {
  const model = await load(folder, { worker });
  const out = await model.signatures[signature](Object.fromEntries(inputs.map((i) => [i.name, tensor(floats(i), i.shape)])));
  for (const o of outputs) floats(o).forEach((v, i) => differences.push(Math.abs(v - out[o.name].data[i])));
  model.dispose();
}
const { metaGraphs } = await inspect(folder);
const { simd } = await capabilities();
console.log(JSON.stringify({ most: Math.max(...differences), compared: differences.length, metaGraphs: metaGraphs.length, simd }));
`;

const npm = (args, cwd) =>
  execFileSync('npm', args, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });

/** Packs, installs, and writes a page and a Node program that use the package. */
export function makeProject() {
  const folder = mkdtempSync(join(tmpdir(), 'smw-project-'));
  const [{ filename }] = JSON.parse(
    npm(['pack', '--json', '--ignore-scripts', '--pack-destination', folder], inRoot('.')),
  );
  const write = (name, text) => writeFileSync(join(folder, name), text);
  write('package.json', JSON.stringify({ name: 'project', private: true, type: 'module' }));
  npm(['install', '--offline', '--no-audit', '--no-fund', `./${filename}`], folder);
  write(
    'index.html',
    '<!doctype html><title>project</title><link rel="icon" href="data:,"><script type="module" src="/main.js"></script>',
  );
  write('main.js', main);
  write('node_main.mjs', nodeMain);
  mkdirSync(join(folder, 'public'));
  cpSync(inRoot('tests/fixtures/models', model), join(folder, 'public', model), {
    recursive: true,
  });
  return {
    folder,
    model: join(folder, 'public', model),
    installed: JSON.parse(
      readFileSync(join(folder, 'node_modules/savedmodel-wasm/package.json'), 'utf8'),
    ),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}
