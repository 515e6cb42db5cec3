// The lists of op families. A family is a file that defines one of these functions.
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
OpFamily dynamicSliceOps;
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
OpFamily matrixBandOps;
OpFamily matrixDiagOps;
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
OpFamily stridedSliceUpdateOps;
OpFamily stringJoinOps;
OpFamily tensorArrayOps;
OpFamily tensorListOps;
OpFamily tensorListPackOps;
OpFamily tensorListSplitOps;
OpFamily tileOps;
OpFamily topKOps;
OpFamily transposeOps;
OpFamily unaryOps;
OpFamily uniqueOps;
OpFamily variableOps;
OpFamily variableScatterOps;
OpFamily whereOps;

/// What common models need: the ops of every variant.
inline constexpr OpFamily* kCoreFamilies[] = {
    asStringOps,
    binaryOps,
    castOps,
    concatOps,
    controlOps,
    convOps,
    countOps,
    einsumOps,
    fakeQuantOps,
    fftOps,
    fillOps,
    fusedOps,
    fusedScaleOps,
    fusedUnaryOps,
    gatherNdOps,
    gatherOps,
    identityOps,
    matmulOps,
    matrixBandOps,
    nonMaxSuppressionOps,
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
    splitOps,
    statelessRandomOps,
    stridedSliceOps,
    stringJoinOps,
    tensorListOps,
    tensorListPackOps,
    tileOps,
    topKOps,
    transposeOps,
    unaryOps,
    uniqueOps,
    variableOps,
    whereOps,
};
/// The rest, of the `full` variants. What a core family uses must not be in here.
inline constexpr OpFamily* kMoreFamilies[] = {
    dynamicSliceOps,
    dynamicStitchOps,
    gradOps,
    lossOps,
    matrixDiagOps,
    normGradOps,
    specialOps,
    stridedSliceUpdateOps,
    tensorArrayOps,
    tensorListSplitOps,
    variableScatterOps,
};
// clang-format on

/// kMoreFamilies or nothing, as this link has it: src/ops/links.
std::span<OpFamily* const> moreFamilies();

}  // namespace smw
