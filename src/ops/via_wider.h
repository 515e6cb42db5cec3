// Narrow floating types through the kernels of wider ones.
#pragma once

#include "ops/resolver.h"

namespace smw {

/// Resolves `inner` as if all half and bfloat16 inputs were float32, and wraps its kernel so that
/// inputs are widened before and its float32 outputs narrowed after. Of the outputs, the first
/// `narrowed` are of the inputs' type; later float32 outputs stay float32 (FusedBatchNormV3's
/// statistics). The inner op must end in kernel() or in views.
Status viaFloat32(Resolver& r, ResolveFn inner, int narrowed = 1 << 30);

/// The same with float32 and complex64 through float64 and complex128.
Status viaFloat64(Resolver& r, ResolveFn inner);

/// True for the types that viaFloat32 handles.
inline bool isNarrowFloat(DType t) { return t == DType::kHalf || t == DType::kBfloat16; }

}  // namespace smw
