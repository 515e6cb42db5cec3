// The engine in the calling thread. Calls work in short slices, so that a page keeps breathing.
import type { Engine, EngineCall, MemoryReport, RawTensor } from '../engine.ts';
import { disposed, withOwnErrors } from '../errors.ts';
import type { EngineScript } from '../platform.ts';
import type { Host, Loaded, LoadRequest } from './host.ts';
import type { StartWorker } from './pool.ts';

const SLICE_MS = 8;

export class LocalHost implements Host {
  private engine: Engine | undefined;

  constructor(
    private readonly script: EngineScript,
    private readonly start: StartWorker,
  ) {}

  load(request: LoadRequest): Promise<Loaded> {
    return withOwnErrors(this.make(request));
  }
  call(call: EngineCall, signal: AbortSignal | undefined): Promise<RawTensor[]> {
    return withOwnErrors(this.open((engine) => engine.call(call, SLICE_MS, signal)));
  }
  memory(): Promise<MemoryReport> {
    return withOwnErrors(this.open((engine) => engine.memory()));
  }
  dispose(): void {
    this.engine?.end();
    this.engine = undefined;
  }

  private async make(request: LoadRequest): Promise<Loaded> {
    const { wasm, files, options, threads, read, onProgress, signal } = request;
    const pool = { count: threads, start: this.start };
    const engine = await this.script.Engine.create(wasm, options, pool);
    await engine.load(files, read, onProgress, signal);
    this.engine = engine;
    return engine.describe();
  }
  private async open<T>(use: (engine: Engine) => T): Promise<Awaited<T>> {
    if (!this.engine) throw disposed();
    return await use(this.engine);
  }
}
