// Full-size models of the bench's zoo, where it was made (tests/bench/zoo; ZOO names its folder).
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { test } from './harness.mjs';

const zoo = process.env.ZOO ?? '';

if (existsSync(join(zoo, 'mobilenet_v2/saved_model')))
  for (const worker of [true, false])
    for (const variant of ['core-strict', 'core-relaxed'])
      test(
        `zoo: MobileNetV2 224 through a file input, ${variant}, worker ${worker}`,
        async ({ page, url, consoleErrors }) => {
          await page.goto(`${url}test/package.html`);
          await page.waitForFunction(() => globalThis.ready);
          await page.setInputFiles('#folder', join(zoo, 'mobilenet_v2/saved_model'));
          const most = await page.evaluate(
            async (options) => {
              const floats = async (file) =>
                new Float32Array(await (await fetch(`/zoo/mobilenet_v2/${file}`)).arrayBuffer());
              const { files } = globalThis.document.querySelector('#folder');
              const model = await globalThis.smw.load(files, options);
              const image = globalThis.smw.tensor(
                await floats('inputs/image.bin'),
                [1, 224, 224, 3],
              );
              const { serving_default: call } = model.signatures;
              const got = Object.values(await call({ image }))[0].data;
              const want = await floats('expected/probs.bin');
              model.dispose();
              return want.reduce((m, v, i) => Math.max(m, Math.abs(v - got[i])), 0);
            },
            { worker, wasm: { [variant]: `/pkg/smw-${variant}.wasm` } },
          );
          assert.ok(most < 1e-5, String(most));
          assert.deepEqual(consoleErrors, []);
        },
        { mounts: { '/zoo/': zoo } },
      );
