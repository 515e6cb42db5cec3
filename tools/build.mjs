// npm run build: dist/ (the package) and web/dist/ (the page).
import { copyFileSync, mkdirSync, rmSync } from 'node:fs';
import { cmakeBuild, exists, inRoot, setup } from './lib/run.mjs';
import { variants } from './lib/variants.mjs';

/** Links every wasm variant and lays it, with its glue, into dist/. */
function buildWasm() {
  cmakeBuild('wasm');
  if (!exists('build/wasm/smw-core-strict.wasm')) return;
  for (const variant of variants)
    copyFileSync(inRoot('build/wasm', `${variant}.wasm`), inRoot('dist', `${variant}.wasm`));
}

export async function build() {
  rmSync(inRoot('dist'), { recursive: true, force: true });
  mkdirSync(inRoot('dist'), { recursive: true });
  buildWasm();
  const { buildPackage } = await import('./build_js.mjs');
  await buildPackage();
  const { buildPage } = await import('./build_web.mjs');
  await buildPage();
}

if (import.meta.filename === process.argv[1]) {
  setup();
  await build();
}
