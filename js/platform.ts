// What differs between a page and Node: where wasm comes from, and how a worker is started.
import type { Engine } from './engine.ts';
import type { WorkerPort } from './host/worker_host.ts';
import type { Source } from './sources/source.ts';

/** The instructions that a link of the module uses: picked by what the machine can do. */
export type Simd = 'relaxed' | 'strict';
/** The links of the module. `core` has the common ops, `full` all of them; `threads` are for shared memory. */
export type Variant = `${'core' | 'full'}-${Simd}${'' | '-threads'}`;

/** What the worker's script has for those who do without a worker. */
export interface EngineScript {
  Engine: typeof Engine;
}

export interface Platform {
  /** Where a variant lies beside this script. */
  wasmUrl(variant: Variant): URL;
  /** Compiles what lies at `url`; a clear error where it is no WebAssembly. */
  compile(url: URL): Promise<WebAssembly.Module>;
  startWorker(): Promise<WorkerPort>;
  /** How many threads run at once here. */
  cores(): number;
  /** The engine, to be used in this thread. */
  engine(): Promise<EngineScript>;
  /** Sources that only this platform has, such as a path on disk. */
  openSource(source: unknown): Promise<Source | undefined>;
}
