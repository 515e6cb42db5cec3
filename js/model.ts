import { DTYPES, isDType, type DType } from './dtypes.ts';
import { convertValues, type Leaf } from './convert.ts';
import type { About, CompressedWeight, EngineArgument, EngineSignature } from './engine.ts';
import type { MemoryReport, UnsupportedOp } from './engine.ts';
import { invalidArgument, part, throwIfAborted } from './errors.ts';
import type { Host, Loaded } from './host/host.ts';
import type { Profile } from './profile.ts';
import type { Variant } from './platform.ts';
import { fromRaw, Tensor, tensor, toRaw, type TensorLike } from './tensor.ts';

/** An input or output of a signature. */
export interface ArgumentInfo {
  /** Tensor name in the graph. */
  readonly name: string;
  readonly dtype: DType;
  /** -1 for a dimension that may differ from call to call; null where even the rank may. */
  readonly shape: readonly number[] | null;
}

/** By argument name; `order` lists the names as they were exported, where no argument is called so. */
export type Arguments = Readonly<Record<string, ArgumentInfo>> & {
  readonly order: readonly string[];
};

export interface CallOptions {
  signal?: AbortSignal;
  /** Names of the outputs that are wanted; only what they need is computed. Default: all. */
  outputs?: readonly string[];
  /** Is given a profile of the call before that resolves: the time of every step. */
  profile?: (profile: Profile) => void;
  /**
   * With `profile`: how often to run. Clocks in browsers are coarse; short steps need many runs. More than one
   * are timed after another that is not. A signature that changes variables does so in each. Default 1.
   */
  runs?: number;
}

export type Inputs = Readonly<Record<string, TensorLike>>;
export type Outputs = Record<string, Tensor>;

/** A signature of the model, called with inputs by name. */
export interface Signature {
  (inputs?: Inputs, options?: CallOptions): Promise<Outputs>;
  readonly inputs: Arguments;
  readonly outputs: Arguments;
  readonly methodName: string;
  /** Ops that this signature needs and that are not supported. Where there are any, calls are refused. */
  readonly unsupported: readonly Readonly<UnsupportedOp>[];
}

/** What `weights: 'f16'` or `'int8'` came to. Errors are relative, see CompressedWeight. */
export interface CompressionReport {
  readonly bytesBefore: number;
  readonly bytesAfter: number;
  /** Of the weight where it is worst. */
  readonly maxError: number;
  readonly rmsError: number;
  readonly weights: readonly CompressedWeight[];
}

/** A loaded SavedModel. One call runs at a time; further ones queue. */
export class SavedModel {
  /** Functions by signature name. The object has no prototype, so that any name is safe. */
  readonly signatures: Readonly<Record<string, Signature>>;
  /** Tags of the MetaGraph that was loaded. */
  readonly tags: readonly string[];
  readonly tensorflowVersion: string;
  /** Threads that run the model. */
  readonly threads: number;
  /** Null where no weight was compressed. */
  readonly compression: CompressionReport | null;

  private queue: Promise<unknown> = Promise.resolve();

  /** @internal */
  constructor(
    private readonly host: Host,
    { told, threads, compressed }: Loaded,
    /** The WebAssembly that runs the model. */
    readonly variant: Variant,
  ) {
    const { tags, tensorflowVersion, signatures } = told as About;
    this.threads = threads;
    this.tags = tags;
    this.tensorflowVersion = tensorflowVersion;
    const made = Object.create(null) as Record<string, Signature>;
    signatures.forEach((s, index) => (made[s.name] = this.makeSignature(s, index)));
    this.signatures = made;
    this.compression = compressed.length ? summary(compressed) : null;
  }

  /** Bytes in use. */
  memory(): Promise<MemoryReport> {
    return this.host.memory();
  }

  /**
   * Runs every signature once with zeros, so that the first real call is not the slow one. Unknown
   * dimensions are 1; a signature that refuses such inputs is passed over.
   */
  async warmup(): Promise<void> {
    for (const signature of Object.values(this.signatures)) {
      const inputs = Object.create(null) as Record<string, Tensor>;
      for (const [name, { dtype, shape }] of Object.entries<ArgumentInfo>(signature.inputs)) {
        const dims = (shape ?? []).map((d) => (d < 0 ? 1 : d));
        const n = dims.reduce((a, b) => a * b, 1) * DTYPES[dtype].parts;
        const array = DTYPES[dtype].array;
        inputs[name] = new Tensor(dtype, dims, array ? new array(n) : Array<string>(n).fill(''));
      }
      await signature(inputs).catch(() => undefined);
    }
  }

  /** Ends the model and frees its memory. Calls under way and later ones reject. */
  dispose(): void {
    this.host.dispose();
  }

  private makeSignature(s: EngineSignature, index: number): Signature {
    const order = s.inputs.map((a) => a.key);
    const outputNames = s.outputs.map((a) => a.key);
    const call = async (inputs: Inputs = {}, options: CallOptions = {}): Promise<Outputs> => {
      const raw = bindInputs(s, inputs).map(toRaw);
      const wanted = options.outputs?.map((name) => {
        const at = outputNames.indexOf(name);
        if (at < 0)
          throw invalidArgument(
            `signature '${s.name}' has no output '${name}'; it has ${list(outputNames)}`,
            { signature: s.name, name },
          );
        return at;
      });
      const { signal, profile } = options;
      const runs = profile && (Math.ceil(options.runs!) || 1);
      const task = { signature: index, inputs: raw, outputs: wanted, runs };
      const run = () => this.host.call(task, signal);
      let script!: typeof import('./profile.ts');
      const result = await this.enqueue(signal, () =>
        profile ? part(import('./profile.ts')).then((s) => ((script = s), run())) : run(),
      );
      profile?.(new script.Profile(result.pop() as { data: Uint8Array[] }));
      const outputs = Object.create(null) as Outputs;
      const names = wanted?.map((i) => outputNames[i]!) ?? outputNames;
      result.forEach((t, i) => (outputs[names[i]!] = fromRaw(t)));
      return outputs;
    };
    const { methodName, unsupported } = s;
    const about = { inputs: argumentsOf(s.inputs, order), methodName, unsupported };
    return Object.assign(call, { ...about, outputs: argumentsOf(s.outputs, outputNames) });
  }

  /** Runs `task` after all that were queued before, whether those failed or not. */
  private enqueue<T>(signal: AbortSignal | undefined, task: () => Promise<T>): Promise<T> {
    const run = this.queue.then(() => {
      throwIfAborted(signal);
      return task();
    });
    this.queue = run.catch(() => undefined);
    return run;
  }
}

function summary(weights: readonly CompressedWeight[]): CompressionReport {
  const sum = (key: 'bytesBefore' | 'bytesAfter') => weights.reduce((n, w) => n + w[key], 0);
  const most = (key: 'maxError' | 'rmsError') => weights.reduce((m, w) => Math.max(m, w[key]), 0);
  return {
    bytesBefore: sum('bytesBefore'),
    bytesAfter: sum('bytesAfter'),
    maxError: most('maxError'),
    rmsError: most('rmsError'),
    weights,
  };
}

const list = (names: readonly string[]) => names.map((n) => `'${n}'`).join(', ') || 'none';

function argumentsOf(facts: readonly EngineArgument[], order: readonly string[]): Arguments {
  const result = Object.create(null) as Record<string, ArgumentInfo>;
  const define = (key: string, value: unknown, enumerable: boolean) =>
    Object.defineProperty(result, key, { value, enumerable, configurable: true, writable: true });
  define('order', order, false);
  for (const { key, name, dtype, shape } of facts) define(key, { name, dtype, shape }, true);
  return result as Arguments;
}

/** Tensors in the signature's order. INVALID_ARGUMENT for a name that is missing or unknown. */
function bindInputs(s: EngineSignature, inputs: Inputs): Tensor[] {
  const names = s.inputs.map((a) => a.key);
  if (
    inputs === null ||
    typeof inputs !== 'object' ||
    Array.isArray(inputs) ||
    inputs instanceof Tensor
  )
    throw invalidArgument(
      `signature '${s.name}' takes an object with its inputs by name: ${list(names)}`,
      { signature: s.name },
    );
  for (const name of Object.keys(inputs))
    if (!names.includes(name))
      throw invalidArgument(
        `signature '${s.name}' has no input '${name}'; its inputs are ${list(names)}`,
        { signature: s.name, name },
      );
  return s.inputs.map((a) => {
    if (!Object.hasOwn(inputs, a.key) || inputs[a.key] === undefined)
      throw invalidArgument(
        `input '${a.key}' of signature '${s.name}' is missing; its inputs are ${list(names)}`,
        { signature: s.name, name: a.key, expected: describe(a) },
      );
    return asArgument(inputs[a.key]!, a, s.name);
  });
}

const describe = ({ dtype, shape }: EngineArgument) =>
  `${dtype}${shape ? `[${shape.map((d) => (d < 0 ? '?' : d)).join(',')}]` : ''}`;

/** A tensor of the argument's dtype, converted where that loses nothing. */
function asArgument(value: TensorLike, a: EngineArgument, signature: string): Tensor {
  const what = `input '${a.key}' of signature '${signature}'`;
  if (!isDType(a.dtype))
    throw invalidArgument(`${what} is of type ${a.dtype}, which cannot be fed`);
  const facts = { signature, name: a.key, expected: describe(a) };
  try {
    const plain = !(value instanceof Tensor) && !ArrayBuffer.isView(value);
    if (plain || (value instanceof Uint8Array && a.dtype === 'string'))
      return checkShape(tensor(value, undefined, a.dtype), a, what);
    const given = value instanceof Tensor ? value : tensor(value);
    if (given.dtype === a.dtype) return checkShape(given, a, what);
    if (!given.inferred || given.dtype === 'string' || a.dtype === 'string')
      throw invalidArgument(`${what} must be ${describe(a)}, got ${given.dtype}`, {
        actual: `${given.dtype}[${given.shape.join(',')}]`,
      });
    const values = convertValues(given.data as unknown as ArrayLike<Leaf>, a.dtype, what);
    return checkShape(new Tensor(a.dtype, given.shape, values), a, what);
  } catch (error) {
    if (!(error instanceof Error) || !('code' in error)) throw error;
    const { message, actual } = error as Error & { actual?: string };
    throw invalidArgument(message.startsWith(what) ? message : `${what}: ${message}`, {
      ...facts,
      actual,
    });
  }
}

function checkShape(t: Tensor, a: EngineArgument, what: string): Tensor {
  const { shape } = a;
  const fits =
    !shape || (shape.length === t.shape.length && shape.every((d, i) => d < 0 || d === t.shape[i]));
  if (fits) return t;
  const flat = t.shape.length === 1 && shape.length > 1;
  const hint = flat ? '; give a flat list its shape with tensor(values, shape)' : '';
  throw invalidArgument(
    `${what} must be ${describe(a)}, got ${t.dtype}[${t.shape.join(',')}]${hint}`,
    { actual: `${t.dtype}[${t.shape.join(',')}]` },
  );
}
