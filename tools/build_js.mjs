// js/*.ts -> dist/: js/index.ts for browsers, js/node.ts for Node, js/worker.ts, js/cli.ts, and declarations.
// The glue of the wasm variants lies beside them and is imported at run time, so it stays outside the bundle.
import esbuild from 'esbuild';
import { chmodSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { bin, exists, inRoot, run } from './lib/run.mjs';

const common = {
  bundle: true,
  format: 'esm',
  target: 'es2022',
  minify: true,
  splitting: true,
  outdir: inRoot('dist'),
  outExtension: { '.js': '.mjs' },
  external: ['./smw-*.mjs'],
  legalComments: 'none',
  logLevel: 'warning',
};
const present = (...names) => names.map((n) => `js/${n}.ts`).filter((file) => exists(file));

async function minifyGlue() {
  for (const file of readdirSync(inRoot('dist')).filter((f) => /^smw-.*\.mjs$/.test(f))) {
    const path = inRoot('dist', file);
    const { code } = await esbuild.transform(readFileSync(path, 'utf8'), {
      minify: true,
      format: 'esm',
      target: 'es2022',
    });
    writeFileSync(path, code);
  }
}

export async function buildPackage() {
  await minifyGlue();
  if (!exists('js/index.ts')) return;
  await esbuild.build({
    ...common,
    entryPoints: present('index', 'worker').map((file) => inRoot(file)),
    chunkNames: 'web-[hash]',
    platform: 'browser',
  });
  await esbuild.build({
    ...common,
    entryPoints: present('node', 'node_worker', 'cli').map((file) => inRoot(file)),
    chunkNames: 'node-[hash]',
    platform: 'node',
  });
  if (exists('dist/cli.mjs')) chmodSync(inRoot('dist/cli.mjs'), 0o755);
  run(process.execPath, [bin('tsc'), '-p', 'tsconfig.build.json']);
}
