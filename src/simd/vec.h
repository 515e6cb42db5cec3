// Four-lane vectors over SIMD128. Native builds compile the same intrinsics through SIMDe, so a
// kernel is written once. Strict and relaxed builds differ only in `madd`, `min`/`max` and lane
// selection here.
#pragma once

#include <cstdint>
#include <cstring>

#if defined(__wasm_simd128__)
#include <wasm_simd128.h>
#else
#define SIMDE_ENABLE_NATIVE_ALIASES
#include <simde/wasm/simd128.h>
#endif

namespace smw::simd {

/// Four float32 lanes.
struct F32x4 {
  v128_t v;
};
/// Four int32 lanes; also the lane masks that comparisons give (all ones or all zeros).
struct I32x4 {
  v128_t v;
};

inline F32x4 load(const float* p) { return {wasm_v128_load(p)}; }
inline void store(float* p, F32x4 a) { wasm_v128_store(p, a.v); }
inline I32x4 load(const int32_t* p) { return {wasm_v128_load(p)}; }
inline void store(int32_t* p, I32x4 a) { wasm_v128_store(p, a.v); }
/// Four bytes, each in a lane.
inline I32x4 loadBytes(const uint8_t* p) {
  return {wasm_u32x4_extend_low_u16x8(wasm_u16x8_extend_low_u8x16(wasm_v128_load32_zero(p)))};
}
inline F32x4 splat(float x) { return {wasm_f32x4_splat(x)}; }
inline I32x4 splat(int32_t x) { return {wasm_i32x4_splat(x)}; }
inline F32x4 loadSplat(const float* p) { return {wasm_v128_load32_splat(p)}; }
inline F32x4 zero() { return {wasm_f32x4_const(0, 0, 0, 0)}; }

/// Loads or stores the first n (1 to 3) lanes; the others read as zero.
inline F32x4 loadPartial(const float* p, int n) {
  float t[4] = {0, 0, 0, 0};
  for (int i = 0; i < n; ++i) t[i] = p[i];
  return load(t);
}
inline void storePartial(float* p, F32x4 a, int n) {
  float t[4];
  store(t, a);
  for (int i = 0; i < n; ++i) p[i] = t[i];
}

inline F32x4 operator+(F32x4 a, F32x4 b) { return {wasm_f32x4_add(a.v, b.v)}; }
inline F32x4 operator-(F32x4 a, F32x4 b) { return {wasm_f32x4_sub(a.v, b.v)}; }
inline F32x4 operator*(F32x4 a, F32x4 b) { return {wasm_f32x4_mul(a.v, b.v)}; }
inline F32x4 operator/(F32x4 a, F32x4 b) { return {wasm_f32x4_div(a.v, b.v)}; }
inline F32x4 operator-(F32x4 a) { return {wasm_f32x4_neg(a.v)}; }
inline F32x4 abs(F32x4 a) { return {wasm_f32x4_abs(a.v)}; }
inline F32x4 sqrt(F32x4 a) { return {wasm_f32x4_sqrt(a.v)}; }
inline F32x4 floor(F32x4 a) { return {wasm_f32x4_floor(a.v)}; }
inline F32x4 ceil(F32x4 a) { return {wasm_f32x4_ceil(a.v)}; }
inline F32x4 trunc(F32x4 a) { return {wasm_f32x4_trunc(a.v)}; }
/// Round half to even, as TensorFlow's Round.
inline F32x4 nearest(F32x4 a) { return {wasm_f32x4_nearest(a.v)}; }

/// a * b + c. Relaxed builds fuse where the machine does; strict builds round twice.
inline F32x4 madd(F32x4 a, F32x4 b, F32x4 c) {
#if defined(__wasm_relaxed_simd__)
  return {wasm_f32x4_relaxed_madd(a.v, b.v, c.v)};
#else
  return {wasm_f32x4_add(wasm_f32x4_mul(a.v, b.v), c.v)};
#endif
}
/// c - a * b.
inline F32x4 nmadd(F32x4 a, F32x4 b, F32x4 c) {
#if defined(__wasm_relaxed_simd__)
  return {wasm_f32x4_relaxed_nmadd(a.v, b.v, c.v)};
#else
  return {wasm_f32x4_sub(c.v, wasm_f32x4_mul(a.v, b.v))};
#endif
}
/// NaN in either operand gives NaN.
inline F32x4 minNan(F32x4 a, F32x4 b) { return {wasm_f32x4_min(a.v, b.v)}; }
inline F32x4 maxNan(F32x4 a, F32x4 b) { return {wasm_f32x4_max(a.v, b.v)}; }
/// `b < a ? b : a` and `a < b ? b : a`, one instruction on x86: a NaN in b is dropped, one in a is
/// kept.
inline F32x4 min(F32x4 a, F32x4 b) { return {wasm_f32x4_pmin(a.v, b.v)}; }
inline F32x4 max(F32x4 a, F32x4 b) { return {wasm_f32x4_pmax(a.v, b.v)}; }

inline I32x4 operator<(F32x4 a, F32x4 b) { return {wasm_f32x4_lt(a.v, b.v)}; }
inline I32x4 operator<=(F32x4 a, F32x4 b) { return {wasm_f32x4_le(a.v, b.v)}; }
inline I32x4 operator>(F32x4 a, F32x4 b) { return {wasm_f32x4_gt(a.v, b.v)}; }
inline I32x4 operator>=(F32x4 a, F32x4 b) { return {wasm_f32x4_ge(a.v, b.v)}; }
inline I32x4 operator==(F32x4 a, F32x4 b) { return {wasm_f32x4_eq(a.v, b.v)}; }
inline I32x4 operator!=(F32x4 a, F32x4 b) { return {wasm_f32x4_ne(a.v, b.v)}; }
/// Lane i is a's where mask i is all ones, b's where it is all zeros.
inline F32x4 select(I32x4 mask, F32x4 a, F32x4 b) {
#if defined(__wasm_relaxed_simd__)
  return {wasm_i32x4_relaxed_laneselect(a.v, b.v, mask.v)};
#else
  return {wasm_v128_bitselect(a.v, b.v, mask.v)};
#endif
}

inline I32x4 operator==(I32x4 a, I32x4 b) { return {wasm_i32x4_eq(a.v, b.v)}; }
inline I32x4 operator+(I32x4 a, I32x4 b) { return {wasm_i32x4_add(a.v, b.v)}; }
inline I32x4 operator-(I32x4 a, I32x4 b) { return {wasm_i32x4_sub(a.v, b.v)}; }
inline I32x4 operator&(I32x4 a, I32x4 b) { return {wasm_v128_and(a.v, b.v)}; }
inline I32x4 operator|(I32x4 a, I32x4 b) { return {wasm_v128_or(a.v, b.v)}; }
inline I32x4 operator^(I32x4 a, I32x4 b) { return {wasm_v128_xor(a.v, b.v)}; }
inline I32x4 operator<<(I32x4 a, int n) { return {wasm_i32x4_shl(a.v, n)}; }
inline I32x4 shrLogical(I32x4 a, int n) { return {wasm_u32x4_shr(a.v, n)}; }
inline I32x4 shrArithmetic(I32x4 a, int n) { return {wasm_i32x4_shr(a.v, n)}; }
inline I32x4 bits(F32x4 a) { return {a.v}; }
inline F32x4 fromBits(I32x4 a) { return {a.v}; }
inline F32x4 toFloat(I32x4 a) { return {wasm_f32x4_convert_i32x4(a.v)}; }
/// Truncates; out of range saturates, NaN gives 0.
inline I32x4 toInt(F32x4 a) { return {wasm_i32x4_trunc_sat_f32x4(a.v)}; }

inline float horizontalSum(F32x4 a) {
  float t[4];
  store(t, a);
  return (t[0] + t[1]) + (t[2] + t[3]);
}
inline float horizontalMax(F32x4 a) {
  float t[4];
  store(t, a);
  const float x = t[1] > t[0] ? t[1] : t[0], y = t[3] > t[2] ? t[3] : t[2];
  return y > x ? y : x;
}

}  // namespace smw::simd
