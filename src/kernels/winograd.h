// 3x3 convolutions of stride 1 by Winograd's F(2x2,3x3): 16 multiplications per 4 outputs instead
// of 36. Twice as fast where it applies; rounding errors are a little larger than the plain sum's.
#pragma once

#include <cstdint>

#include "kernels/conv.h"

namespace smw::kernels {

/// True where winograd() does that convolution faster than conv() and its weights, 16/9 of the
/// filter, are not too large to hold.
bool winogradWins(const Conv& s);

int64_t winogradPackedFloats(const Conv& s);
/// `packedFilter` is what convPack or PackBStream made.
void winogradPack(const Conv& s, const float* packedFilter, float* packed);

int64_t winogradScratch(const Conv& s, int threads);
/// As conv(), with the filter that winogradPack made.
void winograd(Parallel& parallel, const Conv& s, const float* inp, const float* packed, float* out,
              const Epilogue& epilogue, float* scratch);

}  // namespace smw::kernels
