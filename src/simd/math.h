// Transcendental functions on four float32 lanes. Each lane's result depends on that lane alone, so
// a loop that ends with a partial vector gives the same bits however it was cut. Errors are against
// the exact value, in units of the last place (ulp) of float32, measured over sweeps in
// tests/native/kernels/math.cc. The polynomials are minimax fits over the stated intervals.
#pragma once

#include <bit>
#include <cmath>
#include <cstddef>
#include <limits>

#include "simd/math_table.h"
#include "simd/vec.h"

namespace smw::simd {

/// A number of kMath in all lanes.
inline F32x4 constant(const Number& c) { return load(c.lanes); }

namespace detail {
/// powers[i] is x^(2^i); halves are multiplied out side by side, as they do not wait for each
/// other.
template <size_t N>
inline F32x4 polynomial(const F32x4* powers, const Number* c) {
  if constexpr (N == 1) {
    return constant(*c);
  } else {
    constexpr size_t kLow = std::bit_ceil(N) / 2;
    return madd(polynomial<N - kLow>(powers, c + kLow), powers[std::bit_width(kLow) - 1],
                polynomial<kLow>(powers, c));
  }
}
}  // namespace detail

/// c[0] + c[1] x + c[2] x^2 + ... (Estrin's scheme).
template <size_t N>
inline F32x4 polynomial(F32x4 x, const Number (&c)[N]) {
  F32x4 powers[4] = {x};
  for (size_t i = 1; (size_t{1} << i) < N; ++i) powers[i] = powers[i - 1] * powers[i - 1];
  return detail::polynomial<N>(powers, c);
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
inline F32x4 clamp(F32x4 x, const Number& lo, const Number& hi) {
  return max(min(x, constant(hi)), constant(lo));
}
/// The float whose exponent's bits are the lowest 8 of n.
inline F32x4 fromExponent(I32x4 n) { return fromBits(n << 23); }

/// x = n ln2 + r with |r| <= ln2 / 2; expm1(r) in `p`. The lowest bits of `shifted` are n + 127 for
/// a `shift` of kMath.shift127, and so on.
struct ExpParts {
  F32x4 shifted, n, p;
};
inline ExpParts expParts(F32x4 x, const Number& shift) {
  const F32x4 shifted = madd(x, constant(kMath.log2E), constant(shift));
  const F32x4 n = shifted - constant(shift);
  const F32x4 r = nmadd(n, constant(kMath.ln2Lo), nmadd(n, constant(kMath.ln2Hi), x));
  return {shifted, n, madd(r * r, polynomial(r, kMath.expm1), r)};
}
}  // namespace detail

/// e^x, 1 ulp; subnormal results included.
inline F32x4 exp(F32x4 x) {
  x = detail::clamp(x, kMath.expLo, kMath.expHi);
  const auto [shifted, n, p] = detail::expParts(x, kMath.shift254);
  // 2^n may be subnormal or too large: its square roots, as nearly as may be, are not.
  const I32x4 whole = bits(shifted) - bits(constant(kMath.shift0)), half = shrArithmetic(whole, 1);
  return (p + constant(kMath.one)) * detail::fromExponent(half) *
         detail::fromExponent(whole - half);
}

/// e^x, 1 ulp, in fewer steps: 0 where that is subnormal, infinity above 88.37.
inline F32x4 expNormal(F32x4 x) {
  x = detail::clamp(x, kMath.expNormalLo, kMath.expHi);
  const auto [shifted, n, p] = detail::expParts(x, kMath.shift127);
  return (p + constant(kMath.one)) * detail::fromExponent(bits(shifted));
}

/// The same for x <= 0.
inline F32x4 expBelow(F32x4 x) {
  const auto [shifted, n, p] =
      detail::expParts(max(x, constant(kMath.expNormalLo)), kMath.shift127);
  const F32x4 s = detail::fromExponent(bits(shifted));
  return madd(p, s, s);
}

/// e^x - 1, 2 ulp.
inline F32x4 expm1(F32x4 x) {
  const auto [shifted, n, p] =
      detail::expParts(detail::clamp(x, kMath.expm1Lo, kMath.expHi), kMath.shift126);
  const F32x4 s = detail::fromExponent(bits(shifted));  // half of 2^n, which may be infinite
  const F32x4 r = madd(s, p, s - constant(kMath.half));
  return select(n == zero(), p, r + r);
}

namespace detail {
/// Natural logarithm of positive, finite x as an unevaluated sum: x = 2^e (1 + f), result e ln2 +
/// log(1+f).
inline F32x4 logPositive(F32x4 x) {
  const I32x4 tiny = x < constant(kMath.smallest);
  const I32x4 b = bits(select(tiny, x * constant(kMath.two23), x));
  const I32x4 e = shrArithmetic(b - bits(constant(kMath.sqrtHalf)), 23);
  const F32x4 f = fromBits(b - (e << 23)) - constant(kMath.one);
  const F32x4 k = toFloat(e) - select(tiny, constant(kMath.n23), zero());
  const F32x4 ff = f * f;
  F32x4 r = madd(ff * f, polynomial(f, kMath.log), k * constant(kMath.ln2Lo));
  r = nmadd(ff, constant(kMath.half), r);
  return madd(k, constant(kMath.ln2Hi), f + r);
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
  const F32x4 a = min(abs(x), constant(kMath.tanhHi));
  const F32x4 t = expm1(a + a);
  return copySign(t / (t + constant(kMath.two)), x);
}

/// 1 / (1 + e^-x), 2.5 ulp; 0 below -88.37.
inline F32x4 sigmoid(F32x4 x) {
  const F32x4 one = constant(kMath.one);
  return one / (one + expNormal(-x));
}

/// Gauss error function, 2 ulp.
inline F32x4 erf(F32x4 x) {
  const F32x4 a = min(abs(x), constant(kMath.erfHi)), u = a * a, cut = constant(kMath.erfCut);
  const I32x4 small = a < cut;
  F32x4 r = madd(a, polynomial(u, kMath.erf), a);
  if (anyLane(a >= cut)) {  // erfc(a) = exp(-q(a)) on [0.92, 4]
    const F32x4 q = polynomial(a, kMath.minusLogErfc);
    r = select(small, r, constant(kMath.one) - expBelow(-q));
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
  const F32x4 shifted = madd(x, constant(kMath.twoOverPi), constant(kMath.shift0));
  const F32x4 n = shifted - constant(kMath.shift0);
  F32x4 r = x;
  for (const Number& part : kMath.halfPi) r = nmadd(n, constant(part), r);
  const F32x4 u = r * r;
  const F32x4 c = nmadd(u, constant(kMath.half), constant(kMath.one));
  return {madd(u * r, polynomial(u, kMath.sin), r), madd(u * u, polynomial(u, kMath.cos), c),
          bits(shifted)};
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
  t = clamp(t, kMath.exp2Lo, kMath.exp2Hi);
  const F32x4 shift = constant(kMath.shift127), shifted = t + shift;
  const F32x4 p = polynomial(t - (shifted - shift), kMath.exp2);
  return x / madd(p, fromExponent(bits(shifted)), constant(kMath.one));
}
}  // namespace detail
/// x sigmoid(x), also called swish. 8 ulp above -8, up to 64 where the result is tiny; -0 below
/// -88, NaN for -infinity, as TensorFlow.
inline F32x4 silu(F32x4 x) { return detail::overOnePlusExp2(x, x * constant(kMath.minusLog2E)); }
inline F32x4 mish(F32x4 x) { return x * tanh(softplus(x)); }
/// x relu6(x + 3) / 6.
inline F32x4 hardSwish(F32x4 x) {
  return x * min(max(x + splat(3.0f), zero()), splat(6.0f)) * splat(1.0f / 6.0f);
}
/// x times the normal distribution up to x. 20 ulp above 0, 72 above -4.5 (where 1 + erf would have
/// lost most digits); less than 1e-8 off below. NaN for -infinity, as TensorFlow.
inline F32x4 geluErf(F32x4 x) {
  // x^+ - a (1 - P(a)) with a = |x|, where (2 - 2 P(a))^(-1/16) is nearly a polynomial. It is
  // squared without its 1 as long as that would hide digits of the rest.
  const F32x4 a = min(abs(x), constant(kMath.geluErfHi)), two = constant(kMath.two);
  F32x4 d = a * polynomial(a, kMath.geluErf);
  d = d * (d + two);
  d = d * (d + two);
  d = d + constant(kMath.one);
  d = d * d;
  d = d * d;
  return max(x, zero()) - max(-x, a) * constant(kMath.half) / d;
}
/// x sigmoid(2 sqrt(2 / pi) (x + 0.044715 x^3)): x (1 + tanh(..)) / 2. Errors as geluErf's.
inline F32x4 geluTanh(F32x4 x) {
  return detail::overOnePlusExp2(x, x * polynomial(x * x, kMath.geluTanh));
}
inline F32x4 rsqrt(F32x4 x) { return splat(1.0f) / sqrt(x); }

}  // namespace smw::simd
