// Incomplete gamma and beta functions, zeta and polygamma, by series and continued fractions.
#include <cmath>
#include <limits>

#include "kernels/special.h"

namespace smw::kernels {
namespace {

constexpr double kInf = std::numeric_limits<double>::infinity();
constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
constexpr double kEpsilon = std::numeric_limits<double>::epsilon();
constexpr int kMostTerms = 100000;

/// x^a e^-x / gamma(a).
double front(double a, double x) { return std::exp(a * std::log(x) - x - logGamma(a)); }

/// Lower, by its power series; good for x < a + 1.
double lowerSeries(double a, double x) {
  double term = 1 / a, sum = term;
  for (int k = 1; k < kMostTerms && std::fabs(term) > std::fabs(sum) * kEpsilon / 4; ++k) {
    term *= x / (a + k);
    sum += term;
  }
  return front(a, x) * sum;
}

/// The value of a continued fraction b0 + a1 / (b1 + a2 / ...) by Lentz's method; coefficients(k,
/// a, b) gives a_k and b_k.
template <typename F>
double continuedFraction(double b0, F coefficients) {
  constexpr double kTiny = 1e-300;
  double f = b0 == 0 ? kTiny : b0, c = f, d = 0;
  for (int k = 1; k < kMostTerms; ++k) {
    double a, b;
    coefficients(k, a, b);
    d = b + a * d;
    c = b + a / c;
    if (d == 0) d = kTiny;
    if (c == 0) c = kTiny;
    d = 1 / d;
    const double step = c * d;
    f *= step;
    if (std::fabs(step - 1) < kEpsilon) break;
  }
  return f;
}

/// Upper, by Legendre's continued fraction; good for x > a + 1.
double upperFraction(double a, double x) {
  return front(a, x) / continuedFraction(x + 1 - a, [=](int k, double& p, double& q) {
           p = -k * (k - a);
           q = x + 1 + 2 * k - a;
         });
}

}  // namespace

double igamma(double a, double x) {
  if (!(a > 0) || !(x >= 0)) return kNan;
  if (x == 0) return 0;
  if (std::isinf(x)) return 1;
  return x < a + 1 ? lowerSeries(a, x) : 1 - upperFraction(a, x);
}

double igammac(double a, double x) {
  if (!(a > 0) || !(x >= 0)) return kNan;
  if (x == 0) return 1;
  if (std::isinf(x)) return 0;
  return x < a + 1 ? 1 - lowerSeries(a, x) : upperFraction(a, x);
}

double igammaGradA(double a, double x) {
  if (!(a > 0) || !(x >= 0)) return kNan;
  if (x == 0 || std::isinf(x)) return 0;
  if (x < a + 20) {
    // Term by term: the series with every term's derivative beside it.
    double term = 1 / a, slope = -1 / (a * a), sum = term, slopes = slope;
    for (int k = 1; k < kMostTerms; ++k) {
      const double f = x / (a + k);
      slope = slope * f - term * f / (a + k);
      term *= f;
      sum += term;
      slopes += slope;
      if (term < sum * kEpsilon / 8 && std::fabs(slope) < std::fabs(slopes) * kEpsilon / 8) break;
    }
    return front(a, x) * (sum * (std::log(x) - digamma(a)) + slopes);
  }
  // Far out the upper function is small and smooth: a difference of fourth order.
  const double h = 1e-3 * a;
  const auto upper = [x](double at) { return upperFraction(at, x); };
  return -(8 * (upper(a + h) - upper(a - h)) - (upper(a + 2 * h) - upper(a - 2 * h))) / (12 * h);
}

double betainc(double a, double b, double x) {
  if (!(a > 0) || !(b > 0) || !(x >= 0 && x <= 1)) return kNan;
  if (x == 0 || x == 1) return x;
  const double edge =
      std::exp(logGamma(a + b) - logGamma(a) - logGamma(b) + a * std::log(x) + b * std::log1p(-x));
  const auto fraction = [](double p, double q, double t) {
    return 1 / continuedFraction(1, [=](int k, double& num, double& den) {
             const double m = k / 2;
             den = 1;
             num = k % 2 ? -(p + m) * (p + q + m) * t / ((p + 2 * m) * (p + 2 * m + 1))
                         : m * (q - m) * t / ((p + 2 * m - 1) * (p + 2 * m));
           });
  };
  if (x < (a + 1) / (a + b + 2)) return edge * fraction(a, b, x) / a;
  return 1 - edge * fraction(b, a, 1 - x) / b;
}

double zeta(double x, double q) {
  if (x == 1) return kInf;
  if (!(x > 1) || std::isnan(q)) return kNan;
  if (q <= 0) {
    if (q == std::floor(q)) return x == std::floor(x) && std::fmod(x, 2) == 0 ? kInf : kNan;
    if (x != std::floor(x)) return kNan;
  }
  // Terms until q is large, then Euler and Maclaurin's formula for the rest.
  double sum = 0;
  for (int k = 0; k < 12 || q < 12; ++k, q += 1) {
    const double term = std::pow(q, -x);
    sum += term;
    if (k > 64 && std::fabs(term) < std::fabs(sum) * kEpsilon) return sum;
  }
  const double last = std::pow(q, -x);
  sum += last * q / (x - 1) + last / 2;
  // Bernoulli numbers over (2k)!.
  constexpr double kCoefficients[] = {1.0 / 12,          -1.0 / 720,
                                      1.0 / 30240,       -1.0 / 1209600,
                                      1.0 / 47900160,    -691.0 / 1307674368000,
                                      1.0 / 74724249600, -3617.0 / 10670622842880000.0};
  double factor = x * last / q;
  for (int k = 0; k < 8; ++k) {
    const double term = kCoefficients[k] * factor;
    sum += term;
    if (std::fabs(term) < std::fabs(sum) * kEpsilon / 8) break;
    factor *= (x + 2 * k + 1) * (x + 2 * k + 2) / (q * q);
  }
  return sum;
}

double polygamma(double n, double x) {
  if (!(n >= 0) || n != std::floor(n)) return kNan;
  if (n == 0) return digamma(x);
  const double factorial = std::exp(logGamma(n + 1));
  return (std::fmod(n, 2) == 0 ? -1 : 1) * factorial * zeta(n + 1, x);
}

}  // namespace smw::kernels
