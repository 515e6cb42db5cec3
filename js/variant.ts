// Which variant this machine can run. Each probe is the smallest module that uses the feature.
import type { LoadOptions } from './options.ts';
import type { Simd, Variant } from './platform.ts';

// (func (result v128) i32.const 0 i8x16.splat ...) as in the proposals' own tests; bytes of a module with one
// function that uses an instruction of the feature.
const header = [0, 97, 115, 109, 1, 0, 0, 0];
const functionOf = (...body: number[]) =>
  new Uint8Array([
    ...header,
    ...[1, 5, 1, 0x60, 0, 1, 0x7b], // type: () -> v128
    ...[3, 2, 1, 0], // function 0 has type 0
    ...[10, body.length + 4, 1, body.length + 2, 0, ...body, 0x0b],
  ]);

// i32.const 1; i8x16.splat
const simdModule = functionOf(0x41, 1, 0xfd, 15);
// Three splats; f32x4.relaxed_madd
const splat = [0x41, 1, 0xfd, 17];
const relaxedModule = functionOf(...splat, ...splat, ...splat, 0xfd, 0x85, 0x02);

export interface Features {
  simd: boolean;
  relaxedSimd: boolean;
}

export function features(): Features {
  const valid = (bytes: Uint8Array<ArrayBuffer>) =>
    typeof WebAssembly === 'object' && WebAssembly.validate(bytes);
  return { simd: valid(simdModule), relaxedSimd: valid(relaxedModule) };
}

/**
 * The variants to try, best first: `core`, and `full` where a model has ops that `core` lacks. A caller who gives
 * the wasm of some variants only wants those, `full` excepted where `core` was given.
 */
export function variantsFor(
  f: Features,
  { wasm, ops }: Pick<LoadOptions, 'wasm' | 'ops'>,
): Variant[] {
  const given = Object.keys(wasm ?? {}) as Variant[];
  const fits = (simd: Simd) => !given.length || given.some((v) => v.endsWith(simd));
  const simd = f.relaxedSimd && fits('relaxed') ? 'relaxed' : fits('strict') ? 'strict' : 'relaxed';
  const core: Variant = `core-${simd}`;
  const full: Variant = `full-${simd}`;
  return ops === 'full' || (given.length && !given.includes(core)) ? [full] : [core, full];
}
