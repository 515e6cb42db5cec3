// The engine's script, in browsers: what runs in the worker, or in the page where there is none. It is whole in itself,
// so that it comes in one turn.
import { Engine } from './engine.ts';
import type { ToWorker } from './host/messages.ts';
import { serve } from './host/serve.ts';
import { webPort } from './host/web_port.ts';

export { Engine };

const scope = self as unknown as {
  name: string;
  postMessage(message: unknown, transfer: Transferable[]): void;
  onmessage: (event: MessageEvent<ToWorker>) => void;
};
const name = 'savedmodel-wasm';
// In a page, or in a worker of somebody else, messages are not ours.
if (scope.name === name) {
  const take = serve({ post: (m, transfer) => scope.postMessage(m, transfer ?? []) }, async () =>
    webPort(new Worker(self.location.href, { type: 'module', name })),
  );
  scope.onmessage = (event) => take(event.data);
}
