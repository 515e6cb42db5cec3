// A worker of Node, of the package's own script.
import { Worker } from 'node:worker_threads';
import { SavedModelError } from '../errors.ts';
import type { FromWorker } from './messages.ts';
import type { WorkerPort } from './worker_host.ts';

export async function startWorker(): Promise<WorkerPort> {
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
