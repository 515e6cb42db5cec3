#include "kernels/special.h"

#include <cmath>
#include <limits>

namespace smw::kernels {
namespace {
constexpr double kPi = 3.14159265358979323846;
constexpr double kInf = std::numeric_limits<double>::infinity();
constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
}  // namespace

double digamma(double x) {
  if (x == 0) return kNan;
  if (x < 0) {
    if (x == std::floor(x)) return kNan;
    const double r = x - std::floor(x);  // the reflection formula, with the angle reduced
    return digamma(1 - x) - kPi / std::tan(kPi * r);
  }
  double sum = 0;
  while (x < 10) sum -= 1 / x++;
  // The asymptotic series, whose coefficients are Bernoulli numbers over 2k.
  const double u = 1 / (x * x);
  const double series =
      u * (1.0 / 12 - u * (1.0 / 120 -
                           u * (1.0 / 252 -
                                u * (1.0 / 240 - u * (1.0 / 132 - u * (691.0 / 32760 - u / 12))))));
  return sum + std::log(x) - 0.5 / x - series;
}

double ndtri(double p) {
  if (!(p >= 0 && p <= 1)) return kNan;
  if (p == 0) return -kInf;
  if (p == 1) return kInf;
  // A start within 5e-4 of the quantile, from the tail's asymptotic form, then Halley's steps on
  // the distribution function, which the complementary error function gives with full relative
  // precision.
  const bool upper = p > 0.5;
  const double q = upper ? 1 - p : p;
  const double t = std::sqrt(-2 * std::log(q));
  double x = -(t - ((0.010328 * t + 0.802853) * t + 2.515517) /
                       (((0.001308 * t + 0.189269) * t + 1.432788) * t + 1));
  for (int i = 0; i < 3; ++i) {
    const double e = 0.5 * std::erfc(-x * 0.70710678118654752) - q;
    const double u = e * 2.5066282746310002 * std::exp(x * x / 2);
    if (!std::isfinite(u)) break;
    x -= u / (1 + x * u / 2);
  }
  return upper ? -x : x;
}

double erfinv(double x) {
  if (std::fabs(x) >= 1) return std::fabs(x) == 1 ? std::copysign(kInf, x) : kNan;
  if (std::isnan(x)) return x;
  double y;
  if (std::fabs(x) < 0.5) {
    y = x * 0.886226925452758;  // sqrt(pi) / 2
    y += y * y * y / 3;
    for (int i = 0; i < 4; ++i) {
      const double u = (std::erf(y) - x) * 0.886226925452758 * std::exp(y * y);
      y -= u / (1 + y * u);
    }
    return y;
  }
  // The tail mass is kept, not recovered from 1 - tail.
  const double tail = 0.5 * (1 - std::fabs(x));
  return std::copysign(ndtri(tail) * 0.70710678118654752, x);
}

double logGamma(double x) {
#if defined(__EMSCRIPTEN__) || defined(__GLIBC__)
  int sign;
  return ::lgamma_r(x, &sign);
#else
  return std::lgamma(x);
#endif
}

}  // namespace smw::kernels
