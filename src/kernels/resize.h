// Image resizing as TensorFlow's kernels do it, channels last.
#pragma once

#include <cstdint>

#include "kernels/parallel.h"

namespace smw::kernels {

/// inp is (batch, inH, inW, C), out is (batch, outH, outW, C). alignCorners and halfPixelCenters
/// exclude each other; with neither the origin of input and output coincide.
struct Resize {
  int64_t batch = 1, inH = 0, inW = 0, outH = 0, outW = 0, channels = 1;
  bool alignCorners = false, halfPixelCenters = false;
};

// Scratch is in bytes, for any number of threads. T: float, double, uint8_t, int8_t, int16_t,
// uint16_t, int32_t, int64_t; half types are converted by the caller. The results are float, except
// Nearest's.
int64_t resizeBilinearScratch(const Resize& s);
template <typename T>
void resizeBilinear(Parallel& parallel, const Resize& s, const T* inp, float* out, void* scratch);

int64_t resizeBicubicScratch(const Resize& s);
template <typename T>
void resizeBicubic(Parallel& parallel, const Resize& s, const T* inp, float* out, void* scratch);

int64_t resizeAreaScratch(const Resize& s);
template <typename T>
void resizeArea(Parallel& parallel, const Resize& s, const T* inp, float* out, void* scratch);

/// Copies pixels of `pixelBytes` (channels times the element's size).
void resizeNearest(Parallel& parallel, const Resize& s, int64_t pixelBytes, const void* inp,
                   void* out);

}  // namespace smw::kernels
