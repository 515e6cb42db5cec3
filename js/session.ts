// The session of src/wasm/bindings.cc: strings in and out of the heap.
import type { SmwModule } from './engine.ts';

/** The order of kTexts in bindings.cc. */
export const enum Text {
  Error,
  Info,
  About,
  Progress,
  Memory,
  Compression,
}

export class Session {
  readonly pointer: number;

  constructor(
    private readonly glue: SmwModule,
    options: string,
  ) {
    this.pointer = this.passing(options, (text, n) => glue._smwOpen(text, n)) >>> 0;
  }

  /** Anew each time, as the memory grows. */
  heap(): Uint8Array<ArrayBufferLike> {
    return new Uint8Array(this.glue.wasmMemory.buffer);
  }
  /** False where the path is refused; see error(). */
  addFile(path: string, size: number): boolean {
    return !!this.passing(path, (text, n) => this.glue._smwAddFile(this.pointer, text, n, size));
  }
  /** One of the texts, which are JSON. */
  tell<T>(which: Text, session = this.pointer): T {
    const at = this.glue._smwText(session, which) >>> 0;
    const heap = this.heap();
    // A copy: shared memory cannot be decoded.
    return JSON.parse(new TextDecoder().decode(heap.slice(at, heap.indexOf(0, at)))) as T;
  }
  supportedOps(): string[] {
    return this.tell(0, 0);
  }

  private passing(text: string, use: (address: number, bytes: number) => number): number {
    const bytes = new TextEncoder().encode(text);
    const at = this.glue._malloc(bytes.length) >>> 0;
    this.heap().set(bytes, at);
    try {
      return use(at, bytes.length);
    } finally {
      this.glue._free(at);
    }
  }
}
