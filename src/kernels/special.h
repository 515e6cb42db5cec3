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

}  // namespace smw::kernels
