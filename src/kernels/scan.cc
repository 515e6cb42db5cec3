#include "kernels/scan.h"

#include <cmath>
#include <limits>
#include <type_traits>

namespace smw::kernels {
namespace {

struct Shape {
  int64_t n, inner;
  bool exclusive, reverse;
};

/// log(e^a + e^b); a NaN loses against a number.
[[gnu::noinline]] double logAddExp(double a, double b) {
  const double most = a < b ? b : a, least = b < a ? b : a;
  if (most == least || least == -std::numeric_limits<double>::infinity())
    return most == least && std::isfinite(most) ? most + std::log(2.0) : most;
  return most + std::log1p(std::exp(least - most));
}

template <typename T>
T combine(ScanOp op, T a, T b) {
  if constexpr (std::is_convertible_v<T, double> && !std::is_integral_v<T>)
    if (op == ScanOp::kLogSumExp) return T(logAddExp(double(a), double(b)));
  return op == ScanOp::kSum ? T(a + b) : T(a * b);
}

/// y[k] = f(y[k - 1], x[k]), or f(y[k - 1], x[k - 1]) where exclusive. One type; the running value
/// is rounded to it at every step.
template <typename T>
bool lines(ScanOp op, const void* xs, void* ys, Shape s, int64_t begin, int64_t end) {
  constexpr float kStarts[] = {0, 1, -std::numeric_limits<float>::infinity()};
  const T start = T(kStarts[int(op)]);
  for (int64_t row = begin; row < end; ++row) {
    const T* x = static_cast<const T*>(xs) + row * s.n * s.inner;
    T* y = static_cast<T*>(ys) + row * s.n * s.inner;
    const int64_t step = s.reverse ? -s.inner : s.inner;
    if (s.reverse) x += (s.n - 1) * s.inner, y += (s.n - 1) * s.inner;
    for (int64_t k = 0; k < s.n; ++k, x += step, y += step) {
      const T* in = s.exclusive ? x - step : x;
      const T* before = y - step;
#pragma clang loop vectorize(disable) unroll(disable)
      for (int64_t i = 0; i < s.inner; ++i)
        y[i] = k == 0 && s.exclusive ? start : combine(op, k ? before[i] : start, in[i]);
    }
  }
  return true;
}

}  // namespace

bool scan(ScanOp op, Elem e, const void* x, void* y, int64_t n, int64_t inner, bool exclusive,
          bool reverse, int64_t begin, int64_t end) {
  const Shape s{n, inner, exclusive, reverse};
  if (n == 0 || inner == 0) return true;
  switch (e) {
    case Elem::kF32:
      return lines<float>(op, x, y, s, begin, end);
    case Elem::kF64:
      return lines<double>(op, x, y, s, begin, end);
    case Elem::kF16:
      return lines<half>(op, x, y, s, begin, end);
    case Elem::kBf16:
      return lines<bfloat16>(op, x, y, s, begin, end);
    default:
      if (op == ScanOp::kLogSumExp) return false;
  }
  if (e == Elem::kC64) return lines<c64>(op, x, y, s, begin, end);
  if (e == Elem::kC128) return lines<c128>(op, x, y, s, begin, end);
  switch (elemSize(e)) {  // integers wrap alike, signed or not
    case 1:
      return lines<uint8_t>(op, x, y, s, begin, end);
    case 2:
      return lines<uint16_t>(op, x, y, s, begin, end);
    case 4:
      return lines<uint32_t>(op, x, y, s, begin, end);
    case 8:
      return lines<uint64_t>(op, x, y, s, begin, end);
    default:
      return false;
  }
}

}  // namespace smw::kernels
