// The worker's script, in Node.
import { parentPort } from 'node:worker_threads';
import type { ToWorker } from './host/messages.ts';
import { startWorker } from './host/node_port.ts';
import { serve } from './host/serve.ts';

const port = parentPort!;
const take = serve(
  { postMessage: (m, transfer) => port.postMessage(m, (transfer ?? []) as never) },
  startWorker,
);
port.on('message', (m: ToWorker) => take(m));
