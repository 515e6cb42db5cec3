// A helper thread of an engine: one more instance of its module, on its memory, in a worker of its own. It stays in
// WebAssembly until the pool is stopped or the worker terminated; see src/wasm/links/threads.cc.
import { SavedModelError } from '../errors.ts';

export interface ThreadMessage {
  type: 'thread';
  wasm: WebAssembly.Module;
  memory: WebAssembly.Memory;
  /** Address of the memory for all helpers. */
  blocks: number;
  /** 1 for the first helper: the engine's own thread is 0. */
  slot: number;
}

// Names of exports, which the link shortens; the build puts them in.
declare const SMW_THREAD: string;
declare const SMW_THREAD_LOST: string;

/** `ready` is called just before the thread goes to work. */
export function help({ wasm, memory, blocks, slot }: ThreadMessage, ready: () => void): void {
  const imports: Record<string, Record<string, WebAssembly.ImportValue>> = {};
  for (const { module, name, kind } of WebAssembly.Module.imports(wasm))
    (imports[module] ??= {})[name] =
      kind === 'memory'
        ? memory
        : () => {
            throw new SavedModelError('A helper thread left its kernel', { code: 'INTERNAL' });
          };
  const { exports } = new WebAssembly.Instance(wasm, imports);
  const call = (name: string, ...args: number[]) =>
    (exports[name] as (...a: number[]) => void)(...args);
  ready();
  try {
    call(SMW_THREAD, blocks, slot);
  } catch {
    // The engine, which waits for this thread, traps in its turn, and tells the host.
    call(SMW_THREAD_LOST);
  }
}
