// A worker of Node, of the package's own script.
import { Worker } from 'node:worker_threads';
import type { FromWorker } from './messages.ts';
import type { WorkerPort } from './worker_host.ts';

/** The workerData of workers of this package. */
export const OURS = 'savedmodel-wasm';

export async function startWorker(): Promise<WorkerPort> {
  const worker = new Worker(new URL('./node_worker.mjs', import.meta.url), { workerData: OURS });
  // A model that nobody waits for does not keep the process alive.
  worker.unref();
  return {
    post: (message, transfer) => worker.postMessage(message, (transfer ?? []) as never),
    onMessage: (take) => worker.on('message', (m: FromWorker) => take(m)),
    onError: (take) => worker.on('error', take),
    busy: (on) => (on ? worker.ref() : worker.unref()),
    stop: () => void worker.terminate(),
  };
}
