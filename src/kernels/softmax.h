// Softmax over the last dimension.
#pragma once

#include <cstdint>

namespace smw::kernels {

/// x and y are (rows, n); y may be x. Rows [begin, end): e^(x - max) / sum, or its logarithm.
void softmax(const float* x, float* y, int64_t n, bool log, int64_t begin, int64_t end);
void softmax(const double* x, double* y, int64_t n, bool log, int64_t begin, int64_t end);

/// Parts of it, for one row of n > 0: the largest; y = e^(x - most), and their sum; y may be x.
float rowMax(const float* x, int64_t n);
double expSum(const float* x, float* y, int64_t n, float most);

}  // namespace smw::kernels
