// Shapes that have the same elements under other dimensions.
#pragma once

#include "ops/resolver.h"

namespace smw {

/// `from` as `dims`, of which one may be -1; INVALID_ARGUMENT where the elements differ in number.
Result<Shape> reshaped(const Shape& from, Dims dims);
/// `from` without the named dimensions of size 1, or without all such where none is named.
Result<Shape> squeezed(const Shape& from, std::span<const int64_t> axes);

}  // namespace smw
