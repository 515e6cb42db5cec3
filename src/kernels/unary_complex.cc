// complex128; complex64 passes through here too.
#include <cmath>

#include "kernels/unary.h"

namespace smw::kernels {
namespace {

template <c128 (*F)(const c128&)>
void map(const void* xs, void* ys, int64_t n, const UnaryParams&) {
  const c128* x = static_cast<const c128*>(xs);
  c128* y = static_cast<c128*>(ys);
  for (int64_t i = 0; i < n; ++i) y[i] = F(x[i]);
}
template <double (*F)(const c128&)>
void toReal(const void* xs, void* ys, int64_t n, const UnaryParams&) {
  const c128* x = static_cast<const c128*>(xs);
  double* y = static_cast<double*>(ys);
  for (int64_t i = 0; i < n; ++i) y[i] = F(x[i]);
}

c128 expm1(const c128& x) {
  // e^a cos b - 1 = expm1(a) cos b - 2 sin^2(b / 2), which keeps small x.
  const double s = std::sin(x.imag() / 2);
  return {std::expm1(x.real()) * std::cos(x.imag()) - 2 * s * s,
          std::exp(x.real()) * std::sin(x.imag())};
}
c128 log1p(const c128& x) {
  // |1 + x|^2 - 1 = a (2 + a) + b^2.
  const double a = x.real(), b = x.imag();
  const double m = a * (2 + a) + b * b;
  const double re = m > -0.5 && m < 2 ? 0.5 * std::log1p(m) : std::log(std::hypot(1 + a, b));
  return {re, std::atan2(b, 1 + a)};
}
double magnitude(const c128& x) {
  const double square = x.real() * x.real() + x.imag() * x.imag();
  return square > 1e-280 && square < 1e280 ? std::sqrt(square) : std::hypot(x.real(), x.imag());
}
c128 sigmoid(const c128& x) { return 1.0 / (1.0 + std::exp(-x)); }
c128 sign(const c128& x) { return x == 0.0 ? c128() : x / std::abs(x); }

}  // namespace

UnaryLoop unaryLoopC128(UnaryOp op) {
  using U = UnaryOp;
  switch (op) {
    case U::kAbs:
      return toReal<magnitude>;
    case U::kAngle:
      return toReal<[](const c128& x) { return std::atan2(x.imag(), x.real()); }>;
    case U::kReal:
      return toReal<[](const c128& x) { return x.real(); }>;
    case U::kImag:
      return toReal<[](const c128& x) { return x.imag(); }>;
    case U::kAcos:
      return map<std::acos>;
    case U::kAcosh:
      return map<std::acosh>;
    case U::kAsin:
      return map<std::asin>;
    case U::kAsinh:
      return map<std::asinh>;
    case U::kAtan:
      return map<std::atan>;
    case U::kAtanh:
      return map<std::atanh>;
    case U::kConj:
      return map<[](const c128& x) { return c128(x.real(), -x.imag()); }>;
    case U::kCos:
      return map<std::cos>;
    case U::kCosh:
      return map<std::cosh>;
    case U::kExp:
      return map<std::exp>;
    case U::kExpm1:
      return map<expm1>;
    case U::kLog:
      return map<std::log>;
    case U::kLog1p:
      return map<log1p>;
    case U::kNeg:
      return map<[](const c128& x) { return -x; }>;
    case U::kReciprocal:
      return map<[](const c128& x) { return 1.0 / x; }>;
    case U::kRsqrt:
      return map<[](const c128& x) { return 1.0 / std::sqrt(x); }>;
    case U::kSigmoid:
      return map<sigmoid>;
    case U::kSign:
      return map<sign>;
    case U::kSin:
      return map<std::sin>;
    case U::kSinh:
      return map<std::sinh>;
    case U::kSqrt:
      return map<std::sqrt>;
    case U::kSquare:
      return map<[](const c128& x) { return x * x; }>;
    case U::kTan:
      return map<std::tan>;
    case U::kTanh:
      return map<std::tanh>;
    default:
      return nullptr;
  }
}

}  // namespace smw::kernels
