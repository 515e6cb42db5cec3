// How a value changes what is there: assignment and the updates of scatters and variables.
#pragma once

#include <string_view>

#include "ops/resolver.h"

namespace smw {

enum class Update { kAssign, kAdd, kSub, kMul, kDiv, kMin, kMax };

/// to[i] = to[i] op from[i] for n elements.
using UpdateFn = void (*)(void* to, const void* from, int64_t n);

/// The function for `dtype`; null where TensorFlow has none either. Integers wrap around;
/// half and bfloat16 go through float32; bool adds by "or"; strings can be assigned and, as
/// ScatterNd does, added.
UpdateFn updateFn(Update u, DType dtype);
/// The same; UNIMPLEMENTED naming op and dtype in place of null.
Result<UpdateFn> updateFn(const Resolver& r, Update u, DType dtype);

}  // namespace smw
