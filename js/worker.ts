// The worker's script, in browsers.
import type { ToWorker } from './host/messages.ts';
import { serve } from './host/serve.ts';
import { webPort } from './host/web_port.ts';

const scope = self as unknown as {
  postMessage(message: unknown, transfer: Transferable[]): void;
  onmessage: (event: MessageEvent<ToWorker>) => void;
};
const take = serve(
  { postMessage: (m, transfer) => scope.postMessage(m, transfer ?? []) },
  async () => webPort(new Worker(self.location.href, { type: 'module' })),
);
scope.onmessage = (event) => take(event.data);
