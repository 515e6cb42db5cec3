// A worker of browsers.
import type { FromWorker } from './messages.ts';
import type { WorkerPort } from './worker_host.ts';

export function webPort(worker: Worker): WorkerPort {
  return {
    post: (message, transfer) => worker.postMessage(message, transfer ?? []),
    onMessage: (take) => (worker.onmessage = (e: MessageEvent<FromWorker>) => take(e.data)),
    onError: (take) => (worker.onerror = take),
    stop: () => worker.terminate(),
  };
}
