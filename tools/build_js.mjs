// js/*.ts -> dist/: js/index.ts for browsers, js/node.ts for Node, js/worker.ts, js/cli.ts, and declarations.
import esbuild from 'esbuild';
import { chmodSync, readdirSync, readFileSync } from 'node:fs';
import { bin, exists, inRoot, run } from './lib/run.mjs';

// Members that neither users, nor messages, nor Emscripten's glue know.
const ours =
  'answerRead|early|ended|enqueue|fillRanges|guard|lost|localHost|mailbox|makeSignature|nextId|openSource|ranged|' +
  'readRange|session|startWorker|takeOutputs|waiting|wasmUrl';

const common = {
  mangleProps: new RegExp(`^(${ours})$`),
  bundle: true,
  format: 'esm',
  target: 'es2022',
  minify: true,
  splitting: true,
  outdir: inRoot('dist'),
  outExtension: { '.js': '.mjs' },
  legalComments: 'none',
  logLevel: 'warning',
};
const present = (...names) => names.map((n) => `js/${n}.ts`).filter((file) => exists(file));

/**
 * Emscripten's glue becomes a part of the bundle. It is one for all variants: they differ only in the name of
 * the wasm file, which the host fetches itself.
 */
function glueOf(platform) {
  const folder = inRoot('build/wasm');
  const [glue, ...others] = readdirSync(folder)
    .filter((file) => file.startsWith('smw-') && file.endsWith(`.${platform}.mjs`))
    .map((file) =>
      readFileSync(`${folder}/${file}`, 'utf8')
        .replace(/new URL\("[^"]*\.wasm", ?import\.meta\.url\)\.href/g, '""')
        .replaceAll(file.split('.')[0], 'smw'),
    );
  if (others.some((other) => other !== glue)) throw new Error('the glue of the variants differs');
  return {
    name: 'glue',
    setup(b) {
      b.onResolve({ filter: /^smw-glue$/ }, () => ({ path: 'smw-glue', namespace: 'glue' }));
      b.onLoad({ filter: /.*/, namespace: 'glue' }, () => ({ contents: glue, loader: 'js' }));
    },
  };
}

export async function buildPackage() {
  if (!exists('js/index.ts')) return;
  await esbuild.build({
    ...common,
    entryPoints: present('index', 'worker').map((file) => inRoot(file)),
    chunkNames: 'web-[hash]',
    platform: 'browser',
    plugins: [glueOf('web')],
  });
  await esbuild.build({
    ...common,
    entryPoints: present('node', 'node_worker', 'cli').map((file) => inRoot(file)),
    chunkNames: 'node-[hash]',
    platform: 'node',
    plugins: [glueOf('node')],
  });
  if (exists('dist/cli.mjs')) chmodSync(inRoot('dist/cli.mjs'), 0o755);
  run(process.execPath, [bin('tsc'), '-p', 'tsconfig.build.json']);
}
