// Drives one wasm instance, which holds one model: fills the file ranges that it asks for, and copies
// tensors in and out. Runs in the worker, or in the page where there is none. The protocol is that of
// src/wasm/bindings.cc.
import factory from 'smw-glue';
import {
  abortError,
  disposed,
  SavedModelError,
  throwIfAborted,
  type ErrorFacts,
} from './errors.ts';
import type { Loaded } from './host/host.ts';
import { makeMemory, Pool, type Threads } from './host/pool.ts';
import { Session, Text } from './session.ts';
import type { Take } from './sources/source.ts';

/** What Emscripten's glue gives. */
export interface SmwModule {
  wasmMemory: WebAssembly.Memory;
  _malloc(bytes: number): number;
  _free(address: number): void;
  _smwOpen(options: number, bytes: number): number;
  _smwAddFile(session: number, path: number, bytes: number, size: number): number;
  _smwText(session: number, which: number): number;
  _smwStep(session: number): number;
  _smwMailbox(session: number, doubles: number): number;
  _smwBegin(session: number, signature: number): number;
  _smwRun(session: number, budgetMs: number): number;
  _smwAbort(session: number): void;
  _smwPool(threads: number, callerMaySleep: number): number;
}
export type ModuleFactory = (options: object) => Promise<SmwModule>;

const enum Answer {
  Done = 0,
  Read = 1,
  Pending = 2,
  Failed = 3,
}

/** A tensor as it crosses: bytes in row-major order, little-endian; strings as bytes of their own. */
export interface RawTensor {
  /** Number of tensorflow.DataType. */
  dtype: number;
  shape: number[];
  data: ArrayBufferView | Uint8Array[];
}

const DT_STRING = 7;

export interface EngineFile {
  path: string;
  size: number;
}

export interface EngineOptions {
  tags?: string[];
  verify?: boolean;
  inspect?: boolean;
  optimize?: string;
  passesOff?: string[];
  weights?: WeightFormat;
}

/** What weights of products may be stored as, besides float32. */
export type WeightFormat = 'f16' | 'int8';

/** A weight that was compressed, and how far it is from the one in the file. */
export interface CompressedWeight {
  /** Its key in the checkpoint, or the model's file. */
  name: string;
  bytesBefore: number;
  bytesAfter: number;
  /** The largest difference, as part of the largest weight. */
  maxError: number;
  /** Root of the mean square difference, as part of that of the weights. */
  rmsError: number;
}

export interface EngineCall {
  /** Index of the signature. */
  signature: number;
  inputs: RawTensor[];
  /** Indices of the outputs that are wanted; all where absent. */
  outputs?: number[] | undefined;
  /** Runs to be timed, for a profile: one more output then, see src/runtime/profile.h. */
  runs?: number | undefined;
}

/**
 * Bytes [offset, offset + length) of file number `file`, all of them or an error. Where nobody takes them yet,
 * SourceFile.expect.
 */
export type ReadRange = (
  file: number,
  offset: number,
  length: number,
  take?: Take,
) => Promise<void>;

export interface Progress {
  /** Weight bytes read so far, and in all. */
  loaded: number;
  total: number;
}

export interface EngineSignature {
  name: string;
  methodName: string;
  inputs: EngineArgument[];
  outputs: EngineArgument[];
  unsupported: UnsupportedOp[];
}
/** An op that a signature needs and the engine lacks. */
export interface UnsupportedOp {
  op: string;
  /** The node that has it; in a function "function/node". */
  node: string;
}
/** What a model that was just loaded tells. */
export interface About {
  tags: string[];
  tensorflowVersion: string;
  signatures: EngineSignature[];
}
export interface EngineArgument {
  key: string;
  name: string;
  dtype: string;
  dtypeNumber: number;
  optional: boolean;
  shape: number[] | null;
}

export interface MemoryReport {
  /** Bytes of constants and variables, in whichever form they are held. */
  weights: number;
  /** Of these, filters of convolutions in Winograd's form, which is larger and faster; from the first run on. */
  winograd: number;
  /** Bytes of the block for intermediate values. */
  activations: number;
  /** Bytes of all live buffers, and the most there ever were. */
  buffers: number;
  peak: number;
  /** Bytes of the whole wasm memory. */
  wasm: number;
}

const optionLines = (o: EngineOptions): string => {
  const lines: string[] = [];
  const add = (key: string, value: string) => lines.push(`${key} ${encodeURIComponent(value)}`);
  for (const tag of o.tags ?? []) add('tag', tag);
  if (o.tags && !o.tags.length) add('noTags', '1');
  if (o.verify === false) add('verify', '0');
  if (o.inspect) add('inspect', '1');
  if (o.optimize) add('optimize', o.optimize);
  for (const pass of o.passesOff ?? []) add('passOff', pass);
  if (o.weights) add('weights', o.weights);
  return lines.join('\n');
};

/** Lets timers, messages and input events through: the engine works in slices between such turns. */
const turn: () => Promise<void> = /* @__PURE__ */ (() => {
  // Node delivers a port's messages by the thousand before it looks at timers.
  if (typeof setImmediate === 'function') return () => new Promise((r) => setImmediate(r));
  let waiting: (() => void)[] = [];
  let channel: MessageChannel | undefined;
  return () => {
    if (!channel) {
      channel = new MessageChannel();
      channel.port1.onmessage = () => {
        const now = waiting;
        waiting = [];
        for (const done of now) done();
      };
    }
    return new Promise((done) => {
      waiting.push(done);
      channel!.port2.postMessage(0);
    });
  };
})();

export class Engine {
  private readonly session: Session;
  private readonly pointer: number;
  private lost: SavedModelError | undefined;
  private pool: Pool | undefined;
  /** Threads that work, this one included. */
  threads = 1;
  /** Why those are fewer than were asked for. */
  reason: string | undefined;
  declare private readRange: ReadRange;
  /** Reads under way that the engine has not asked for yet, by range and address. */
  private early = new Map<string, Promise<void>>();
  /** Of loads and calls that ended: what was read for them has no place any more. */
  private ended = 0;
  /** Ends a wait for ranges. */
  private stop: (() => void) | undefined;

  private constructor(
    private readonly glue: SmwModule,
    private readonly options: EngineOptions,
  ) {
    this.session = new Session(glue, optionLines(options));
    this.pointer = this.session.pointer;
  }

  /** More than one thread takes a variant with threads. */
  static async create(
    wasm: WebAssembly.Module,
    options: EngineOptions,
    threads?: Threads,
  ): Promise<Engine> {
    const count = threads?.count ?? 1;
    const memory = makeMemory(count > 1);
    const module = await factory({
      wasmMemory: memory,
      instantiateWasm: (
        imports: WebAssembly.Imports,
        done: (i: WebAssembly.Instance, m: WebAssembly.Module) => void,
      ) => {
        void WebAssembly.instantiate(wasm, imports).then((instance) => done(instance, wasm));
        return {};
      },
    });
    let pool: Pool | undefined;
    if (count > 1) {
      // The main thread of a page must not sleep.
      const blocks = module._smwPool(count, Number(typeof document === 'undefined')) >>> 0;
      if (blocks) pool = new Pool(threads!, { wasm, memory, blocks });
    }
    const engine = new Engine(module, options);
    engine.pool = pool;
    return engine;
  }

  /** Gives up the instance: a call under way and later ones fail. */
  end(): void {
    this.lose(disposed());
  }

  private lose(why: SavedModelError): SavedModelError {
    this.lost ??= why;
    this.pool?.end();
    this.stop?.();
    return this.lost;
  }

  supportedOps(): string[] {
    return this.session.supportedOps();
  }
  /** What an engine that was just loaded tells. */
  describe(): Loaded {
    const { threads, reason, options, session } = this;
    const compressed: CompressedWeight[] = options.weights ? session.tell(Text.Compression) : [];
    const told: Loaded['told'] = session.tell(options.inspect ? Text.Info : Text.About);
    return { told, threads, reason, compressed };
  }
  memory(): MemoryReport {
    const wasm = this.session.heap().length;
    return { ...this.session.tell<MemoryReport>(Text.Memory), wasm };
  }

  private progress(): Progress {
    const { wanted, done } = this.session.tell<{ wanted: number; done: number }>(Text.Progress);
    return { loaded: done, total: wanted };
  }

  /** Reads metadata and weights. After an error the engine is of no further use. */
  async load(
    files: EngineFile[] | Promise<EngineFile[]>,
    read: ReadRange,
    onProgress?: (p: Progress) => void,
    signal?: AbortSignal,
  ): Promise<void> {
    this.readRange = read;
    try {
      for (const { path, size } of await files)
        if (!this.session.addFile(path, size)) throw this.error();
      for (;;) {
        throwIfAborted(signal);
        const answer = this.guard(() => this.glue._smwStep(this.pointer));
        if (answer === Answer.Failed) throw this.error();
        onProgress?.(this.progress());
        if (answer === Answer.Done) return await this.awaitHelpers();
        if (answer === Answer.Read) await this.filled(signal);
        else await turn();
      }
    } catch (error) {
      ++this.ended;
      this.pool?.end();
      throw error;
    }
  }

  private async awaitHelpers(): Promise<void> {
    try {
      if (this.pool) this.threads = await this.pool.ready();
    } catch (error) {
      this.reason = (error as Error).message;
    }
  }

  /**
   * Calls a signature. Works in slices of `budgetMs` with a turn of the event loop between them (0: in one
   * go), so that an abort is seen.
   */
  async call(call: EngineCall, budgetMs: number, signal?: AbortSignal): Promise<RawTensor[]> {
    throwIfAborted(signal);
    this.begin(call);
    try {
      for (;;) {
        const answer = this.guard(() => this.glue._smwRun(this.pointer, budgetMs));
        if (answer === Answer.Done) return this.takeOutputs();
        if (answer === Answer.Failed) throw this.error();
        if (answer === Answer.Read) await this.filled(signal);
        else await turn();
        throwIfAborted(signal);
      }
    } finally {
      ++this.ended;
      this.early.clear();
      if (!this.lost) this.guard(() => (this.glue._smwAbort(this.pointer), 0));
    }
  }

  private begin({ signature, inputs, outputs, runs = 0 }: EngineCall): void {
    const record: number[] = [inputs.length];
    const lengths = inputs.map((t) => byteLength(t));
    inputs.forEach((t, i) => record.push(t.dtype, t.shape.length, lengths[i]!, ...t.shape));
    record.push(...(outputs ? [outputs.length, ...outputs] : [-1]), runs);
    this.mailbox(record.length).set(record);
    if (this.guard(() => this.glue._smwBegin(this.pointer, signature)) !== Answer.Done)
      throw this.error();
    const addresses = this.mailbox(inputs.length).slice();
    const heap = this.session.heap();
    inputs.forEach((t, i) => writeData(heap, addresses[i]!, t));
  }

  private takeOutputs(): RawTensor[] {
    const n = this.mailbox(1)[0]!;
    // The record's length is not known beforehand; every rank is at most 254.
    const mail = this.mailbox(1 + n * (4 + 254));
    const heap = this.session.heap();
    const result: RawTensor[] = [];
    let at = 1;
    const next = () => mail[at++]!;
    for (let i = 0; i < n; i++) {
      const dtype = next();
      const rank = next();
      const address = next();
      const bytes = next();
      const shape: number[] = [];
      while (shape.length < rank) shape.push(next());
      const block = heap.slice(address, address + bytes);
      const data = dtype === DT_STRING ? unpackStrings(block, shape) : block;
      result.push({ dtype, shape, data });
    }
    return result;
  }

  /** Until the ranges are there, or nobody waits for them any more. */
  private filled(signal: AbortSignal | undefined): Promise<unknown> {
    let stop!: () => void;
    const stopped = new Promise<void>((done) => (this.stop = stop = done));
    signal?.addEventListener('abort', stop);
    return Promise.race([this.fillRanges(), stopped]).finally(() =>
      signal?.removeEventListener('abort', stop),
    );
  }

  /**
   * Fills the ranges that the engine waits for. Those that it will ask for next are filled meanwhile, and
   * while it works on these.
   */
  private async fillRanges(): Promise<void> {
    const [n, ahead] = this.mailbox(2) as unknown as [number, number];
    const ranges = this.mailbox(2 + 4 * (n + ahead)).slice(2);
    const early = this.early;
    this.early = new Map();
    const filled: Promise<void>[] = [];
    for (let i = 0; i < n + ahead; i++) {
      const range = ranges.subarray(4 * i, 4 * i + 4);
      const [file, offset, length, address] = range as unknown as [number, number, number, number];
      const key = range.join();
      const take = address ? this.filler(address) : undefined;
      const read = early.get(key) ?? this.readRange(file, offset, length, take);
      if (i < n) filled.push(read);
      else this.early.set(key, read);
      read.catch(() => undefined); // of those ahead: reported once it is their turn
    }
    await Promise.all(filled);
  }

  private filler(address: number): Take {
    const { ended } = this;
    return (bytes, at) => {
      if (this.lost || ended !== this.ended) throw this.lost ?? abortError();
      // The heap may have moved meanwhile: no view of it is kept.
      this.session.heap().set(bytes, address + at);
    };
  }

  private mailbox(doubles: number): Float64Array {
    const address = this.guard(() => this.glue._smwMailbox(this.pointer, doubles) >>> 0);
    return new Float64Array(this.glue.wasmMemory.buffer, address, doubles);
  }

  private error(): SavedModelError {
    const { message, ...facts } = this.session.tell<ErrorFacts & { message: string }>(Text.Error);
    return new SavedModelError(message, facts);
  }

  /** A trap or an abort ends the instance: whatever comes later says so. */
  private guard(run: () => number): number {
    if (this.lost) throw this.lost;
    try {
      return run();
    } catch (cause) {
      throw this.lose(lostError(cause));
    }
  }
}

function lostError(cause?: unknown): SavedModelError {
  const why = cause ? `: ${cause}` : '';
  const memory = /memory|allocation|OOM/i.test(why);
  return new SavedModelError(
    `The model's WebAssembly instance ended${why}. Load the model again.`,
    { code: memory ? 'RESOURCE_EXHAUSTED' : 'INTERNAL', modelLost: true },
    { cause },
  );
}

const isStrings = (data: RawTensor['data']): data is Uint8Array[] => Array.isArray(data);

function byteLength({ data }: RawTensor): number {
  if (!isStrings(data)) return data.byteLength;
  return data.reduce((sum, s) => sum + 4 + s.length, 0);
}

function writeData(heap: Uint8Array, address: number, { data }: RawTensor): void {
  if (!isStrings(data)) {
    heap.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), address);
    return;
  }
  const lengths = new DataView(heap.buffer, address, 4 * data.length);
  let at = address + 4 * data.length;
  data.forEach((s, i) => {
    lengths.setUint32(4 * i, s.length, true);
    heap.set(s, at);
    at += s.length;
  });
}

function unpackStrings(block: Uint8Array, shape: number[]): Uint8Array[] {
  const n = shape.reduce((a, b) => a * b, 1);
  const lengths = new DataView(block.buffer, block.byteOffset, 4 * n);
  let at = 4 * n;
  return Array.from({ length: n }, (_, i) => {
    const end = at + lengths.getUint32(4 * i, true);
    const s = block.slice(at, end);
    at = end;
    return s;
  });
}
