#include "kernels/scan.h"

#include <cmath>
#include <limits>

namespace smw::kernels {
namespace {

struct Shape {
  int64_t n, inner;
  bool exclusive, reverse;
};

/// y[k] = F(y[k - 1], x[k]), or F(y[k - 1], x[k - 1]) where exclusive.
template <typename T, typename F>
void lines(const void* xs, void* ys, Shape s, T start, int64_t begin, int64_t end, F f) {
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
        y[i] = k ? f(before[i], in[i]) : s.exclusive ? start : f(start, x[i]);
    }
  }
}

/// One type; the running value is rounded to it at every step.
template <typename T>
void scanLines(ScanOp op, const void* x, void* y, Shape s, int64_t begin, int64_t end) {
  if (op == ScanOp::kSum)
    lines<T>(x, y, s, T(0), begin, end, [](const T& a, const T& b) { return T(a + b); });
  else
    lines<T>(x, y, s, T(1), begin, end, [](const T& a, const T& b) { return T(a * b); });
}

/// log(e^a + e^b); a NaN loses against a number.
template <typename T>
T logAddExp(const T& x, const T& y) {
  const double a = double(x), b = double(y);
  const double most = a < b ? b : a, least = b < a ? b : a;
  if (most == least || least == -std::numeric_limits<double>::infinity())
    return T(most == least && std::isfinite(most) ? most + std::log(2.0) : most);
  return T(most + std::log1p(std::exp(least - most)));
}
template <typename T>
void logSumExpLines(const void* x, void* y, Shape s, int64_t begin, int64_t end) {
  lines<T>(x, y, s, T(-std::numeric_limits<float>::infinity()), begin, end, logAddExp<T>);
}

}  // namespace

bool scan(ScanOp op, Elem e, const void* x, void* y, int64_t n, int64_t inner, bool exclusive,
          bool reverse, int64_t begin, int64_t end) {
  const Shape s{n, inner, exclusive, reverse};
  if (n == 0 || inner == 0) return true;
  if (op == ScanOp::kLogSumExp) {
    switch (e) {
      case Elem::kF32:
        logSumExpLines<float>(x, y, s, begin, end);
        return true;
      case Elem::kF64:
        logSumExpLines<double>(x, y, s, begin, end);
        return true;
      case Elem::kF16:
        logSumExpLines<half>(x, y, s, begin, end);
        return true;
      case Elem::kBf16:
        logSumExpLines<bfloat16>(x, y, s, begin, end);
        return true;
      default:
        return false;
    }
  }
  switch (e) {
    case Elem::kF32:
      scanLines<float>(op, x, y, s, begin, end);
      return true;
    case Elem::kF64:
      scanLines<double>(op, x, y, s, begin, end);
      return true;
    case Elem::kF16:
      scanLines<half>(op, x, y, s, begin, end);
      return true;
    case Elem::kBf16:
      scanLines<bfloat16>(op, x, y, s, begin, end);
      return true;
    case Elem::kC64:
      scanLines<c64>(op, x, y, s, begin, end);
      return true;
    case Elem::kC128:
      scanLines<c128>(op, x, y, s, begin, end);
      return true;
    default:
      break;  // integers wrap alike, signed or not
  }
  switch (elemSize(e)) {
    case 1:
      scanLines<uint8_t>(op, x, y, s, begin, end);
      return true;
    case 2:
      scanLines<uint16_t>(op, x, y, s, begin, end);
      return true;
    case 4:
      scanLines<uint32_t>(op, x, y, s, begin, end);
      return true;
    case 8:
      scanLines<uint64_t>(op, x, y, s, begin, end);
      return true;
    default:
      return false;
  }
}

}  // namespace smw::kernels
