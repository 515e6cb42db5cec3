// float64 through libm; rare functions of narrower types pass through here too.
#include <cmath>
#include <limits>

#include "kernels/special.h"
#include "kernels/unary.h"

namespace smw::kernels {
namespace {

template <double (*F)(double)>
void map(const void* xs, void* ys, int64_t n, const UnaryParams&) {
  const double* x = static_cast<const double*>(xs);
  double* y = static_cast<double*>(ys);
  for (int64_t i = 0; i < n; ++i) y[i] = F(x[i]);
}
template <bool (*F)(double)>
void classify(const void* xs, void* ys, int64_t n, const UnaryParams&) {
  const double* x = static_cast<const double*>(xs);
  uint8_t* y = static_cast<uint8_t*>(ys);
  for (int64_t i = 0; i < n; ++i) y[i] = F(x[i]);
}
void leakyRelu(const void* xs, void* ys, int64_t n, const UnaryParams& p) {
  const double* x = static_cast<const double*>(xs);
  double* y = static_cast<double*>(ys);
  for (int64_t i = 0; i < n; ++i) y[i] = x[i] > 0 ? x[i] : x[i] * double(p.alpha);
}

/// TensorFlow's float64 erf gives NaN at infinity.
double erf(double x) {
  return std::isinf(x) ? std::numeric_limits<double>::quiet_NaN() : std::erf(x);
}
double elu(double x) { return x > 0 ? x : std::expm1(x); }
double selu(double x) {
  constexpr double kScale = 1.0507009873554804934193349852946;
  constexpr double kScaleAlpha = 1.7580993408473768599402175208123;
  return x > 0 ? kScale * x : kScaleAlpha * std::expm1(x);
}
double sigmoid(double x) { return 1 / (1 + std::exp(-x)); }
double sign(double x) { return x > 0 ? 1 : x < 0 ? -1 : x == 0 ? 0 : x; }
double softplus(double x) {
  constexpr double kCut = 34.04365338911715;  // -(log(epsilon) + 2)
  return x > kCut ? x : x < -kCut ? std::exp(x) : std::log1p(std::exp(x));
}
double softsign(double x) { return x / (1 + std::fabs(x)); }
double relu(double x) { return x < 0 ? 0 : x; }
double relu6(double x) { return x < 0 ? 0 : x > 6 ? 6 : x; }

}  // namespace

UnaryLoop unaryLoopF64(UnaryOp op) {
  using U = UnaryOp;
  switch (op) {
    case U::kAbs:
      return map<std::fabs>;
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
    case U::kCeil:
      return map<std::ceil>;
    case U::kCos:
      return map<std::cos>;
    case U::kCosh:
      return map<std::cosh>;
    case U::kDigamma:
      return map<digamma>;
    case U::kElu:
      return map<elu>;
    case U::kErf:
      return map<erf>;
    case U::kErfc:
      return map<std::erfc>;
    case U::kErfinv:
      return map<erfinv>;
    case U::kExp:
      return map<std::exp>;
    case U::kExpm1:
      return map<std::expm1>;
    case U::kFloor:
      return map<std::floor>;
    case U::kIsFinite:
      return classify<[](double x) { return bool(std::isfinite(x)); }>;
    case U::kIsInf:
      return classify<[](double x) { return bool(std::isinf(x)); }>;
    case U::kIsNan:
      return classify<[](double x) { return bool(std::isnan(x)); }>;
    case U::kLeakyRelu:
      return leakyRelu;
    case U::kLgamma:
      return map<logGamma>;
    case U::kLog:
      return map<std::log>;
    case U::kLog1p:
      return map<std::log1p>;
    case U::kNdtri:
      return map<ndtri>;
    case U::kNeg:
      return map<[](double x) { return -x; }>;
    case U::kReciprocal:
      return map<[](double x) { return 1 / x; }>;
    case U::kRelu:
      return map<relu>;
    case U::kRelu6:
      return map<relu6>;
    case U::kRint:
      return map<std::nearbyint>;
    case U::kRsqrt:
      return map<[](double x) { return 1 / std::sqrt(x); }>;
    case U::kSelu:
      return map<selu>;
    case U::kSigmoid:
      return map<sigmoid>;
    case U::kSign:
      return map<sign>;
    case U::kSin:
      return map<std::sin>;
    case U::kSinh:
      return map<std::sinh>;
    case U::kSoftplus:
      return map<softplus>;
    case U::kSoftsign:
      return map<softsign>;
    case U::kSqrt:
      return map<std::sqrt>;
    case U::kSquare:
      return map<[](double x) { return x * x; }>;
    case U::kTan:
      return map<std::tan>;
    case U::kTanh:
      return map<std::tanh>;
    default:
      return nullptr;
  }
}

}  // namespace smw::kernels
