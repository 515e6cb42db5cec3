// Browsers.
import { part, SavedModelError } from './errors.ts';
import { webPort } from './host/web_port.ts';
import type { WorkerPort } from './host/worker_host.ts';
import type { Platform, Variant } from './platform.ts';

/**
 * Vite's dev server moves this script to node_modules/.vite/deps and leaves the files beside it where they
 * were. There, and only there, they are looked for in the package itself.
 */
function beside(file: string): URL | undefined {
  const moved = /^(.*\/node_modules)\/\.vite\/[^/]+\//.exec(import.meta.url);
  return moved ? new URL(`${moved[1]}/savedmodel-wasm/dist/${file}`) : undefined;
}

function wasmUrl(variant: Variant): URL {
  const moved = beside(`smw-${variant}.wasm`);
  if (moved) return moved;
  // Whole literals, so that bundlers find the files.
  const urls = [
    new URL('./smw-core-relaxed.wasm', import.meta.url),
    new URL('./smw-core-relaxed-threads.wasm', import.meta.url),
    new URL('./smw-core-strict.wasm', import.meta.url),
    new URL('./smw-core-strict-threads.wasm', import.meta.url),
    new URL('./smw-full-relaxed.wasm', import.meta.url),
    new URL('./smw-full-relaxed-threads.wasm', import.meta.url),
    new URL('./smw-full-strict.wasm', import.meta.url),
    new URL('./smw-full-strict-threads.wasm', import.meta.url),
  ];
  return urls[4 * +/full/.test(variant) + 2 * +/strict/.test(variant) + +/threads/.test(variant)]!;
}

const WASM = 'WebAssembly of savedmodel-wasm';

async function compile(url: URL): Promise<WebAssembly.Module> {
  const fail = (message: string, cause?: unknown): never => {
    throw new SavedModelError(
      `${message}: ${url.href}`,
      { code: 'NOT_FOUND', file: url.href },
      { cause },
    );
  };
  let response: Response;
  try {
    response = await fetch(url, { credentials: 'same-origin' });
  } catch (cause) {
    return fail(`The ${WASM} could not be fetched`, cause);
  }
  if (!response.ok) return fail(`The ${WASM} was answered with HTTP ${response.status}`);
  const type = response.headers.get('content-type') ?? '';
  const html = `HTML came where the ${WASM} was expected`;
  if (/text\/html/i.test(type)) return fail(html);
  // Servers that do not know the type of .wasm: no streaming, but it works.
  if (/application\/wasm/i.test(type)) return WebAssembly.compileStreaming(response);
  const bytes = await response.arrayBuffer();
  const magic = new Uint8Array(bytes).subarray(0, 4);
  if (magic.join() !== '0,97,115,109')
    return fail(magic[0] === 0x3c ? html : 'What came is no WebAssembly');
  return WebAssembly.compile(bytes);
}

async function startWorker(): Promise<WorkerPort> {
  const moved = beside('worker.mjs');
  const name = 'savedmodel-wasm';
  return webPort(
    moved
      ? new Worker(moved, { type: 'module', name })
      : new Worker(new URL('./worker.mjs', import.meta.url), {
          type: 'module',
          name: 'savedmodel-wasm',
        }),
  );
}

export const webPlatform: Platform = {
  wasmUrl,
  compile,
  startWorker,
  cores: () => navigator.hardwareConcurrency,
  engine: () => part(import('./worker.ts')),
  openSource: async () => undefined,
};
