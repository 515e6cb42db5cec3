// web/ -> web/dist/: the page, static. The package is copied to web/dist/pkg, as built, the sample
// models to web/dist/samples.
import esbuild from 'esbuild';
import { cpSync, mkdirSync, rmSync } from 'node:fs';
import { exists, inRoot, sourceFiles } from './lib/run.mjs';

export async function buildPage() {
  if (!exists('web/main.ts')) return;
  const out = inRoot('web/dist');
  rmSync(out, { recursive: true, force: true });
  mkdirSync(out, { recursive: true });
  await esbuild.build({
    entryPoints: [inRoot('web/main.ts')],
    bundle: true,
    format: 'esm',
    target: 'es2022',
    minify: true,
    outdir: out,
    logLevel: 'warning',
    plugins: [
      {
        name: 'package-as-built',
        setup: (b) =>
          b.onResolve({ filter: /^savedmodel-wasm$/ }, () => ({
            path: './pkg/index.mjs',
            external: true,
          })),
      },
    ],
  });
  for (const file of sourceFiles('web').filter((f) => !/\.(ts|md)$/.test(f)))
    cpSync(inRoot(file), file.replace(/^web/, out));
  cpSync(inRoot('dist'), `${out}/pkg`, { recursive: true });
  for (const name of ['digits_mobilenet_v2', 'wine_tabular'])
    cpSync(inRoot('tests/fixtures/models', name), `${out}/samples/${name}`, {
      recursive: true,
      filter: (path) => !path.endsWith('case.json'),
    });
  cpSync(inRoot('tests/fixtures/images/digits'), `${out}/samples/digits`, { recursive: true });
}
