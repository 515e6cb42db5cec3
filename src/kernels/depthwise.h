// Depthwise convolution of float32, channels last.
#pragma once

#include <cstdint>

#include "kernels/epilogue.h"
#include "kernels/parallel.h"
#include "kernels/window.h"

namespace smw::kernels {

/// inp is (batch, H, W, C), filter is (KH, KW, C, multiplier) as TensorFlow stores it, out is
/// (batch, OH, OW, C * multiplier). The window's D stays at its defaults.
struct Depthwise {
  Window window = {};
  int64_t batch = 1, channels = 1, multiplier = 1;
  int64_t outChannels() const { return channels * multiplier; }
};

int64_t depthwiseScratch(const Depthwise& s, int threads);
void depthwise(Parallel& parallel, const Depthwise& s, const float* inp, const float* filter,
               float* out, const Epilogue& epilogue, float* scratch);

/// dx is (batch, H, W, C) from grad (batch, OH, OW, C * multiplier).
void depthwiseBackpropInput(Parallel& parallel, const Depthwise& s, const float* grad,
                            const float* filter, float* dx);
/// dw is (KH, KW, C, multiplier).
void depthwiseBackpropFilter(Parallel& parallel, const Depthwise& s, const float* inp,
                             const float* grad, float* dw);

}  // namespace smw::kernels
