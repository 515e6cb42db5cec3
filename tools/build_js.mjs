// js/*.ts -> dist/: js/index.ts for browsers, js/node.ts for Node, js/worker.ts, js/cli.ts, and declarations.
import esbuild from 'esbuild';
import { chmodSync, readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { bin, exists, inRoot, run } from './lib/run.mjs';
import { variants } from './lib/variants.mjs';

// Members that neither users nor Emscripten's glue know. Messages may have them: page and worker are built together.
const ours =
  'answerRead|ask|awaitHelpers|begin|budgetMs|busy|claim|compressed|early|ended|enqueue|exact|expect|facts|failed|' +
  'fillRanges|filled|filler|glue|guard|heap|inferred|localHost|lose|lost|mailbox|makeSignature|nextId|noThreads|' +
  'onError|onMessage|openSource|parts|passing|pointer|pool|ports|position|post|progress|ranged|readRange|reader|' +
  'request|rest|script|session|startWorker|started|stop|take|takeOutputs|tell|told|turn|waiting|wasmUrl';

const common = {
  mangleProps: new RegExp(`^(${ours})$`),
  bundle: true,
  format: 'esm',
  target: 'es2022',
  minify: true,
  outdir: inRoot('dist'),
  entryNames: '[name]',
  outExtension: { '.js': '.mjs' },
  legalComments: 'none',
  // Fields without a value are for the type checker only.
  tsconfigRaw: { compilerOptions: { useDefineForClassFields: false } },
  logLevel: 'warning',
};
/** Scripts that others load stay files of their own, each whole in itself: a page has them all in two turns. */
const scripts = {
  name: 'scripts',
  setup: (b) =>
    b.onResolve({ filter: /\/(worker|node_worker|node|profile|unzip)\.ts$/ }, ({ path, kind }) =>
      kind === 'entry-point'
        ? undefined
        : { path: `./${basename(path, '.ts')}.mjs`, external: true },
    ),
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
  return { define, plugins: [gluePlugin(glue), scripts] };
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

function optionsOf(platform, ...entries) {
  return {
    ...common,
    entryPoints: present(...entries).map((file) => inRoot(file)),
    platform,
    ...glueOf(platform === 'browser' ? 'web' : 'node'),
  };
}

/** Scripts that work together agree upon the short names of members, though each is a bundle of its own. */
async function bundle(...all) {
  let mangleCache = {};
  for (const options of all) {
    const together = { ...options, splitting: true, write: false, mangleCache };
    ({ mangleCache } = await esbuild.build(together));
  }
  for (const options of all) await esbuild.build({ ...options, mangleCache });
}

export async function buildPackage() {
  if (!exists('js/index.ts')) return;
  await bundle(
    optionsOf('browser', 'index', 'worker', 'profile', 'sources/unzip'),
    optionsOf('node', 'node', 'node_worker', 'cli'),
  );
  if (exists('dist/cli.mjs')) chmodSync(inRoot('dist/cli.mjs'), 0o755);
  run(process.execPath, [bin('tsc'), '-p', 'tsconfig.build.json']);
}
