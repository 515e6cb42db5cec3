// The plain loop under the binary functions of types other than float32.
#pragma once

#include "kernels/binary.h"

namespace smw::kernels {

/// out[i] = F(a, b), with R the type of the result.
template <typename T, typename R, R (*F)(T, T)>
bool binaryMap(const void* as, int stepA, const void* bs, int stepB, void* out, int64_t n,
               const BinaryParams&) {
  const T* a = static_cast<const T*>(as);
  const T* b = static_cast<const T*>(bs);
  R* y = static_cast<R*>(out);
#pragma clang loop vectorize(disable) unroll(disable)
  for (int64_t i = 0; i < n; ++i) y[i] = F(a[i * stepA], b[i * stepB]);
  return true;
}

}  // namespace smw::kernels
