// Weights that were compressed while they were loaded.
#pragma once

#include <optional>

#include "kernels/compressed.h"
#include "ops/resolver.h"

namespace smw {

/// The format of input `input`, panels of (rows, columns), where the node says that they are
/// compressed. They are not where a weight did not fit the format: the number of elements tells.
std::optional<kernels::Compressed> compressedFormat(Resolver& r, int input, int64_t rows,
                                                    int64_t columns);

}  // namespace smw
