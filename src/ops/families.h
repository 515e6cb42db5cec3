// The one list of op families. A family is a file that defines one of these functions.
#pragma once

#include <span>

#include "ops/op_def.h"

namespace smw {

using OpFamily = std::span<const OpDef>();

OpFamily concatOps;
OpFamily padOps;
OpFamily splitOps;
OpFamily stridedSliceOps;
OpFamily tileOps;
OpFamily transposeOps;
OpFamily identityOps;
OpFamily shapeOps;

inline constexpr OpFamily* kFamilies[] = {
    concatOps, padOps, splitOps, stridedSliceOps, tileOps, transposeOps, identityOps, shapeOps,
};

}  // namespace smw
