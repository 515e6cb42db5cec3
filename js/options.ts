import type { WeightFormat } from './engine.ts';
import type { Variant } from './platform.ts';

/** Weight bytes read so far, and in all; `total` grows while the model's header is still being read. */
export interface LoadProgress {
  loaded: number;
  total: number;
}

export interface LoadOptions {
  /** The MetaGraph's exact set of tags. Not given: the only one, or else the one tagged `serve`. */
  tags?: string | readonly string[];
  /** Aborts loading with an `AbortError`. */
  signal?: AbortSignal;
  onProgress?: (progress: LoadProgress) => void;
  /** False runs the model in the calling thread, in slices. Default true. */
  worker?: boolean;
  /**
   * Threads of the model, its own included. `auto`, the default, takes as many as there are cores, 4 at most, where
   * memory can be shared: in Node, and in pages that are cross-origin isolated. Where that is not so, or threads do
   * not start within 3 s, the model runs on one; `model.threads` and `capabilities().reasons` tell.
   */
  threads?: number | 'auto';
  /**
   * What the weights of matrix products and convolutions are stored as: `f16` takes half the bytes, `int8` a quarter,
   * with a scale for each output column; `int8` also makes the activations integers. Both change the answers a little:
   * `model.compression` tells how far the weights moved. Small weights stay as they are. Default `float32`.
   */
  weights?: 'float32' | WeightFormat;
  /** False skips the checksums of weights. Default true. */
  verify?: boolean;
  /** For sources that are URLs. */
  fetch?: typeof globalThis.fetch;
  headers?: HeadersInit;
  credentials?: RequestCredentials;
  cache?: RequestCache;
  /** Where the WebAssembly of a variant is, or the compiled module itself. */
  wasm?: Partial<Record<Variant, URL | string | WebAssembly.Module>>;
  /**
   * Which WebAssembly: `auto` loads the small one with the common ops, and the one with all of them where the model
   * needs it; `full` takes that at once.
   */
  ops?: 'auto' | 'full';
  /**
   * `speed`: weights may take as much memory as makes runs faster (Winograd's form of a convolution's filter has up to
   * four times its size). Not given: as far as that leaves the whole within 1.2 times the weights and some 16 MB.
   */
  optimize?: 'speed';
  /** Graph passes that are not to run: for finding out which one changes an answer. */
  passesOff?: readonly string[];
}
