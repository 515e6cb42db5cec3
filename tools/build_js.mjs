// js/*.ts -> dist/: js/index.ts for browsers, js/node.ts for Node, js/worker.ts, js/cli.ts, and declarations.
import esbuild from 'esbuild';
import { chmodSync, readFileSync } from 'node:fs';
import { bin, exists, inRoot, run } from './lib/run.mjs';
import { variants } from './lib/variants.mjs';

// Members that neither users nor Emscripten's glue know. Messages may have them: page and worker are built together.
const ours =
  'answerRead|awaitHelpers|begin|budgetMs|claim|compressed|early|ended|enqueue|exact|expect|filled|filler|fillRanges|' +
  'glue|guard|heap|inferred|localHost|lose|lost|mailbox|makeSignature|nextId|noThreads|onError|onMessage|openSource|' +
  'parts|passing|pointer|pool|ports|position|progress|ranged|reader|readRange|request|rest|session|started|' +
  'startWorker|stop|take|takeOutputs|tell|told|turn|waiting|wasmUrl';

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
  // Fields without a value are for the type checker only.
  tsconfigRaw: { compilerOptions: { useDefineForClassFields: false } },
  logLevel: 'warning',
};
const present = (...names) => names.map((n) => `js/${n}.ts`).filter((file) => exists(file));

const readGlue = (file) =>
  readFileSync(inRoot('build/wasm', file), 'utf8')
    .replace(/new URL\("[^"]*\.wasm", ?import\.meta\.url\)\.href/g, '""')
    .replaceAll(file.split('.')[0], 'smw');

/** What glue and wasm have agreed upon: the short names of imports and exports. */
const namesOf = (glue) =>
  [/wasmImports=\{[^}]*\}/g, /Module\["\w+"\]=wasmExports\["\w+"\]/g, /=wasmExports\["\w+"\]/g]
    .flatMap((pattern) => glue.match(pattern))
    .join();

function nameOfExport(glue, name) {
  const found = new RegExp(`Module\\["_${name}"\\]=wasmExports\\["(\\w+)"\\]`).exec(glue);
  if (!found) throw new Error(`the glue has no ${name}`);
  return JSON.stringify(found[1]);
}

/**
 * Emscripten's glue becomes a part of the bundle. It is one for all variants: that of a link with shared memory,
 * which looks for a new buffer at every turn, does for the others too.
 */
function glueOf(platform) {
  const glue = readGlue(`smw-core-strict-threads.${platform}.mjs`);
  for (const variant of variants)
    if (namesOf(readGlue(`${variant}.web.mjs`)) !== namesOf(glue))
      throw new Error(`${variant} has other names of imports and exports`);
  const define = {
    SMW_THREAD: nameOfExport(glue, 'smwThread'),
    SMW_THREAD_LOST: nameOfExport(glue, 'smwThreadLost'),
  };
  return { define, plugins: [gluePlugin(glue)] };
}

function gluePlugin(glue) {
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
    entryPoints: present('index', 'worker', 'profile').map((file) => inRoot(file)),
    chunkNames: 'web-[hash]',
    platform: 'browser',
    ...glueOf('web'),
  });
  await esbuild.build({
    ...common,
    entryPoints: present('node', 'node_worker', 'profile', 'cli').map((file) => inRoot(file)),
    chunkNames: 'node-[hash]',
    platform: 'node',
    ...glueOf('node'),
  });
  if (exists('dist/cli.mjs')) chmodSync(inRoot('dist/cli.mjs'), 0o755);
  run(process.execPath, [bin('tsc'), '-p', 'tsconfig.build.json']);
}
