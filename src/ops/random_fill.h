// Distributions over Philox, sample by sample as TensorFlow's CPU kernels draw them.
#pragma once

#include "ops/philox.h"
#include "ops/resolver.h"

namespace smw {

enum class Distribution { kUniform, kNormal, kTruncatedNormal };

/// Fills n elements of `dtype` (half, bfloat16, float, double); the generator is taken by value.
using RandomFill = void (*)(Philox g, void* out, int64_t n);
/// UNIMPLEMENTED for other dtypes.
Result<RandomFill> randomFill(const Resolver& r, Distribution d, DType dtype);

/// n integers of `dtype` (int32, int64, uint32, uint64) in [low, low + range); all bits where
/// `range` is 0.
void randomInts(Philox g, DType dtype, uint64_t low, uint64_t range, void* out, int64_t n);

}  // namespace smw
