// The engine in the calling thread. Calls work in short slices, so that a page keeps breathing.
import factory from 'smw-glue';
import { Engine, type EngineCall, type RawTensor } from '../engine.ts';
import { disposed } from '../errors.ts';
import { describe, type Host, type Loaded, type LoadRequest } from './host.ts';
import type { StartWorker } from './pool.ts';

const SLICE_MS = 8;

export class LocalHost implements Host {
  private engine: Engine | undefined;

  constructor(private readonly start: StartWorker) {}

  async load(request: LoadRequest): Promise<Loaded> {
    const { wasm, files, options, threads, read, onProgress, signal } = request;
    const engine = await Engine.create(factory, wasm, options, {
      count: threads,
      start: this.start,
    });
    await engine.load(files, read, onProgress, signal);
    this.engine = engine;
    return describe(engine, options);
  }
  async call(call: EngineCall, signal: AbortSignal | undefined): Promise<RawTensor[]> {
    return this.open().call(call, SLICE_MS, signal);
  }
  async memory() {
    return this.open().memory();
  }
  dispose(): void {
    this.engine?.end();
    this.engine = undefined;
  }
  private open(): Engine {
    if (!this.engine) throw disposed();
    return this.engine;
  }
}
