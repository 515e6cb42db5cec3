// An einsum equation against the shapes of its operands.
#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "base/status.h"
#include "tensor/shape.h"

namespace smw {

/// One dimension: a letter, or with a number from kFirstEllipsisLabel up a dimension that "..."
/// covers, counted from the right.
using Label = int;
inline constexpr Label kFirstEllipsisLabel = 256;

/// "...ij,jk->...ik" with "..." written out. A label that stands twice in an operand means its
/// diagonal, twice in the output an array that is zero off the diagonal.
struct EinsumLabels {
  std::vector<std::vector<Label>> inputs;  // one label a dimension
  std::vector<Label> output;
  /// Size of each label: that of the dimensions it stands for. Dimensions under "..." broadcast.
  int64_t sizeOf(Label l) const;
  std::vector<std::pair<Label, int64_t>> sizes;
};

/// INVALID_ARGUMENT where the equation is malformed or does not fit the shapes.
Result<EinsumLabels> parseEinsum(std::string_view equation, std::span<const Shape> shapes);

}  // namespace smw
