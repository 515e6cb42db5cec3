// Node: files from disk, worker_threads.
import { readFile } from 'node:fs/promises';
import { Worker } from 'node:worker_threads';
import { SavedModelError } from './errors.ts';
import type { FromWorker } from './host/messages.ts';
import type { WorkerPort } from './host/worker_host.ts';
import type { Platform } from './platform.ts';
import { openPath } from './sources/node_path.ts';

async function compile(url: URL): Promise<WebAssembly.Module> {
  try {
    const bytes =
      url.protocol === 'file:' ? await readFile(url) : await (await fetch(url)).arrayBuffer();
    return await WebAssembly.compile(bytes);
  } catch (cause) {
    throw new SavedModelError(
      `The WebAssembly of savedmodel-wasm could not be read: ${url.href}`,
      { code: 'NOT_FOUND', file: url.href },
      { cause },
    );
  }
}

async function startWorker(): Promise<WorkerPort> {
  const worker = new Worker(new URL('./node_worker.mjs', import.meta.url));
  // A model that nobody waits for does not keep the process alive.
  worker.unref();
  return {
    postMessage: (message, transfer) => worker.postMessage(message, (transfer ?? []) as never),
    onMessage: (take) => worker.on('message', (m: FromWorker) => take(m)),
    onError: (take) => {
      worker.on('error', (cause) =>
        take(
          new SavedModelError(
            `The worker of savedmodel-wasm failed: ${cause.message}`,
            { code: 'INTERNAL', modelLost: true },
            { cause },
          ),
        ),
      );
    },
    busy: (on) => (on ? worker.ref() : worker.unref()),
    terminate: () => void worker.terminate(),
  };
}

export const nodePlatform: Platform = {
  wasmUrl: (variant) => new URL(`./smw-${variant}.wasm`, import.meta.url),
  compile,
  startWorker,
  localHost: async () => new (await import('./host/engine_and_glue.ts')).LocalHost(),
  engine: () => import('./host/engine_and_glue.ts'),
  openSource: openPath,
};
