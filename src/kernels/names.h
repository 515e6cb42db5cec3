// What the kernels of products are called in profiles, and what they cost: one multiply-add for
// each product of direct convolution.
#pragma once

#include "kernels/conv.h"
#include "kernels/depthwise.h"
#include "kernels/gemm.h"

namespace smw::kernels {

/// What gemmPacked() does with that many rows.
inline const char* gemmName(int64_t m) {
  return m == 1 ? "gemv" : m < 6 ? "gemm few rows" : "gemm";
}
/// What matmul(), conv() and depthwise() do.
const char* matmulName(const MatMul& s);
const char* convName(const Conv& s);
const char* depthwiseName(const Depthwise& s);

// In floating point: sizes are checked one by one, this product is not.
inline double multiplyAdds(const Conv& s) {
  return double(s.batch * s.window.outSize()) * double(s.outChannels) * double(s.filterRows());
}
inline double multiplyAdds(const Depthwise& s) {
  return double(s.batch * s.window.outSize()) * double(s.outChannels()) *
         double(s.window.kernelSize());
}

}  // namespace smw::kernels
