// Which MetaGraph of a SavedModel is meant.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/status.h"

namespace smw {

/// Index into `available` (the tags of each MetaGraph). As TensorFlow: `wanted` must equal a
/// MetaGraph's tags as a set. Nothing wanted: the only MetaGraph, or the one tagged {serve}.
/// NOT_FOUND lists what is there.
Result<size_t> chooseMetaGraph(const std::vector<std::vector<std::string>>& available,
                               const std::optional<std::vector<std::string>>& wanted);

}  // namespace smw
