// The package as npm packs it, in an empty project: Node, TypeScript, a Vite build, Vite's dev server.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { bin } from '../../tools/lib/run.mjs';
import { serve } from '../../tools/serve.mjs';
import { test } from './harness.mjs';
import { makeProject } from './project.mjs';

const inProject = (name, body, options) =>
  test(
    `installed: ${name}`,
    async (given) => {
      const project = makeProject();
      try {
        await body({ ...given, project });
      } finally {
        project.remove();
      }
    },
    options,
  );

/** Worker and none give TensorFlow's answer, and nothing is logged. */
async function checkPage(page, url, consoleErrors) {
  await page.goto(url);
  await page.waitForFunction(() => globalThis.ready);
  for (const worker of [true, false]) {
    const most = await page.evaluate((o) => globalThis.check(o), { worker });
    assert.ok(most < 1e-5, `worker ${worker}: ${most}`);
  }
  assert.deepEqual(consoleErrors, []);
}

inProject('Node', ({ project }) => {
  const out = execFileSync(process.execPath, ['node_main.mjs', project.model], {
    cwd: project.folder,
    encoding: 'utf8',
  });
  const { most, compared, metaGraphs, simd } = JSON.parse(out);
  assert.ok(compared > 0 && most < 1e-5, out);
  assert.deepEqual({ metaGraphs, simd }, { metaGraphs: 1, simd: true });
});

inProject('TypeScript finds the types', ({ project }) => {
  writeFileSync(
    join(project.folder, 'use.ts'),
    `import { load, type SavedModel } from 'savedmodel-wasm';
     export const scores = async (files: FileList): Promise<readonly number[]> => {
       const model: SavedModel = await load(files, { worker: false });
       return (await model.signatures.serving_default!({ image: [1] })).scores!.shape;
     };
     // @ts-expect-error there is no such option
     export const wrong = () => load('x', { wroker: false });`,
  );
  for (const resolution of ['bundler', 'nodenext'])
    execFileSync(
      process.execPath,
      [
        bin('tsc'),
        '--noEmit',
        '--strict',
        '--target',
        'es2022',
        '--lib',
        'es2022,dom,dom.iterable',
        '--module',
        resolution === 'bundler' ? 'esnext' : resolution,
        '--moduleResolution',
        resolution,
        'use.ts',
      ],
      { cwd: project.folder, stdio: ['ignore', 'inherit', 'inherit'] },
    );
});

inProject('a Vite build', async ({ page, project, consoleErrors }) => {
  const { build } = await import('vite');
  await build({ root: project.folder, logLevel: 'error', configFile: false });
  const server = await serve({ mounts: { '/': join(project.folder, 'dist') } });
  try {
    await checkPage(page, server.url, consoleErrors);
  } finally {
    await server.close();
  }
});

inProject("Vite's dev server, not configured", async ({ page, project, consoleErrors }) => {
  const { createServer } = await import('vite');
  const server = await createServer({
    root: project.folder,
    logLevel: 'error',
    configFile: false,
    server: { port: 0, host: '127.0.0.1' },
  });
  try {
    await server.listen();
    await checkPage(page, server.resolvedUrls.local[0], consoleErrors);
  } finally {
    await server.close();
  }
});
