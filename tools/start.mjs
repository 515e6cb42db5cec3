// npm start: set up, build, serve the page.
import { build } from './build.mjs';
import { exists, inRoot, setup } from './lib/run.mjs';
import { serveNear } from './serve.mjs';

setup();
await build();
if (!exists('web/dist/index.html')) throw new Error('the build left no web/dist/index.html');
const { url } = await serveNear(
  { mounts: { '/': inRoot('web/dist') } },
  Number(process.env.PORT ?? 8080),
);
console.log(`\nsavedmodel-wasm: ${url}\n`);
