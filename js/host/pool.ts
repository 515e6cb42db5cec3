// The helper threads of an engine, seen from the engine.
import { SavedModelError } from '../errors.ts';
import type { ThreadMessage } from './thread.ts';
import type { WorkerFailure, WorkerPort } from './worker_host.ts';

/** Starts a worker of the package's own script. */
export type StartWorker = () => Promise<WorkerPort>;

/** Threads that an engine is to use, itself included, and how it gets them. */
export interface Threads {
  count: number;
  start: StartWorker;
}

const START_MS = 3000;
const MAX_PAGES = [65536, 32768, 16384, 8192]; // 4, 2, 1 and 0.5 GB: some devices refuse large ones
/** As the wasm is linked: 16 MB. */
const INITIAL_PAGES = 256;

const noThreads = (why: string, cause?: unknown) =>
  new SavedModelError(`threads: ${why}`, { code: 'UNAVAILABLE', noThreads: true }, { cause });

export function makeMemory(shared: boolean): WebAssembly.Memory {
  const initial = INITIAL_PAGES;
  if (!shared) return new WebAssembly.Memory({ initial, maximum: MAX_PAGES[0]! });
  let refused: unknown;
  for (const maximum of MAX_PAGES)
    try {
      return new WebAssembly.Memory({ initial, maximum, shared });
    } catch (cause) {
      refused = cause;
    }
  throw noThreads('shared memory was refused', refused);
}

export class Pool {
  private ports: WorkerPort[] = [];
  private ended = false;
  private readonly started: Promise<unknown>;

  constructor(
    private readonly threads: Threads,
    about: Omit<ThreadMessage, 'slot' | 'type'>,
  ) {
    this.started = Promise.all(
      Array.from({ length: threads.count - 1 }, async (_, i) => {
        const port = await threads.start();
        if (this.ended) return port.stop();
        this.ports.push(port);
        return new Promise<void>((done, failed) => {
          port.onMessage(() => done());
          port.onError(failed);
          port.post({ type: 'thread', slot: i + 1, ...about });
        });
      }),
    );
    this.started.catch(() => undefined);
  }

  /** The number of threads, once every helper is at work. Rejects where one fails, or takes more than 3 s from now. */
  async ready(): Promise<number> {
    let timer: ReturnType<typeof setTimeout>;
    const late = new Promise((_, failed) => {
      const why = `they did not start within ${START_MS} ms`;
      timer = setTimeout(() => failed(new Error(why)), START_MS);
    });
    try {
      await Promise.race([late, this.started]);
      return this.threads.count;
    } catch (cause) {
      this.end();
      throw noThreads((cause as WorkerFailure).message ?? 'a worker failed', cause);
    } finally {
      clearTimeout(timer!);
    }
  }

  /** Only between runs: then no helper holds work. Without helpers the engine does all by itself. */
  end(): void {
    this.ended = true;
    for (const port of this.ports) port.stop();
    this.ports = [];
  }
}
