// float32, four lanes at a time; half and bfloat16 pass through here too.
#include <cmath>

#include "kernels/binary.h"
#include "simd/math.h"
#include "simd/pow.h"

namespace smw::kernels {
namespace {

using namespace simd;
using Op = F32x4 (*)(F32x4, F32x4);
using Mask = I32x4 (*)(F32x4, F32x4);

/// One side of a loop: a run of floats, or one float, of which four copies are read again and
/// again.
struct Side {
  Side(const void* v, int step_) : p(static_cast<const float*>(v)), step(step_) {
    if (step) return;
    store(same, splat(*p));
    p = same;
  }
  Side(const Side&) = delete;
  F32x4 load(int64_t i) const { return simd::load(p + i * step); }
  F32x4 load(int64_t i, int n) const { return n == 4 ? load(i) : loadPartial(p + i * step, n); }
  const float* p;
  const int64_t step;
  float same[4];
};

template <Op F>
bool map(const void* as, int stepA, const void* bs, int stepB, void* out, int64_t n,
         const BinaryParams&) {
  const Side a(as, stepA), b(bs, stepB);
  float* y = static_cast<float*>(out);
  int64_t i = 0;
  if (stepA && stepB) {
    for (; i + 4 <= n; i += 4) store(y + i, F(load(a.p + i), load(b.p + i)));
  } else if (stepA) {
    for (const F32x4 same = b.load(0); i + 4 <= n; i += 4) store(y + i, F(load(a.p + i), same));
  } else {
    for (const F32x4 same = a.load(0); i + 4 <= n; i += 4) store(y + i, F(same, b.load(i)));
  }
  if (const int left = int(n - i)) storePartial(y + i, F(a.load(i, left), b.load(i, left)), left);
  return true;
}
/// The same with one copy of F and one loop, for functions that cost more than reading.
template <Op F>
bool mapLong(const void* as, int stepA, const void* bs, int stepB, void* out, int64_t n,
             const BinaryParams&) {
  const Side a(as, stepA), b(bs, stepB);
  float* y = static_cast<float*>(out);
  for (int64_t i = 0; i < n; i += 4) {
    const int m = n - i < 4 ? int(n - i) : 4;
    const F32x4 r = F(a.load(i, m), b.load(i, m));
    if (m == 4)
      store(y + i, r);
    else
      storePartial(y + i, r, m);
  }
  return true;
}

/// All-ones lanes become the byte 1.
template <typename F>
void compare(const void* as, int stepA, const void* bs, int stepB, void* out, int64_t n, F f) {
  const Side a(as, stepA), b(bs, stepB);
  uint8_t* y = static_cast<uint8_t*>(out);
  int64_t i = 0;
  for (; i + 16 <= n; i += 16) {
    v128_t m[4];
    for (int k = 0; k < 4; ++k) m[k] = f(a.load(i + k * 4), b.load(i + k * 4)).v;
    const v128_t bytes = wasm_i8x16_narrow_i16x8(wasm_i16x8_narrow_i32x4(m[0], m[1]),
                                                 wasm_i16x8_narrow_i32x4(m[2], m[3]));
    wasm_v128_store(y + i, wasm_v128_and(bytes, wasm_i8x16_splat(1)));
  }
  for (; i < n; i += 4) {
    const int left = n - i < 4 ? int(n - i) : 4;
    int32_t m[4];
    store(m, f(a.load(i, left), b.load(i, left)));
    for (int k = 0; k < left; ++k) y[i + k] = m[k] != 0;
  }
}
template <Mask F>
bool test(const void* a, int stepA, const void* b, int stepB, void* out, int64_t n,
          const BinaryParams&) {
  compare(a, stepA, b, stepB, out, n, F);
  return true;
}
bool approximateEqual(const void* a, int stepA, const void* b, int stepB, void* out, int64_t n,
                      const BinaryParams& p) {
  compare(a, stepA, b, stepB, out, n,
          [t = splat(p.tolerance)](F32x4 x, F32x4 y) { return simd::abs(x - y) < t; });
  return true;
}

template <float (*F)(float, float)>
F32x4 lanes(F32x4 a, F32x4 b) {
  float x[4], y[4];
  store(x, a);
  store(y, b);
  for (int i = 0; i < 4; ++i) x[i] = F(x[i], y[i]);
  return load(x);
}
float floorMod(float a, float b) {
  const float r = std::fmod(a, b);
  return r != 0 && (r < 0) != (b < 0) ? r + b : r;
}
float truncateMod(float a, float b) { return std::fmod(a, b); }
float nextAfter(float a, float b) { return std::nextafter(a, b); }

F32x4 add(F32x4 a, F32x4 b) { return a + b; }
F32x4 sub(F32x4 a, F32x4 b) { return a - b; }
F32x4 mul(F32x4 a, F32x4 b) { return a * b; }
F32x4 div(F32x4 a, F32x4 b) { return a / b; }
F32x4 divNoNan(F32x4 a, F32x4 b) { return select(b == zero(), zero(), a / b); }
F32x4 mulNoNan(F32x4 a, F32x4 b) { return select(b == zero(), zero(), a * b); }
F32x4 floorDiv(F32x4 a, F32x4 b) { return simd::floor(a / b); }
F32x4 truncateDiv(F32x4 a, F32x4 b) { return simd::trunc(a / b); }
F32x4 squaredDifference(F32x4 a, F32x4 b) {
  const F32x4 d = a - b;
  return d * d;
}
F32x4 xlogy(F32x4 a, F32x4 b) { return select(a == zero(), zero(), a * simd::log(b)); }
F32x4 xdivy(F32x4 a, F32x4 b) { return select(a == zero(), zero(), a / b); }
F32x4 xlog1py(F32x4 a, F32x4 b) { return select(a == zero(), zero(), a * simd::log1p(b)); }

/// Exponents that models use as constants take a short way.
bool pow(const void* a, int stepA, const void* b, int stepB, void* out, int64_t n,
         const BinaryParams& p) {
  if (stepA && !stepB) {
    const float e = *static_cast<const float*>(b);
    if (e == 1.0f) return map<mul>(a, 1, b, 0, out, n, p);
    if (e == 2.0f) return map<mul>(a, 1, a, 1, out, n, p);
    if (e == 3.0f) return mapLong<[](F32x4 x, F32x4) { return x * x * x; }>(a, 1, a, 1, out, n, p);
    if (e == -1.0f)
      return mapLong<[](F32x4 x, F32x4) { return splat(1.0f) / x; }>(a, 1, a, 1, out, n, p);
    if (e == 0.5f)  // 0 for -0 and infinity for -infinity, unlike sqrt
      return mapLong<[](F32x4 x, F32x4) {
        return select(x == splat(-kInf), splat(kInf), sqrt(x + zero()));
      }>(a, 1, a, 1, out, n, p);
  }
  return mapLong<simd::pow>(a, stepA, b, stepB, out, n, p);
}

}  // namespace

BinaryLoop binaryLoopF32(BinaryOp op) {
  using B = BinaryOp;
  switch (op) {
    case B::kAdd:
      return map<add>;
    case B::kSub:
      return map<sub>;
    case B::kMul:
      return map<mul>;
    case B::kDiv:
      return map<div>;
    case B::kDivNoNan:
      return mapLong<divNoNan>;
    case B::kMulNoNan:
      return mapLong<mulNoNan>;
    case B::kFloorDiv:
      return mapLong<floorDiv>;
    case B::kFloorMod:
      return mapLong<lanes<floorMod>>;
    case B::kTruncateDiv:
      return mapLong<truncateDiv>;
    case B::kTruncateMod:
      return mapLong<lanes<truncateMod>>;
    case B::kMaximum:
      return map<maxPropagate>;
    case B::kMinimum:
      return map<minPropagate>;
    case B::kPow:
      return pow;
    case B::kSquaredDifference:
      return map<squaredDifference>;
    case B::kXlogy:
      return mapLong<xlogy>;
    case B::kXdivy:
      return mapLong<xdivy>;
    case B::kXlog1py:
      return mapLong<xlog1py>;
    case B::kNextAfter:
      return mapLong<lanes<nextAfter>>;
    case B::kApproximateEqual:
      return approximateEqual;
    case B::kEqual:
      return test<[](F32x4 a, F32x4 b) { return a == b; }>;
    case B::kNotEqual:
      return test<[](F32x4 a, F32x4 b) { return a != b; }>;
    case B::kLess:
      return test<[](F32x4 a, F32x4 b) { return a < b; }>;
    case B::kLessEqual:
      return test<[](F32x4 a, F32x4 b) { return a <= b; }>;
    case B::kGreater:
      return test<[](F32x4 a, F32x4 b) { return a > b; }>;
    case B::kGreaterEqual:
      return test<[](F32x4 a, F32x4 b) { return a >= b; }>;
    default:
      return nullptr;  // through float64
  }
}

}  // namespace smw::kernels
