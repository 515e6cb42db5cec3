// Pools over 1 to 3 spatial dimensions, channels last. What lies in the padding does not count: the
// average divides by the cells inside.
#pragma once

#include <cstdint>

#include "kernels/parallel.h"
#include "kernels/window.h"

namespace smw::kernels {

/// inp is (batch, in..., C), out is (batch, out..., C). A window that holds no cell gives the
/// lowest value (max) or NaN (average), as 0/0 does.
struct Pool {
  Window window = {};
  int64_t batch = 1, channels = 1;
};

/// As TensorFlow's on a CPU: maxPool passes over NaN, and a window of nothing but NaN or -infinity
/// gives the lowest finite value.
void maxPool(Parallel& parallel, const Pool& s, const float* inp, float* out);
void avgPool(Parallel& parallel, const Pool& s, const float* inp, float* out);

/// argmax receives, per output, the flattened position of the first largest cell within its image:
/// (y * W + x) * C + c, plus b * H * W * C with includeBatch. T: float, double, int64_t, int32_t.
template <typename T>
void maxPoolArgmax(Parallel& parallel, const Pool& s, const T* inp, T* out, int64_t* argmax,
                   bool includeBatch);

}  // namespace smw::kernels
