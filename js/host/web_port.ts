// A worker of browsers.
import { SavedModelError } from '../errors.ts';
import type { FromWorker } from './messages.ts';
import type { WorkerPort } from './worker_host.ts';

export function webPort(worker: Worker): WorkerPort {
  return {
    postMessage: (message, transfer) => worker.postMessage(message, transfer ?? []),
    onMessage: (take) => (worker.onmessage = (e: MessageEvent<FromWorker>) => take(e.data)),
    onError: (take) =>
      (worker.onerror = (e) => {
        const why = e.message
          ? `: ${e.message}`
          : ' (is worker.mjs beside the script, and allowed by CSP?)';
        take(
          new SavedModelError(`The worker of savedmodel-wasm failed${why}`, {
            code: 'INTERNAL',
            modelLost: true,
          }),
        );
      }),
    terminate: () => worker.terminate(),
  };
}
