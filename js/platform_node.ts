// Node: files from disk, worker_threads.
import { readFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { SavedModelError } from './errors.ts';
import { startWorker } from './host/node_port.ts';
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

export const nodePlatform: Platform = {
  wasmUrl: (variant) => new URL(`./smw-${variant}.wasm`, import.meta.url),
  compile,
  startWorker,
  cores: availableParallelism,
  engine: () => import('./node_worker.ts'),
  openSource: openPath,
};
