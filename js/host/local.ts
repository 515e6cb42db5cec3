// The engine in the calling thread. Calls work in short slices, so that a page keeps breathing.
import factory from 'smw-glue';
import { Engine, type RawTensor } from '../engine.ts';
import { SavedModelError } from '../errors.ts';
import { describe, type Host, type Loaded, type LoadRequest } from './host.ts';

const SLICE_MS = 8;

export class LocalHost implements Host {
  private engine: Engine | undefined;

  async load({ wasm, files, options, read, onProgress, signal }: LoadRequest): Promise<Loaded> {
    const engine = await Engine.create(factory, wasm, options);
    await engine.load(files, read, onProgress, signal);
    this.engine = engine;
    return describe(engine, options);
  }
  async call(
    signature: number,
    inputs: RawTensor[],
    outputs: number[] | undefined,
    signal: AbortSignal | undefined,
  ): Promise<RawTensor[]> {
    return this.open().call(signature, inputs, outputs, SLICE_MS, signal);
  }
  async memory() {
    return this.open().memory();
  }
  dispose(): void {
    this.engine = undefined;
  }
  private open(): Engine {
    if (!this.engine)
      throw new SavedModelError('The model was disposed', { code: 'FAILED_PRECONDITION' });
    return this.engine;
  }
}
