// Convolutions of float32, channels last. One code for 1, 2 and 3 spatial dimensions.
#pragma once

#include <cstdint>

#include "kernels/epilogue.h"
#include "kernels/pack.h"
#include "kernels/parallel.h"
#include "kernels/window.h"

namespace smw::kernels {

/// inp is (batch, in..., C), filter is (kernel..., C / groups, OC), out is (batch, out..., OC). C
/// and OC are multiples of groups.
struct Conv {
  Window window = {};
  int64_t batch = 1, inChannels = 1, outChannels = 1, groups = 1;
  /// Floats from one pixel of out to the next; 0: outChannels, one after another. Only conv() and
  /// winograd() know it, and not together with a residual.
  int64_t outPitch = 0;

  int64_t outPixel() const { return outPitch ? outPitch : outChannels; }
  int64_t groupIn() const { return inChannels / groups; }
  int64_t groupOut() const { return outChannels / groups; }
  /// The filter is, read row-major, a matrix of (filterRows, outChannels).
  int64_t filterRows() const { return window.kernelSize() * groupIn(); }
};

/// Floats of the packed filter: what PackBStream(filterRows(), outChannels, dst, kRows, groups)
/// fills.
int64_t convPackedFloats(const Conv& s);
void convPack(const Conv& s, const float* filter, float* packed);

/// Floats of scratch for that many threads.
int64_t convScratch(const Conv& s, int threads);
/// The residual of the epilogue, if any, is laid out as `out`.
void conv(Parallel& parallel, const Conv& s, const float* inp, const float* packedFilter,
          float* out, const Epilogue& epilogue, float* scratch);

/// The gradient of that convolution by its input, known as transposed convolution. `s` describes
/// the forward convolution: grad is (batch, out..., OC), filter is (kernel..., C / groups, OC), dx
/// is (batch, in..., C). The bias of the epilogue, if any, has C values.
int64_t convTransposePackedFloats(const Conv& s);
void convTransposePack(const Conv& s, const float* filter, float* packed);
int64_t convTransposeScratch(const Conv& s, int threads);
void convTranspose(Parallel& parallel, const Conv& s, const float* grad, const float* packedFilter,
                   float* dx, const Epilogue& epilogue, float* scratch);

/// The gradient by the filter: inp is (batch, in..., C), grad is (batch, out..., OC), dw is
/// (kernel..., C / groups, OC).
int64_t convBackpropFilterScratch(const Conv& s, int threads);
void convBackpropFilter(Parallel& parallel, const Conv& s, const float* inp, const float* grad,
                        float* dw, float* scratch);

}  // namespace smw::kernels
