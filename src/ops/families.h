// The one list of op families. A family is a file that defines one of these functions.
#pragma once

#include <span>

#include "ops/op_def.h"

namespace smw {

using OpFamily = std::span<const OpDef>();

// clang-format off: one a line, so that lists merge
OpFamily asStringOps;
OpFamily binaryOps;
OpFamily castOps;
OpFamily concatOps;
OpFamily controlOps;
OpFamily convOps;
OpFamily countOps;
OpFamily dynamicStitchOps;
OpFamily einsumOps;
OpFamily fakeQuantOps;
OpFamily fftOps;
OpFamily fillOps;
OpFamily fusedOps;
OpFamily fusedScaleOps;
OpFamily fusedUnaryOps;
OpFamily gatherNdOps;
OpFamily gatherOps;
OpFamily gradOps;
OpFamily identityOps;
OpFamily lossOps;
OpFamily matmulOps;
OpFamily nonMaxSuppressionOps;
OpFamily normGradOps;
OpFamily normOps;
OpFamily padOps;
OpFamily parseExampleOps;
OpFamily poolOps;
OpFamily randomOps;
OpFamily rangeOps;
OpFamily reduceOps;
OpFamily resizeOps;
OpFamily restoreOps;
OpFamily reverseOps;
OpFamily scanOps;
OpFamily scatterNdOps;
OpFamily selectOps;
OpFamily shapeOps;
OpFamily softmaxOps;
OpFamily spaceOps;
OpFamily specialOps;
OpFamily splitOps;
OpFamily statelessRandomOps;
OpFamily stridedSliceOps;
OpFamily stringJoinOps;
OpFamily tensorArrayOps;
OpFamily tensorListOps;
OpFamily tensorListPackOps;
OpFamily tileOps;
OpFamily topKOps;
OpFamily transposeOps;
OpFamily unaryOps;
OpFamily uniqueOps;
OpFamily variableOps;
OpFamily variableScatterOps;
OpFamily whereOps;

inline constexpr OpFamily* kFamilies[] = {
    asStringOps,
    binaryOps,
    castOps,
    concatOps,
    controlOps,
    convOps,
    countOps,
    dynamicStitchOps,
    einsumOps,
    fakeQuantOps,
    fftOps,
    fillOps,
    fusedOps,
    fusedScaleOps,
    fusedUnaryOps,
    gatherNdOps,
    gatherOps,
    gradOps,
    identityOps,
    lossOps,
    matmulOps,
    nonMaxSuppressionOps,
    normGradOps,
    normOps,
    padOps,
    parseExampleOps,
    poolOps,
    randomOps,
    rangeOps,
    reduceOps,
    resizeOps,
    restoreOps,
    reverseOps,
    scanOps,
    scatterNdOps,
    selectOps,
    shapeOps,
    softmaxOps,
    spaceOps,
    specialOps,
    splitOps,
    statelessRandomOps,
    stridedSliceOps,
    stringJoinOps,
    tensorArrayOps,
    tensorListOps,
    tensorListPackOps,
    tileOps,
    topKOps,
    transposeOps,
    unaryOps,
    uniqueOps,
    variableOps,
    variableScatterOps,
    whereOps,
};
// clang-format on

}  // namespace smw
