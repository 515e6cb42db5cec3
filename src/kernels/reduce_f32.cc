// float32: runs are summed four lanes at a time in short blocks, whose sums add up in double.
#include <cmath>
#include <limits>

#include "kernels/reduce_loops.h"
#include "simd/math.h"

namespace smw::kernels {
namespace {

using namespace simd;
constexpr float kInfinity = std::numeric_limits<float>::infinity();

/// Sum over x[i] or x[i]^2.
template <bool kSquares>
double sumRun(const float* x, int64_t n) {
  constexpr int64_t kPiece = 128;
  const auto take = [](F32x4 v) { return kSquares ? v * v : v; };
  double total = 0;
  for (int64_t i = 0; i < n; i += kPiece) {
    const int64_t m = n - i < kPiece ? n - i : kPiece;
    F32x4 a = zero(), b = zero(), c = zero(), d = zero();
    int64_t j = 0;
    for (; j + 16 <= m; j += 16) {
      const float* p = x + i + j;
      a = a + take(load(p)), b = b + take(load(p + 4)), c = c + take(load(p + 8)),
      d = d + take(load(p + 12));
    }
    for (; j + 4 <= m; j += 4) a = a + take(load(x + i + j));
    if (j < m) b = b + take(loadPartial(x + i + j, int(m - j)));
    total += double(horizontalSum((a + b) + (c + d)));
  }
  return total;
}

template <bool kSquares>
struct SumBase {
  using In = float;
  using Acc = double;
  using Out = float;
  static double init() { return 0; }
  static double step(double a, float x) {
    return a + (kSquares ? double(x) * double(x) : double(x));
  }
};
struct Sum : SumBase<false> {
  static float finish(double a, int64_t, Elem) { return float(a); }
};
struct Mean : SumBase<false> {
  static float finish(double a, int64_t count, Elem) { return float(a / double(count)); }
};
struct EuclideanNorm : SumBase<true> {
  static float finish(double a, int64_t, Elem) { return float(std::sqrt(a)); }
};
struct L2Loss : SumBase<true> {
  static float finish(double a, int64_t, Elem) { return float(a / 2); }
};
template <typename R, bool kSquares>
struct SumLoops : PlainLoops<R> {
  static void run(void* acc, const void* x, int64_t n) {
    *static_cast<double*>(acc) += sumRun<kSquares>(static_cast<const float*>(x), n);
  }
  /// A few rows are summed in float before they go into the accumulators, two of them a vector.
  static void rows(void* acc, const void* xs, int64_t n, int64_t count, int64_t stride) {
    constexpr int64_t kRows = kSquares ? 1 : 8;
    const float* x = static_cast<const float*>(xs);
    double* a = static_cast<double*>(acc);
    int64_t r = 0;
    for (; r + kRows <= count; r += kRows, x += kRows * stride) addRows<kRows>(a, x, n, stride);
    for (; r < count; ++r, x += stride) addRows<1>(a, x, n, stride);
  }

 private:
  template <int64_t kRows>
  static void addRows(double* a, const float* x, int64_t n, int64_t stride) {
    const auto add = [](double* to, v128_t v) {
      if (kSquares) v = wasm_f64x2_mul(v, v);
      wasm_v128_store(to, wasm_f64x2_add(wasm_v128_load(to), v));
    };
    const auto sum = [&](const float* p, auto get) {
      if constexpr (kRows == 1) {
        return get(p);
      } else {
        const auto pair = [&](const float* q) { return get(q) + get(q + stride); };
        return (pair(p) + pair(p + 2 * stride)) + (pair(p + 4 * stride) + pair(p + 6 * stride));
      }
    };
    int64_t i = 0;
    for (; i + 4 <= n; i += 4) {
      const v128_t v = sum(x + i, [](const float* p) { return load(p); }).v;
      add(a + i, wasm_f64x2_promote_low_f32x4(v));
      add(a + i + 2, wasm_f64x2_promote_low_f32x4(wasm_i32x4_shuffle(v, v, 2, 3, 2, 3)));
    }
    for (; i < n; ++i) a[i] = R::step(a[i], sum(x + i, [](const float* p) { return *p; }));
  }
};

struct Prod {
  using In = float;
  using Acc = double;
  using Out = float;
  static double init() { return 1; }
  static double step(double a, float x) { return a * double(x); }
  static float finish(double a, int64_t, Elem) { return float(a); }
};

template <F32x4 (*F)(F32x4, F32x4), bool kMax>
struct Extreme {
  using In = float;
  using Acc = float;
  using Out = float;
  static float init() { return kMax ? -kInfinity : kInfinity; }
  static float step(float a, float x) { return x != x || (kMax ? a < x : x < a) ? x : a; }
  static float finish(float a, int64_t, Elem) { return a; }
};
template <F32x4 (*F)(F32x4, F32x4), bool kMax>
struct ExtremeLoops : PlainLoops<Extreme<F, kMax>> {
  using R = Extreme<F, kMax>;
  static void run(void* acc, const void* xs, int64_t n) {
    const float* x = static_cast<const float*>(xs);
    float a = *static_cast<float*>(acc);
    int64_t i = 0;
    if (n >= 8) {
      F32x4 p = load(x), q = load(x + 4);
      for (i = 8; i + 8 <= n; i += 8) p = F(p, load(x + i)), q = F(q, load(x + i + 4));
      float t[4];
      store(t, F(p, q));
      for (float v : t) a = R::step(a, v);
    }
    for (; i < n; ++i) a = R::step(a, x[i]);
    *static_cast<float*>(acc) = a;
  }
  static void rows(void* acc, const void* xs, int64_t n, int64_t count, int64_t stride) {
    const float* x = static_cast<const float*>(xs);
    float* a = static_cast<float*>(acc);
    for (int64_t r = 0; r < count; ++r, x += stride) {
      int64_t i = 0;
      for (; i + 4 <= n; i += 4) store(a + i, F(load(a + i), load(x + i)));
      for (; i < n; ++i) a[i] = R::step(a[i], x[i]);
    }
  }
};
using MaxLoops = ExtremeLoops<maxPropagate, true>;
using MinLoops = ExtremeLoops<minPropagate, false>;

}  // namespace

ReduceLoops reduceLoopsF32(ReduceOp op) {
  constexpr Elem e = Elem::kF32;
  switch (op) {
    case ReduceOp::kSum:
      return loopsOf<Sum, SumLoops<Sum, false>>(e, e);
    case ReduceOp::kMean:
      return loopsOf<Mean, SumLoops<Mean, false>>(e, e);
    case ReduceOp::kEuclideanNorm:
      return loopsOf<EuclideanNorm, SumLoops<EuclideanNorm, true>>(e, e);
    case ReduceOp::kL2Loss:
      return loopsOf<L2Loss, SumLoops<L2Loss, true>>(e, e);
    case ReduceOp::kProd:
      return loopsOf<Prod>(e, e);
    case ReduceOp::kMax:
      return loopsOf<MaxLoops::R, MaxLoops>(e, e);
    case ReduceOp::kMin:
      return loopsOf<MinLoops::R, MinLoops>(e, e);
    default:
      return {};
  }
}

}  // namespace smw::kernels
