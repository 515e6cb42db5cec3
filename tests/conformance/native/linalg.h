// Decompositions are free up to sign, phase or order: they are compared by what they reconstruct.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tensor/tensor.h"

namespace smw::conformance {

/// Nothing where `op` is no such decomposition; else the difference, empty where it holds. Shapes
/// and dtypes have been compared. Ops: Svd, Eig, SelfAdjointEigV2, SelfAdjointEig, Qr, and their
/// Batch names.
std::optional<std::string> reconstructionDifference(std::string_view op,
                                                    const std::vector<Tensor>& inputs,
                                                    const std::vector<Tensor>& got,
                                                    const std::vector<Tensor>& want);

}  // namespace smw::conformance
