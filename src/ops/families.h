// The one list of op families. A family is a file that defines one of these functions.
#pragma once

#include <span>

#include "ops/op_def.h"

namespace smw {

using OpFamily = std::span<const OpDef>();

OpFamily identityOps;
OpFamily shapeOps;

inline constexpr OpFamily* kFamilies[] = {
    identityOps,
    shapeOps,
};

}  // namespace smw
