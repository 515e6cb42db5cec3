// The one list of op families. A family is a file that defines one of these functions.
#pragma once

#include <span>

#include "ops/op_def.h"

namespace smw {

using OpFamily = std::span<const OpDef>();

// clang-format off: one a line, so that lists merge
OpFamily binaryOps;
OpFamily softmaxOps;
OpFamily scanOps;
OpFamily reduceOps;
OpFamily normOps;
OpFamily fakeQuantOps;
OpFamily countOps;
OpFamily castOps;
OpFamily concatOps;
OpFamily convOps;
OpFamily einsumOps;
OpFamily fftOps;
OpFamily fillOps;
OpFamily gatherNdOps;
OpFamily gatherOps;
OpFamily identityOps;
OpFamily matmulOps;
OpFamily nonMaxSuppressionOps;
OpFamily padOps;
OpFamily poolOps;
OpFamily rangeOps;
OpFamily resizeOps;
OpFamily reverseOps;
OpFamily scatterNdOps;
OpFamily selectOps;
OpFamily shapeOps;
OpFamily spaceOps;
OpFamily splitOps;
OpFamily stridedSliceOps;
OpFamily tileOps;
OpFamily topKOps;
OpFamily transposeOps;
OpFamily unaryOps;
OpFamily uniqueOps;
OpFamily whereOps;

inline constexpr OpFamily* kFamilies[] = {
    binaryOps,
    castOps,
    concatOps,
    fftOps,
    fillOps,
    gatherNdOps,
    gatherOps,
    identityOps,
    nonMaxSuppressionOps,
    padOps,
    rangeOps,
    reverseOps,
    scatterNdOps,
    selectOps,
    shapeOps,
    spaceOps,
    splitOps,
    stridedSliceOps,
    tileOps,
    topKOps,
    transposeOps,
    unaryOps,
    uniqueOps,
    whereOps,
};

}  // namespace smw
