// Quantisation to a grid and back, in float32.
#pragma once

#include <cstdint>

namespace smw::kernels {

/// The grid that FakeQuantWithMinMax makes of [min, max] and bits: the ends are nudged so that 0
/// lies on it.
struct FakeQuant {
  float low, high, scale, inverse;
  FakeQuant(float min, float max, int bits, bool narrowRange);
};
/// y[i] = x[i] clamped to the grid's range and rounded to the nearest step; all zeros for an empty
/// range.
void fakeQuant(const FakeQuant& q, const float* x, float* y, int64_t n);

}  // namespace smw::kernels
