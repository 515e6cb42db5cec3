// The page's side of a worker.
import type { EngineCall, MemoryReport, RawTensor } from '../engine.ts';
import {
  disposed,
  fromPlainError,
  SavedModelError,
  throwIfAborted,
  toPlainError,
} from '../errors.ts';
import { wholeRange, type Take } from '../sources/source.ts';
import type { Host, Loaded, LoadRequest } from './host.ts';
import type { FromWorker, Port, ToWorker } from './messages.ts';

/** A worker of either kind, with its script loading. */
export interface WorkerPort extends Port<ToWorker> {
  onMessage(take: (message: FromWorker) => void): void;
  /** The script could not be loaded, or the worker died. */
  onError(take: (error: WorkerFailure) => void): void;
  /** Calls are under way: in Node the process waits for them. */
  busy?(on: boolean): void;
  stop(): void;
}

/** An Error of the worker in Node, an ErrorEvent in a page: without a message where the script could not be had. */
export interface WorkerFailure {
  message?: string;
}

/** Slices of a call that can be aborted; others run in one go. */
const ABORTABLE_SLICE_MS = 50;

interface Waiting {
  done: (value: never) => void;
  failed: (error: Error) => void;
  request?: LoadRequest;
}

export class WorkerHost implements Host {
  private nextId = 0;
  private readonly waiting = new Map<number, Waiting>();
  private ended: Error | undefined;
  private request: LoadRequest | undefined;

  constructor(private readonly port: WorkerPort) {
    port.onMessage((m) => this.take(m));
    port.onError((cause) => {
      const why = cause.message
        ? `: ${cause.message}`
        : ' (is worker.mjs beside the script, and allowed by CSP?)';
      this.end(
        new SavedModelError(
          `The worker of savedmodel-wasm failed${why}`,
          { code: 'INTERNAL', modelLost: true },
          { cause },
        ),
      );
    });
  }

  async load(request: LoadRequest): Promise<Loaded> {
    this.request = request;
    const { wasm, options, threads, signal } = request;
    const files = await request.files;
    const make = (id: number) => ({ type: 'load' as const, id, wasm, files, options, threads });
    return this.ask<Loaded>(make, signal, request);
  }

  call(call: EngineCall, signal: AbortSignal | undefined): Promise<RawTensor[]> {
    const budgetMs = signal ? ABORTABLE_SLICE_MS : 0;
    return this.ask<RawTensor[]>((id) => ({ type: 'call', id, call, budgetMs }), signal);
  }

  memory(): Promise<MemoryReport> {
    return this.ask<MemoryReport>((id) => ({ type: 'memory', id }));
  }

  dispose(): void {
    this.end(disposed());
  }

  private ask<T>(
    make: (id: number) => ToWorker,
    signal?: AbortSignal,
    request?: LoadRequest,
  ): Promise<T> {
    return new Promise<T>((done, failed) => {
      throwIfAborted(signal);
      if (this.ended) throw this.ended;
      const id = this.nextId++;
      const onAbort = () => this.port.post({ type: 'abort', id });
      signal?.addEventListener('abort', onAbort, { once: true });
      const settled = <A>(then: (a: A) => void) => {
        return (a: A) => {
          signal?.removeEventListener('abort', onAbort);
          then(a);
        };
      };
      this.waiting.set(id, { done: settled(done), failed: settled(failed), request });
      if (this.waiting.size === 1) this.port.busy?.(true);
      this.port.post(make(id));
    });
  }

  private take(message: FromWorker): void {
    switch (message.type) {
      case 'ready':
        return;
      case 'read':
        void this.answerRead(message);
        return;
      case 'progress':
        this.waiting.get(message.id)?.request?.onProgress?.(message.progress);
        return;
    }
    const waiting = this.waiting.get(message.id);
    this.waiting.delete(message.id);
    if (!this.waiting.size) this.port.busy?.(false);
    if (message.type === 'done') waiting?.done(message.value as never);
    else waiting?.failed(fromPlainError(message.error));
  }

  private async answerRead(m: Extract<FromWorker, { type: 'read' }>) {
    const { file, offset, length } = m;
    const read = (take?: Take) => this.request!.read(file, offset, length, take);
    if (m.read === undefined) return read();
    try {
      const bytes = await wholeRange(read, length);
      const whole = bytes.byteLength === bytes.buffer.byteLength;
      const transfer = whole ? [bytes.buffer as ArrayBuffer] : [];
      this.port.post({ type: 'bytes', read: m.read, bytes }, transfer);
    } catch (error) {
      this.port.post({ type: 'bytes', read: m.read, error: toPlainError(error) });
    }
  }

  private end(error: Error): void {
    if (this.ended) return;
    this.ended = error;
    this.port.stop();
    for (const { failed } of this.waiting.values()) failed(error);
    this.waiting.clear();
  }
}
