// The one list of op families. A family is a file that defines one of these functions.
#pragma once

#include <span>

#include "ops/op_def.h"

namespace smw {

using OpFamily = std::span<const OpDef>();

// clang-format off: one a line, so that lists merge
OpFamily binaryOps;
OpFamily castOps;
OpFamily concatOps;
OpFamily convOps;
OpFamily countOps;
OpFamily einsumOps;
OpFamily fakeQuantOps;
OpFamily fftOps;
OpFamily fillOps;
OpFamily gatherNdOps;
OpFamily gatherOps;
OpFamily identityOps;
OpFamily matmulOps;
OpFamily nonMaxSuppressionOps;
OpFamily normOps;
OpFamily padOps;
OpFamily poolOps;
OpFamily rangeOps;
OpFamily reduceOps;
OpFamily resizeOps;
OpFamily reverseOps;
OpFamily scanOps;
OpFamily scatterNdOps;
OpFamily selectOps;
OpFamily shapeOps;
OpFamily softmaxOps;
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
    convOps,
    countOps,
    einsumOps,
    fakeQuantOps,
    fftOps,
    fillOps,
    gatherNdOps,
    gatherOps,
    identityOps,
    matmulOps,
    nonMaxSuppressionOps,
    normOps,
    padOps,
    poolOps,
    rangeOps,
    reduceOps,
    resizeOps,
    reverseOps,
    scanOps,
    scatterNdOps,
    selectOps,
    shapeOps,
    softmaxOps,
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
