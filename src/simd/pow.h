// x^y on four float32 lanes, through two double lanes at a time.
#pragma once

#include <cmath>

#include "simd/math.h"

namespace smw::simd {
namespace detail {

inline v128_t hornerF64(v128_t, double c0) { return wasm_f64x2_splat(c0); }
template <typename... C>
inline v128_t hornerF64(v128_t x, double c0, C... rest) {
  return wasm_f64x2_add(wasm_f64x2_mul(hornerF64(x, rest...), x), wasm_f64x2_splat(c0));
}

/// 2^(y log2 x) for positive normal x. Relative error 1e-12 where it neither over- nor underflows a
/// double.
inline v128_t powF64x2(v128_t x, v128_t y) {
  // x = 2^e m with m in [sqrt(1/2), sqrt(2)).
  const v128_t e = wasm_i64x2_shr(wasm_i64x2_sub(x, wasm_i64x2_splat(0x3FE6A09E667F3BCDll)), 52);
  const v128_t m = wasm_i64x2_sub(x, wasm_i64x2_shl(e, 52));
  const v128_t one = wasm_f64x2_splat(1.0);
  // log m = 2 atanh(s), s = (m - 1) / (m + 1).
  const v128_t s = wasm_f64x2_div(wasm_f64x2_sub(m, one), wasm_f64x2_add(m, one));
  const v128_t u = wasm_f64x2_mul(s, s);
  const v128_t q = hornerF64(u, 0.6666666666658658, 0.40000000052622564, 0.28571417065789284,
                             0.2222337669802267, 0.18123467751726305, 0.16822054397695738);
  const v128_t logM = wasm_f64x2_add(wasm_f64x2_add(s, s), wasm_f64x2_mul(wasm_f64x2_mul(u, s), q));
  const v128_t eInts = wasm_i32x4_shuffle(e, e, 0, 2, 0, 2);
  const v128_t log2x = wasm_f64x2_add(wasm_f64x2_mul(logM, wasm_f64x2_splat(1.4426950408889634)),
                                      wasm_f64x2_convert_low_i32x4(eInts));
  v128_t t = wasm_f64x2_mul(y, log2x);
  t = wasm_f64x2_pmax(wasm_f64x2_splat(-1000.0), wasm_f64x2_pmin(wasm_f64x2_splat(1000.0), t));
  const v128_t n = wasm_f64x2_nearest(t), r = wasm_f64x2_sub(t, n);
  const v128_t p = hornerF64(r, 1.0, 0.6931471805460911, 0.24022650695568912, 0.05550410940875493,
                             0.009618129216504224, 0.0013333450765286284, 0.0001540341725380896,
                             1.5310044265227064e-05, 1.3263157723289952e-06);
  const v128_t nInts = wasm_i32x4_trunc_sat_f64x2_zero(n);
  const v128_t scale = wasm_i64x2_shl(
      wasm_i64x2_add(wasm_i64x2_extend_low_i32x4(nInts), wasm_i64x2_splat(1023)), 52);
  return wasm_f64x2_mul(p, scale);
}

}  // namespace detail

/// x^y, 1 ulp. Lanes with x <= 0, subnormal, infinite or NaN, or y not finite, take libm's pow.
inline F32x4 pow(F32x4 x, F32x4 y) {
  const v128_t lo =
      detail::powF64x2(wasm_f64x2_promote_low_f32x4(x.v), wasm_f64x2_promote_low_f32x4(y.v));
  const v128_t xh = wasm_i32x4_shuffle(x.v, x.v, 2, 3, 2, 3),
               yh = wasm_i32x4_shuffle(y.v, y.v, 2, 3, 2, 3);
  const v128_t hi =
      detail::powF64x2(wasm_f64x2_promote_low_f32x4(xh), wasm_f64x2_promote_low_f32x4(yh));
  F32x4 r = {wasm_i32x4_shuffle(wasm_f32x4_demote_f64x2_zero(lo), wasm_f32x4_demote_f64x2_zero(hi),
                                0, 1, 4, 5)};
  const I32x4 plain = (x >= splat(0x1p-126f)) & (x < splat(kInf)) & (abs(y) < splat(kInf));
  if (!anyLane(plain ^ splat(-1))) return r;
  int32_t m[4];
  float a[4], b[4], out[4];
  store(m, plain);
  store(a, x);
  store(b, y);
  store(out, r);
  for (int i = 0; i < 4; ++i)
    if (!m[i]) out[i] = float(std::pow(double(a[i]), double(b[i])));
  return load(out);
}

}  // namespace smw::simd
