// What crosses between page and worker.
import type { PlainError } from '../errors.ts';
import type {
  EngineCall,
  EngineFile,
  EngineOptions,
  MemoryReport,
  Progress,
  RawTensor,
} from '../engine.ts';
import type { Loaded } from './host.ts';
import type { ThreadMessage } from './thread.ts';

export type ToWorker =
  | {
      type: 'load';
      id: number;
      wasm: WebAssembly.Module;
      files: EngineFile[];
      options: EngineOptions;
      threads: number;
    }
  | ThreadMessage
  | {
      type: 'call';
      id: number;
      call: EngineCall;
      /** 0: in one go. Otherwise slices, between which an abort is seen. */
      budgetMs: number;
    }
  | { type: 'memory'; id: number }
  | { type: 'abort'; id: number }
  | { type: 'bytes'; read: number; bytes: Uint8Array; error?: undefined }
  | { type: 'bytes'; read: number; error: PlainError };

export type FromWorker =
  | { type: 'ready' }
  | { type: 'done'; id: number; value: Loaded | RawTensor[] | MemoryReport }
  | { type: 'failed'; id: number; error: PlainError }
  | { type: 'progress'; id: number; progress: Progress }
  /** Without a number the range is only going to be read. */
  | { type: 'read'; read?: number; file: number; offset: number; length: number };

/** The two ways to post, of Worker and of worker_threads. */
export interface Port<Out> {
  post(message: Out, transfer?: Transferable[]): void;
}
