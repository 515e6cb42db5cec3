// 3x3 convolutions of stride 1 by Winograd's minimal filtering: tiles of 2x2 outputs with 16
// multiplications instead of 36, F(2x2,3x3), or of 4x4 outputs with 36 instead of 144, F(4x4,3x3).
// Rounding errors are a little larger than the plain sum's, see tests/native/kernels/conv_test.cc.
#pragma once

#include <cstdint>

#include "kernels/conv.h"

namespace smw::kernels {

/// The outputs along a side of the tile with which winograd() does that convolution fastest, 2 or
/// 4; 0 where conv() is faster.
int winogradTile(const Conv& s);
/// How much is saved by it: multiplications of the plain sum over those of Winograd's, transforms
/// included.
double winogradGain(const Conv& s, int tile);

int64_t winogradPackedFloats(const Conv& s, int tile);
/// The tile for which a filter was packed to so many floats; 0 for one that was not.
int winogradTileOf(const Conv& s, int64_t packedFloats);
/// `packedFilter` is what convPack or PackBStream made.
void winogradPack(const Conv& s, int tile, const float* packedFilter, float* packed);

int64_t winogradScratch(const Conv& s, int tile, int threads);
/// As conv(), with the filter that winogradPack made.
void winograd(Parallel& parallel, const Conv& s, int tile, const float* inp, const float* packed,
              float* out, const Epilogue& epilogue, float* scratch);

}  // namespace smw::kernels
