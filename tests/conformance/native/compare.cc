#include "compare.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstring>

#include "base/strings.h"

namespace smw::conformance {

std::complex<double> numberAt(const Tensor& t, int64_t i) {
  switch (t.dtype()) {
    case DType::kFloat:
      return t.data<float>()[i];
    case DType::kDouble:
      return t.data<double>()[i];
    case DType::kHalf:
      return float(t.data<half>()[i]);
    case DType::kBfloat16:
      return float(t.data<bfloat16>()[i]);
    case DType::kComplex64:
      return t.data<complex64>()[i];
    default:
      return t.data<complex128>()[i];
  }
}

namespace {

std::string number(double v) {
  char s[40];
  std::snprintf(s, sizeof s, "%.9g", v);
  return s;
}

bool same(double a, double b) { return a == b || (std::isnan(a) && std::isnan(b)); }

template <typename T>
std::string integer(const Tensor& t, int64_t i) {
  return cat(t.data<T>()[i]);
}

std::string element(const Tensor& t, int64_t i) {
  if (isFloating(t.dtype())) return number(numberAt(t, i).real());
  if (isComplex(t.dtype()))
    return cat("(", number(numberAt(t, i).real()), ",", number(numberAt(t, i).imag()), ")");
  switch (t.dtype()) {
    case DType::kString: {
      const std::string& s = t.data<std::string>()[i];
      return s.size() <= 80 ? jsonQuote(s)
                            : cat(jsonQuote(s.substr(0, 80)), "... ", s.size(), " bytes");
    }
    case DType::kInt64:
      return integer<int64_t>(t, i);
    case DType::kUint64:
      return integer<uint64_t>(t, i);
    case DType::kInt32:
    case DType::kQint32:
      return integer<int32_t>(t, i);
    case DType::kUint32:
      return integer<uint32_t>(t, i);
    case DType::kInt16:
    case DType::kQint16:
      return integer<int16_t>(t, i);
    case DType::kUint16:
    case DType::kQuint16:
      return integer<uint16_t>(t, i);
    case DType::kInt8:
    case DType::kQint8:
    case DType::kInt4:
      return cat(int(t.data<int8_t>()[i]));
    default:
      return isPod(t.dtype()) ? cat(int(t.data<uint8_t>()[i])) : "?";
  }
}

/// "[1,0,2]" for flat index i.
std::string position(const Shape& s, int64_t i) {
  std::string text = "]";
  for (int d = s.rank() - 1; d >= 0; --d) {
    text = cat(i % s[d], d == s.rank() - 1 ? "" : ",", text);
    i /= s[d];
  }
  return "[" + text;
}

/// One of the two parts of a number against the tolerance: over 1 is too far.
double ratioOf(std::complex<double> a, std::complex<double> b, const Tolerance& t, double atol) {
  if (same(a.real(), b.real()) && same(a.imag(), b.imag())) return 0;
  const double distance = std::abs(a - b), allowed = atol + t.rtol * std::abs(b);
  if (!std::isfinite(distance) || !std::isfinite(allowed)) return INFINITY;
  return allowed > 0 ? distance / allowed : INFINITY;
}

std::string floatDifference(const Tensor& got, const Tensor& want, const Tolerance& tolerance) {
  double largest = 0;
  const int64_t n = want.numElements();
  for (int64_t i = 0; i < n; ++i)
    if (const double v = std::abs(numberAt(want, i)); std::isfinite(v))
      largest = std::max(largest, v);
  const double atol = tolerance.atolFactor * largest + tolerance.atolPlus;
  int64_t first = -1, count = 0;
  double worst = 0;
  for (int64_t i = 0; i < n; ++i) {
    const double ratio = ratioOf(numberAt(got, i), numberAt(want, i), tolerance, atol);
    if (ratio <= 1) continue;
    if (first < 0) first = i;
    worst = std::max(worst, ratio);
    ++count;
  }
  if (first < 0) return "";
  return cat("at ", position(want.shape(), first), " got ", element(got, first), ", want ",
             element(want, first), ", ",
             number(ratioOf(numberAt(got, first), numberAt(want, first), tolerance, atol)),
             " times the tolerance (", count, " of ", n, " differ, worst ", number(worst), ")");
}

}  // namespace

Tolerance opTolerance(DType t) {
  switch (t) {
    case DType::kDouble:
    case DType::kComplex128:
      return {1e-10, 1e-10, 0};
    case DType::kHalf:
      return {2e-3, 2e-3, 0};
    case DType::kBfloat16:
      return {1.6e-2, 1.6e-2, 0};
    default:
      return {1e-5, 1e-5, 0};
  }
}

Tolerance modelTolerance(DType t, double noise) {
  Tolerance tolerance{1e-4, 5e-5, 1e-6};
  if (t == DType::kHalf || t == DType::kBfloat16) tolerance = {1.6e-2, 1.6e-2, 1e-6};
  tolerance.atolPlus = std::max(tolerance.atolPlus, 4 * noise);
  return tolerance;
}

std::string difference(const Tensor& got, const Tensor& want, const Tolerance& tolerance) {
  if (got.dtype() != want.dtype() || !(got.shape() == want.shape()))
    return cat("got ", got.describe(), ", want ", want.describe());
  if (isFloating(want.dtype()) || isComplex(want.dtype()))
    return floatDifference(got, want, tolerance);
  const size_t size = dtypeSize(want.dtype());
  for (int64_t i = 0; i < want.numElements(); ++i) {
    const bool equal =
        want.dtype() == DType::kString ? got.data<std::string>()[i] == want.data<std::string>()[i]
        : !isPod(want.dtype())         ? true
                                       : !std::memcmp(got.data<char>() + size_t(i) * size,
                                                      want.data<char>() + size_t(i) * size, size);
    if (!equal)
      return cat("at ", position(want.shape(), i), " got ", element(got, i), ", want ",
                 element(want, i));
  }
  return "";
}

std::string show(const Tensor& t, int64_t limit) {
  std::string s = t.describe();
  for (int64_t i = 0; i < std::min(limit, t.numElements()); ++i) s += cat(" ", element(t, i));
  if (t.numElements() > limit) s += " ...";
  return s;
}

}  // namespace smw::conformance
