// Where an engine runs: in a worker, or right here.
import type { About, EngineCall, EngineFile, EngineOptions } from '../engine.ts';
import type { CompressedWeight, MemoryReport, Progress, RawTensor, ReadRange } from '../engine.ts';
import type { SavedModelInfo } from '../info.ts';

export interface LoadRequest {
  wasm: WebAssembly.Module;
  /** An engine can be made before they are known. */
  files: Promise<EngineFile[]>;
  options: EngineOptions;
  /** More than 1 only for a variant with threads. */
  threads: number;
  read: ReadRange;
  onProgress?: ((p: Progress) => void) | undefined;
  signal?: AbortSignal | undefined;
}

export interface Loaded {
  /** SavedModelInfo where the options say `inspect`. */
  told: About | SavedModelInfo;
  /** Threads that run it. */
  threads: number;
  /** Why those are fewer than were asked for. */
  reason: string | undefined;
  /** Empty where no compression was asked for. */
  compressed: CompressedWeight[];
}

/** One model's engine, wherever it runs. */
export interface Host {
  load(request: LoadRequest): Promise<Loaded>;
  call(call: EngineCall, signal: AbortSignal | undefined): Promise<RawTensor[]>;
  memory(): Promise<MemoryReport>;
  /** Frees everything; a call under way rejects. */
  dispose(): void;
}
