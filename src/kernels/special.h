// Special functions of one double that libm lacks.
#pragma once

namespace smw::kernels {

/// The derivative of lgamma. NaN at its poles.
double digamma(double x);
/// The inverse of the standard normal distribution function; -inf at 0, inf at 1, NaN outside.
double ndtri(double p);
/// The inverse of erf.
double erfinv(double x);
/// lgamma without its global sign.
double logGamma(double x);

/// The regularised incomplete gamma functions, lower and upper; NaN for a <= 0 or x < 0.
double igamma(double a, double x);
double igammac(double a, double x);
/// The derivative of igamma by a.
double igammaGradA(double a, double x);
/// The regularised incomplete beta function; NaN outside a, b > 0 and x in [0, 1].
double betainc(double a, double b, double x);
/// Hurwitz's zeta function, the sum of (q + k)^-x over k >= 0.
double zeta(double x, double q);
/// The n-th derivative of digamma, for whole n >= 0; NaN for others.
double polygamma(double n, double x);

}  // namespace smw::kernels
