// Where an engine runs: in a worker, or right here.
import type { Engine, EngineFile, EngineOptions, EngineSignature } from '../engine.ts';
import type { CompressedWeight, MemoryReport, Progress, RawTensor, ReadRange } from '../engine.ts';

export interface LoadRequest {
  wasm: WebAssembly.Module;
  files: EngineFile[];
  options: EngineOptions;
  /** More than 1 only for a variant with threads. */
  threads: number;
  read: ReadRange;
  onProgress?: ((p: Progress) => void) | undefined;
  signal?: AbortSignal | undefined;
}

export interface Loaded {
  /** SavedModelInfo, as the engine gives it. */
  info: unknown;
  /** Index of the MetaGraph that was loaded. */
  metaGraph: number;
  signatures: EngineSignature[];
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
  call(
    signature: number,
    inputs: RawTensor[],
    outputs: number[] | undefined,
    signal: AbortSignal | undefined,
  ): Promise<RawTensor[]>;
  memory(): Promise<MemoryReport>;
  /** Frees everything; a call under way rejects. */
  dispose(): void;
}

/** What an engine that was just loaded tells. */
export function describe(engine: Engine, options: EngineOptions): Loaded {
  const signatures = options.inspect ? [] : engine.signatures();
  const { threads, reason } = engine;
  const compressed = options.weights ? engine.compression() : [];
  const about = { info: engine.info(), metaGraph: engine.metaGraph(), threads, reason };
  return { ...about, signatures, compressed };
}
