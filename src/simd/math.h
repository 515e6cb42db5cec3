// Transcendental functions on four float32 lanes. Each lane's result depends on that lane alone, so
// a loop that ends with a partial vector gives the same bits however it was cut. Errors are against
// the exact value, in units of the last place (ulp) of float32, measured over sweeps in
// tests/native/kernels/math.cc. The polynomials are minimax fits over the stated intervals.
#pragma once

#include <cmath>
#include <limits>

#include "simd/vec.h"

namespace smw::simd {

/// Horner's rule, lowest coefficient first: c0 + x (c1 + x (c2 + ...)).
template <typename... C>
inline F32x4 horner(F32x4 x, float c0, C... rest) {
  if constexpr (sizeof...(rest) == 0)
    return splat(c0);
  else
    return madd(horner(x, rest...), x, splat(c0));
}
/// f on single lanes, for lanes where `mask` is set; the others keep `otherwise`.
template <typename F>
inline F32x4 patchLanes(I32x4 mask, F32x4 x, F32x4 otherwise, F f) {
  if (!wasm_v128_any_true(mask.v)) return otherwise;
  int32_t m[4];
  float in[4], out[4];
  store(m, mask);
  store(in, x);
  store(out, otherwise);
  for (int i = 0; i < 4; ++i)
    if (m[i]) out[i] = f(in[i]);
  return load(out);
}
inline bool anyLane(I32x4 mask) { return wasm_v128_any_true(mask.v); }
/// |a| with b's sign bit.
inline F32x4 copySign(F32x4 a, F32x4 b) {
  const I32x4 s = splat(int32_t(0x80000000));
  return {wasm_v128_bitselect(b.v, a.v, s.v)};
}
/// NaN in either operand gives NaN, the first of two equals is kept: TensorFlow's Minimum and
/// Maximum.
inline F32x4 minPropagate(F32x4 a, F32x4 b) { return select(b != b, b, min(a, b)); }
inline F32x4 maxPropagate(F32x4 a, F32x4 b) { return select(b != b, b, max(a, b)); }

inline constexpr float kInf = std::numeric_limits<float>::infinity();

namespace detail {
inline constexpr float kLn2Hi = 0.693359375f, kLn2Lo = -2.12194440e-4f, kLog2E = 1.44269504f;

/// x = n ln2 + r with |r| <= ln2 / 2; expm1(r) in `p`. n is a whole number, as a float in `n`.
struct ExpParts {
  F32x4 n, p;
};
inline ExpParts expParts(F32x4 x) {
  const F32x4 n = nearest(x * splat(kLog2E));
  const F32x4 r = nmadd(n, splat(kLn2Lo), nmadd(n, splat(kLn2Hi), x));
  const F32x4 q = horner(r, 5.000000078e-01f, 1.666666686e-01f, 4.166626927e-02f, 8.333265344e-03f,
                         1.394611705e-03f, 1.991787141e-04f);
  return {n, madd(r * r, q, r)};
}
/// 2^n for n in [-126, 127].
inline F32x4 exp2Int(I32x4 n) { return fromBits((n + splat(127)) << 23); }
inline F32x4 clamp(F32x4 x, float lo, float hi) { return max(min(x, splat(hi)), splat(lo)); }
}  // namespace detail

/// e^x, 1 ulp; subnormal results included.
inline F32x4 exp(F32x4 x) {
  const auto [n, p] = detail::expParts(detail::clamp(x, -105.0f, 89.0f));
  const I32x4 whole = toInt(n), half = shrArithmetic(whole, 1);
  return (p + splat(1.0f)) * detail::exp2Int(half) * detail::exp2Int(whole - half);
}

/// e^x - 1, 2 ulp.
inline F32x4 expm1(F32x4 x) {
  const auto [n, p] = detail::expParts(detail::clamp(x, -20.0f, 89.0f));
  const F32x4 s = detail::exp2Int(toInt(n) - splat(1));  // half of 2^n, which may be infinite
  const F32x4 r = madd(s, p, s - splat(0.5f));
  return select(n == zero(), p, r + r);
}

namespace detail {
/// Natural logarithm of positive, finite x as an unevaluated sum: x = 2^e (1 + f), result e ln2 +
/// log(1+f).
inline F32x4 logPositive(F32x4 x) {
  const I32x4 tiny = x < splat(0x1p-126f);
  const I32x4 b = bits(select(tiny, x * splat(0x1p23f), x));
  const I32x4 e = shrArithmetic(b - splat(0x3F3504F3), 23);
  const F32x4 f = fromBits(b - (e << 23)) - splat(1.0f);
  const F32x4 k = toFloat(e) - select(tiny, splat(23.0f), zero());
  const F32x4 q = horner(f, 3.333331038e-01f, -2.499998648e-01f, 2.000223129e-01f,
                         -1.666926136e-01f, 1.421856324e-01f, -1.238409419e-01f, 1.187347509e-01f,
                         -1.179161937e-01f, 6.916416319e-02f);
  const F32x4 ff = f * f;
  F32x4 r = madd(ff * f, q, k * splat(kLn2Lo));
  r = nmadd(ff, splat(0.5f), r);
  return madd(k, splat(kLn2Hi), f + r);
}
}  // namespace detail

/// Natural logarithm, 1 ulp. -inf at 0, NaN below.
inline F32x4 log(F32x4 x) {
  F32x4 r = detail::logPositive(x);
  r = select(x == zero(), splat(-kInf), r);
  r = select(x < splat(kInf), r, x);  // infinity and NaN stay
  return select(x < zero(), splat(std::numeric_limits<float>::quiet_NaN()), r);
}

/// log(1 + x), 2 ulp.
inline F32x4 log1p(F32x4 x) {
  const F32x4 u = x + splat(1.0f);
  // What was lost in rounding 1 + x, put back to first order.
  const F32x4 lost = (x - (u - splat(1.0f))) / u;
  const I32x4 plain = (u > zero()) & (u < splat(kInf));
  const F32x4 r = select(plain, log(u) + lost, log(u));
  return select(x == zero(), x, r);  // keeps -0
}

/// tanh, 2.5 ulp.
inline F32x4 tanh(F32x4 x) {
  const F32x4 a = min(abs(x), splat(10.0f));
  const F32x4 t = expm1(a + a);
  return copySign(t / (t + splat(2.0f)), x);
}

/// 1 / (1 + e^-x), 2.5 ulp; 0 below -88.8.
inline F32x4 sigmoid(F32x4 x) { return splat(1.0f) / (splat(1.0f) + exp(-x)); }

/// Gauss error function, 2 ulp.
inline F32x4 erf(F32x4 x) {
  const F32x4 a = min(abs(x), splat(4.0f)), u = a * a;
  const I32x4 small = a < splat(0.93f);
  const F32x4 p = horner(u, 1.283791666e-01f, -3.761263370e-01f, 1.128369394e-01f,
                         -2.685927078e-02f, 5.200634306e-03f, -8.137437560e-04f, 8.345224878e-05f);
  F32x4 r = madd(a, p, a);
  if (anyLane(a >= splat(0.93f))) {  // erfc(a) = exp(-q(a)) on [0.92, 4]
    const F32x4 q =
        horner(a, -1.758745676e-04f, 1.129520823e+00f, 6.333346530e-01f, 1.082939467e-01f,
               -2.512862462e-02f, 4.174643034e-03f, -4.352188888e-04f, 2.116190675e-05f);
    r = select(small, r, splat(1.0f) - exp(-q));
  }
  return select(x == x, copySign(r, x), x);
}

namespace detail {
struct SinCos {
  F32x4 sin, cos;  // of the reduced angle
  I32x4 quadrant;  // only the lowest two bits count
};
/// Sound for |x| <= kMaxAngle: the first three parts of pi/2 have 11 bits, so their products are
/// exact.
inline constexpr float kMaxAngle = 12000.0f;
inline SinCos sinCos(F32x4 x) {
  const F32x4 n = nearest(x * splat(0.636619772f));
  F32x4 r = nmadd(n, splat(1.5703125f), x);
  r = nmadd(n, splat(0x1.fb4p-12f), r);
  r = nmadd(n, splat(0x1.444p-24f), r);
  r = nmadd(n, splat(0x1.68c234p-39f), r);
  const F32x4 u = r * r;
  const F32x4 s =
      horner(u, -1.666666664e-01f, 8.333329356e-03f, -1.983932501e-04f, 2.718216853e-06f);
  const F32x4 c = horner(u, 4.166664671e-02f, -1.388735977e-03f, 2.443753091e-05f);
  return {madd(u * r, s, r), madd(u * u, c, nmadd(u, splat(0.5f), splat(1.0f))), toInt(n)};
}
/// sin(x + phase pi / 2) from its parts.
inline F32x4 shifted(const SinCos& p, int32_t phase) {
  const I32x4 q = p.quadrant + splat(phase);
  const I32x4 odd = splat(0) - (q & splat(1));
  const F32x4 r = select(odd, p.cos, p.sin);
  return fromBits(bits(r) ^ ((q & splat(2)) << 30));
}
inline I32x4 hugeAngle(F32x4 x) {  // NaN and infinity too
  const I32x4 fine = abs(x) <= splat(kMaxAngle);
  return fine ^ splat(-1);
}
}  // namespace detail

/// sin and cos, 2.5 ulp, tan, 3.5 ulp; lanes beyond 12000 go through double libm one by one.
inline F32x4 sin(F32x4 x) {
  return patchLanes(detail::hugeAngle(x), x, detail::shifted(detail::sinCos(x), 0),
                    [](float v) { return float(std::sin(double(v))); });
}
inline F32x4 cos(F32x4 x) {
  return patchLanes(detail::hugeAngle(x), x, detail::shifted(detail::sinCos(x), 1),
                    [](float v) { return float(std::cos(double(v))); });
}
inline F32x4 tan(F32x4 x) {
  const detail::SinCos p = detail::sinCos(x);
  return patchLanes(detail::hugeAngle(x), x, detail::shifted(p, 0) / detail::shifted(p, 1),
                    [](float v) { return float(std::tan(double(v))); });
}

/// log(1 + e^x); TensorFlow's cut-offs, x itself above 13.94 and e^x below -13.94,
/// cost up to 8 ulp at the lower one.
inline F32x4 softplus(F32x4 x) {
  const F32x4 cut = splat(13.9423847f), e = exp(x);
  F32x4 r = log1p(e);
  r = select(x < -cut, e, r);
  return select(x > cut, x, r);
}
/// x where x > 0, else e^x - 1.
inline F32x4 elu(F32x4 x) { return select(x > zero(), x, expm1(x)); }
inline F32x4 selu(F32x4 x) {
  constexpr float kScale = 1.05070098735548f, kScaleAlpha = 1.75809934084737f;
  return select(x > zero(), splat(kScale) * x, splat(kScaleAlpha) * expm1(x));
}
namespace detail {
/// x / (1 + 2^t).
inline F32x4 overOnePlusExp2(F32x4 x, F32x4 t) {
  const F32x4 shift = splat(0x1.8p23f);  // whole numbers end in the lowest bits of the sum
  t = clamp(t, -126.0f, 128.0f);
  const F32x4 shifted = t + shift;
  const F32x4 p = horner(t - (shifted - shift), 1.000000072e+00f, 6.931469671e-01f,
                         2.402211972e-01f, 5.550713280e-02f, 9.675541622e-03f, 1.327647088e-03f);
  return x / madd(p, exp2Int(bits(shifted)), splat(1.0f));
}
}  // namespace detail
/// x sigmoid(x), also called swish. 8 ulp above -8, up to 64 where the result is tiny; -0 below
/// -88, NaN for -infinity, as TensorFlow.
inline F32x4 silu(F32x4 x) { return detail::overOnePlusExp2(x, x * splat(-detail::kLog2E)); }
inline F32x4 mish(F32x4 x) { return x * tanh(softplus(x)); }
/// x relu6(x + 3) / 6.
inline F32x4 hardSwish(F32x4 x) {
  return x * min(max(x + splat(3.0f), zero()), splat(6.0f)) * splat(1.0f / 6.0f);
}
/// x times the normal distribution up to x, whose log odds are fitted. 24 ulp above 0, 96 above
/// -4.5 (where 1 + erf would have lost most digits); less than 1e-6 off below.
inline F32x4 geluErf(F32x4 x) {
  const F32x4 u = min(x * x, splat(25.0f));
  const F32x4 r = horner(u, -2.302225828e+00f, -1.047848836e-01f, 5.132536535e-05f,
                         1.750891533e-04f, -1.423955200e-05f, 6.455537118e-07f, -1.775841874e-08f,
                         2.760068563e-10f, -1.859969644e-12f);
  return detail::overOnePlusExp2(x, x * r);
}
/// x sigmoid(2 sqrt(2 / pi) (x + 0.044715 x^3)): x (1 + tanh(..)) / 2. Errors as geluErf's.
inline F32x4 geluTanh(F32x4 x) {
  return detail::overOnePlusExp2(x, x * madd(x * x, splat(-0.10294324f), splat(-2.3022082f)));
}
inline F32x4 rsqrt(F32x4 x) { return splat(1.0f) / sqrt(x); }

}  // namespace smw::simd
