// The engine's script, in Node: what runs in the worker, or in the calling thread where there is none.
import { parentPort, workerData } from 'node:worker_threads';
import { Engine } from './engine.ts';
import type { ToWorker } from './host/messages.ts';
import { OURS, startWorker } from './host/node_port.ts';
import { serve } from './host/serve.ts';

export { Engine };

// In a worker of somebody else, messages are not ours.
if (workerData === OURS) {
  const port = parentPort!;
  const take = serve(
    { post: (m, transfer) => port.postMessage(m, (transfer ?? []) as never) },
    startWorker,
  );
  port.on('message', (m: ToWorker) => take(m));
}
