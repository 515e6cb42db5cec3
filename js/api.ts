// load, inspect and capabilities over a platform.
import type { EngineOptions, ReadRange } from './engine.ts';
import { invalidArgument, SavedModelError, throwIfAborted, withOwnErrors } from './errors.ts';
import type { Host, Loaded } from './host/host.ts';
import { LocalHost } from './host/local.ts';
import { WorkerHost } from './host/worker_host.ts';
import type { SavedModelInfo } from './info.ts';
import { SavedModel } from './model.ts';
import type { LoadOptions } from './options.ts';
import type { Platform, Variant } from './platform.ts';
import { openSource, type ModelSource } from './sources/open.ts';
import { absolute, type Source, type Take } from './sources/source.ts';
import { features, threadsFor, variantsFor } from './variant.ts';

export interface Capabilities {
  /** WebAssembly SIMD: the model cannot run without. */
  simd: boolean;
  /** Relaxed SIMD: fused multiply-add, about a third faster. */
  relaxedSimd: boolean;
  /** Threads that a model can use. */
  threads: number;
  /** Why something is missing. */
  reasons: string[];
  /** Types of the ops that models may contain. */
  supportedOps: string[];
}

export interface Api {
  load(source: ModelSource, options?: LoadOptions): Promise<SavedModel>;
  inspect(source: ModelSource, options?: LoadOptions): Promise<SavedModelInfo>;
  capabilities(options?: Pick<LoadOptions, 'wasm'>): Promise<Capabilities>;
}

interface Opened {
  host: Host;
  loaded: Loaded;
  variant: Variant;
}

export function makeApi(platform: Platform): Api {
  const compiled = new Map<string, Promise<WebAssembly.Module>>();
  /** Why threads did not start when they were last tried: `auto` does not try again. */
  let noThreads: string | undefined;

  /** What the machine can run of what the caller wants. */
  function threads(options: Pick<LoadOptions, 'threads' | 'wasm'>) {
    const { threads = 'auto' } = options;
    const found = threadsFor(options, platform.cores());
    const failed = noThreads && threads === 'auto' && found.threads > 1;
    return failed ? { threads: 1, reason: noThreads } : found;
  }

  function variants(options: Pick<LoadOptions, 'wasm' | 'ops'>, threads: number): Variant[] {
    const found = features();
    if (!found.simd)
      throw new SavedModelError(
        'This browser has no WebAssembly SIMD, which savedmodel-wasm needs',
        { code: 'UNIMPLEMENTED' },
      );
    return variantsFor(found, options, threads > 1);
  }

  function compile(
    variant: Variant,
    options: Pick<LoadOptions, 'wasm'>,
  ): Promise<WebAssembly.Module> {
    const wasm = options.wasm?.[variant];
    if (wasm instanceof WebAssembly.Module) return Promise.resolve(wasm);
    const url = wasm ? absolute(wasm) : platform.wasmUrl(variant);
    let module = compiled.get(url.href);
    if (!module) {
      module = platform.compile(url);
      compiled.set(url.href, module);
      // A failure is not remembered: the network may be back next time.
      module.catch(() => compiled.delete(url.href));
    }
    return module;
  }

  async function open(
    given: ModelSource,
    { ...options }: LoadOptions,
    inspect: boolean,
  ): Promise<Opened> {
    throwIfAborted(options.signal);
    const source = platform
      .openSource(given)
      .then((own) => own ?? openSource(given, options, !inspect));
    source.catch(() => undefined); // the host is told
    try {
      return await start(source, options, inspect);
    } finally {
      delete options.signal; // calls read, too
      void source.then(
        ({ files }) => files.forEach((f) => f.expect?.(0, 0)),
        () => undefined,
      );
    }
  }

  async function start(
    source: Promise<Source>,
    options: LoadOptions,
    inspect: boolean,
  ): Promise<Opened> {
    const { signal } = options;
    let count = inspect ? 1 : threads(options).threads;
    let [variant, next] = variants(options, count) as [Variant, Variant?];
    const starting: Promise<Host> =
      options.worker === false
        ? platform.engine().then((script) => new LocalHost(script, platform.startWorker))
        : platform.startWorker().then((port) => new WorkerHost(port));
    // Compiling, opening and starting go on side by side.
    const ready = Promise.all([compile(variant, options), starting]);
    ready.catch(() => void starting.then((host) => host.dispose()).catch(() => undefined));
    const [module, host] = await ready;
    for (let wasm = module; ; wasm = await compile(variant, options))
      try {
        const loaded = await host.load({
          wasm,
          files: source.then(({ files }) => files.map(({ path, size }) => ({ path, size }))),
          options: engineOptions(options, inspect),
          threads: count,
          read: readerOf(source, options),
          onProgress: options.onProgress,
          signal,
        });
        noThreads = loaded.reason ?? noThreads;
        return { host, loaded, variant };
      } catch (error) {
        if (error instanceof SavedModelError && error.noThreads) {
          noThreads = error.message;
          [variant, next] = variants(options, (count = 1)) as [Variant, Variant?];
        } else if (next && (error as SavedModelError).code === 'UNIMPLEMENTED') {
          // Ops that only the next variant has: found before any weight is read.
          variant = next;
          next = undefined;
        } else {
          host.dispose();
          throw error;
        }
      }
  }

  return {
    async load(source, options = {}) {
      if (typeof options.threads === 'number' && !(options.threads >= 1))
        throw invalidArgument(`threads must be at least 1, got ${options.threads}`);
      const { weights } = options;
      if (weights !== undefined && !['float32', 'f16', 'int8'].includes(weights))
        throw invalidArgument(
          `weights must be 'float32', 'f16' or 'int8', got ${JSON.stringify(weights)}`,
          { name: 'weights' },
        );
      if (options.optimize && options.optimize !== 'speed')
        throw invalidArgument(`optimize is 'speed' or not given, got '${options.optimize}'`);
      const { host, loaded, variant } = await open(source, options, false);
      return new SavedModel(host, loaded, variant);
    },
    async inspect(source, options = {}) {
      const { host, loaded } = await open(source, options, true);
      host.dispose();
      return loaded.told as SavedModelInfo;
    },
    async capabilities(options = {}) {
      const found = features();
      const { threads: most, reason } = threads(options);
      const reasons = reason ? [reason] : [];
      for (const name of ['simd', 'relaxedSimd'] as const)
        if (!found[name]) reasons.push(`${name}: WebAssembly.validate refuses its instructions`);
      const { Engine } = await platform.engine();
      const full = found.simd && variants({ ...options, ops: 'full' }, 1)[0]!;
      const engine = full && (await withOwnErrors(Engine.create(await compile(full, options), {})));
      return {
        ...found,
        threads: most,
        reasons,
        supportedOps: engine ? engine.supportedOps() : [],
      };
    },
  };
}

function engineOptions(options: LoadOptions, inspect: boolean): EngineOptions {
  const { tags, verify, optimize, passesOff, weights } = options;
  return {
    tags: typeof tags === 'string' ? [tags] : tags && [...tags],
    verify,
    inspect,
    optimize,
    passesOff: passesOff && [...passesOff],
    weights: weights === 'float32' ? undefined : weights,
  };
}

/** Reads of the engine, with errors that name the file. */
function readerOf(source: Promise<Source>, options: { signal?: AbortSignal }): ReadRange {
  return async (index, offset, length, take) => {
    const file = (await source).files[index]!;
    if (!take) return file.expect?.(offset, length);
    const { signal } = options;
    let got = 0;
    const counted: Take = (bytes, at) => {
      got = at + bytes.length;
      if (got <= length) take(bytes, at);
    };
    try {
      await file.read(offset, length, counted, signal);
    } catch (cause) {
      throwIfAborted(signal);
      if (cause instanceof SavedModelError) throw cause;
      throw new SavedModelError(
        `${file.path} could not be read: ${cause}`,
        { code: 'UNAVAILABLE', file: file.path },
        { cause },
      );
    }
    if (got === length) return;
    throw new SavedModelError(`${file.path} has ${got} bytes at ${offset}, not ${length}`, {
      code: 'DATA_LOSS',
      file: file.path,
    });
  };
}
