// Which variant this machine can run.
import type { LoadOptions } from './options.ts';
import type { Simd, Variant } from './platform.ts';

export interface Features {
  simd: boolean;
  relaxedSimd: boolean;
}

/** Whether a module is valid, whose one function, () -> v128, has this body. */
const takes = (...body: number[]) =>
  typeof WebAssembly === 'object' &&
  WebAssembly.validate(
    Uint8Array.of(
      ...[0, 97, 115, 109, 1, 0, 0, 0],
      ...[1, 5, 1, 0x60, 0, 1, 0x7b], // a type: () -> v128
      ...[3, 2, 1, 0], // function 0 has type 0
      ...[10, body.length + 4, 1, body.length + 2, 0, ...body, 0x0b],
    ),
  );

export function features(): Features {
  const splat = [0x41, 1, 0xfd, 17]; // i32.const 1; i32x4.splat
  return {
    simd: takes(...splat),
    relaxedSimd: takes(...splat, ...splat, ...splat, 0xfd, 0x85, 0x02), // f32x4.relaxed_madd
  };
}

/** With `auto`: more threads rarely pay, as most kernels of a model take microseconds. */
const AUTO_THREADS = 4;
/** As many as src/runtime/thread_pool.h has room for. */
const MOST_THREADS = 16;

/** Variants of one kind that the caller gives the wasm of. */
const given = ({ wasm }: Pick<LoadOptions, 'wasm'>, threads: boolean) =>
  Object.keys(wasm ?? {}).filter((v) => v.endsWith('-threads') === threads);

/** How many threads a model gets, and why only one where more would be wanted. */
export function threadsFor(
  options: Pick<LoadOptions, 'threads' | 'wasm'>,
  cores: number,
): { threads: number; reason?: string } {
  const { threads = 'auto' } = options;
  const wanted = threads === 'auto' ? Math.min(AUTO_THREADS, cores) : Math.floor(threads);
  const one = (why: string) => ({ threads: 1, reason: `threads: ${why}` });
  if (wanted <= 1) return threads === 'auto' ? one('there is one core') : { threads: 1 };
  if (given(options, false).length && !given(options, true).length)
    return one('no variant with threads is among the WebAssembly given');
  // Not defined in Node, which needs no such headers.
  if (typeof SharedArrayBuffer === 'undefined' || globalThis.crossOriginIsolated === false)
    return one('the page is not cross-origin isolated (headers COOP and COEP)');
  return { threads: Math.min(MOST_THREADS, wanted) };
}

/**
 * The variants to try, best first: `core`, and `full` where a model has ops that `core` lacks. A caller who gives
 * the wasm of some variants only wants those, `full` excepted where `core` was given.
 */
export function variantsFor(
  f: Features,
  options: Pick<LoadOptions, 'wasm' | 'ops'>,
  threads: boolean,
): Variant[] {
  const suffix = threads ? '-threads' : '';
  const own = given(options, threads);
  const fits = (simd: Simd) => !own.length || own.some((v) => v.includes(simd));
  const simd = f.relaxedSimd && fits('relaxed') ? 'relaxed' : fits('strict') ? 'strict' : 'relaxed';
  const core: Variant = `core-${simd}${suffix}`;
  const full: Variant = `full-${simd}${suffix}`;
  return options.ops === 'full' || (own.length && !own.includes(core)) ? [full] : [core, full];
}
