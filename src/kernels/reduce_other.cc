// float64, complex128, int64, uint64 and bool; narrower types pass through the first four.
#include <cmath>
#include <limits>

#include "kernels/cast.h"
#include "kernels/reduce_loops.h"

namespace smw::kernels {
namespace {

template <typename T>
struct Sum {
  using In = T;
  using Acc = T;
  using Out = T;
  static T init() { return T(0); }
  static T step(T a, T x) { return a + x; }
  static T finish(T a, int64_t, Elem) { return a; }
};
template <typename T>
struct Prod : Sum<T> {
  static T init() { return T(1); }
  static T step(T a, T x) { return a * x; }
};

// Floating and complex.
template <typename T>
struct Mean : Sum<T> {
  static T finish(T a, int64_t count, Elem) { return a / double(count); }
};
double square(double x) { return x * x; }
double square(const c128& x) { return std::norm(x); }
template <typename T>
struct Squares {
  using In = T;
  using Acc = double;
  using Out = T;
  static double init() { return 0; }
  static double step(double a, const T& x) { return a + square(x); }
  static T finish(double a, int64_t, Elem) { return T(std::sqrt(a)); }
};
struct L2Loss : Squares<double> {
  static double finish(double a, int64_t, Elem) { return a / 2; }
};
template <bool kMax>
struct ExtremeF64 : Sum<double> {
  static double init() { return (kMax ? -1 : 1) * std::numeric_limits<double>::infinity(); }
  static double step(double a, double x) { return x != x || (kMax ? a < x : x < a) ? x : a; }
};

// Integers. Sums and products wrap, whatever the sign: uint64 serves both.
template <typename T>
struct IntMean {
  using In = T;
  using Acc = uint64_t;
  using Out = T;
  static uint64_t init() { return 0; }
  static uint64_t step(uint64_t a, T x) { return a + uint64_t(x); }
  static T finish(uint64_t a, int64_t count, Elem) { return count ? T(a) / T(count) : T(0); }
};
/// The root of a sum of squares that wrapped as the type in memory does.
template <typename T>
struct IntNorm {
  using In = T;
  using Acc = uint64_t;
  using Out = double;
  static uint64_t init() { return 0; }
  static uint64_t step(uint64_t a, T x) { return a + uint64_t(x) * uint64_t(x); }
  static double finish(uint64_t a, int64_t, Elem storage) {
    std::byte narrow[16];
    double sum;
    cast(Elem::kI64, &a, storage, narrow, 1);
    cast(storage, narrow, Elem::kF64, &sum, 1);
    return std::sqrt(sum);
  }
};
/// The neutral element is the extreme of the type in memory: int64's own would not fit it.
template <typename T, bool kMax>
struct IntExtreme : Sum<T> {
  using Limits = std::numeric_limits<T>;
  static T init() { return kMax ? Limits::lowest() : Limits::max(); }
  static T step(T a, T x) { return (kMax ? a < x : x < a) ? x : a; }
  static T finish(T a, int64_t count, Elem storage) {
    if (count || elemSize(storage) == 8) return a;
    const int bits = int(elemSize(storage)) * 8;
    if (isUnsigned(storage)) return kMax ? T(0) : T((1ll << bits) - 1);
    return T(kMax ? -(1ll << (bits - 1)) : (1ll << (bits - 1)) - 1);
  }
};

template <bool kAll>
struct Logical {
  using In = bool;
  using Acc = bool;
  using Out = bool;
  static bool init() { return kAll; }
  static bool step(bool a, bool x) { return kAll ? a & x : a | x; }
  static bool finish(bool a, int64_t, Elem) { return a; }
};

template <typename T>
ReduceLoops integers(ReduceOp op, Elem e) {
  switch (op) {
    case ReduceOp::kSum:
      return loopsOf<Sum<uint64_t>>(e, e);
    case ReduceOp::kProd:
      return loopsOf<Prod<uint64_t>>(e, e);
    case ReduceOp::kMean:
      return loopsOf<IntMean<T>>(e, e);
    case ReduceOp::kMax:
      return loopsOf<IntExtreme<T, true>>(e, e);
    case ReduceOp::kMin:
      return loopsOf<IntExtreme<T, false>>(e, e);
    case ReduceOp::kEuclideanNorm:
      return loopsOf<IntNorm<T>>(e, Elem::kF64);
    default:
      return {};
  }
}

}  // namespace

ReduceLoops reduceLoopsOther(ReduceOp op, Elem e) {
  if (e == Elem::kBool)
    return op == ReduceOp::kAll ? loopsOf<Logical<true>>(e, e) : loopsOf<Logical<false>>(e, e);
  if (e == Elem::kI64) return integers<int64_t>(op, e);
  if (e == Elem::kU64) return integers<uint64_t>(op, e);
  const bool complex = e == Elem::kC128;
  switch (op) {
    case ReduceOp::kSum:
      return complex ? loopsOf<Sum<c128>>(e, e) : loopsOf<Sum<double>>(e, e);
    case ReduceOp::kMean:
      return complex ? loopsOf<Mean<c128>>(e, e) : loopsOf<Mean<double>>(e, e);
    case ReduceOp::kProd:
      return complex ? loopsOf<Prod<c128>>(e, e) : loopsOf<Prod<double>>(e, e);
    case ReduceOp::kEuclideanNorm:
      return complex ? loopsOf<Squares<c128>>(e, e) : loopsOf<Squares<double>>(e, e);
    case ReduceOp::kL2Loss:
      return complex ? ReduceLoops{} : loopsOf<L2Loss>(e, e);
    case ReduceOp::kMax:
      return complex ? ReduceLoops{} : loopsOf<ExtremeF64<true>>(e, e);
    case ReduceOp::kMin:
      return complex ? ReduceLoops{} : loopsOf<ExtremeF64<false>>(e, e);
    default:
      return {};
  }
}

}  // namespace smw::kernels
