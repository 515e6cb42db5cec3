// The worker's side: one engine, answering messages.
import { Engine, type RawTensor, type ReadRange } from '../engine.ts';
import { abortError, disposed, fromPlainError, toPlainError } from '../errors.ts';
import type { FromWorker, Port, ToWorker } from './messages.ts';
import type { StartWorker } from './pool.ts';
import { help } from './thread.ts';

const buffersOf = (tensors: RawTensor[]): Transferable[] =>
  tensors.flatMap(({ data }) =>
    Array.isArray(data) ? [] : [(data as ArrayBufferView).buffer as ArrayBuffer],
  );

/** Gives the function that takes the host's messages. */
export function serve(port: Port<FromWorker>, start: StartWorker): (message: ToWorker) => void {
  let engine: Engine | undefined;
  let nextRead = 0;
  const reads = new Map<number, { done: (b: Uint8Array) => void; failed: (e: Error) => void }>();
  const aborts = new Map<number, AbortController>();

  const read: ReadRange = async (file, offset, length, take) => {
    if (!take) return port.post({ type: 'read', file, offset, length });
    const bytes = await new Promise<Uint8Array>((done, failed) => {
      const number = nextRead++;
      reads.set(number, { done, failed });
      port.post({ type: 'read', read: number, file, offset, length });
    });
    take(bytes, 0);
  };

  const loaded = (): Engine => {
    if (!engine) throw disposed();
    return engine;
  };

  async function answer(
    message: Extract<ToWorker, { id: number }>,
    signal: AbortSignal,
  ): Promise<FromWorker> {
    const { id } = message;
    switch (message.type) {
      case 'load': {
        const threads = { count: message.threads, start };
        const made = await Engine.create(message.wasm, message.options, threads);
        const onProgress = (progress: { loaded: number; total: number }) =>
          port.post({ type: 'progress', id, progress });
        await made.load(message.files, read, onProgress, signal);
        engine = made;
        return { type: 'done', id, value: made.describe() };
      }
      case 'call': {
        const value = await loaded().call(message.call, message.budgetMs, signal);
        return { type: 'done', id, value };
      }
      default:
        return { type: 'done', id, value: loaded().memory() };
    }
  }

  return (message) => {
    if (message.type === 'thread') return help(message, () => port.post({ type: 'ready' }));
    if (message.type === 'abort') return aborts.get(message.id)?.abort(abortError());
    if (message.type === 'bytes') {
      const waiting = reads.get(message.read);
      reads.delete(message.read);
      if (message.error) waiting?.failed(fromPlainError(message.error));
      else waiting?.done(message.bytes);
      return;
    }
    const abort = new AbortController();
    aborts.set(message.id, abort);
    answer(message, abort.signal)
      .then((reply) => {
        const moved =
          reply.type === 'done' && Array.isArray(reply.value) ? buffersOf(reply.value) : [];
        port.post(reply, moved);
      })
      .catch((error: unknown) =>
        port.post({ type: 'failed', id: message.id, error: toPlainError(error) }),
      )
      .finally(() => aborts.delete(message.id));
  };
}
