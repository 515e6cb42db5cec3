// What each file of this folder defines; the list with names and order is in ../passes.cc.
#pragma once

#include "graph/passes.h"

namespace smw::passes {

Status inlineCalls(PassContext& c);
Status dropIdentities(PassContext& c);
Status freezeVariables(PassContext& c);
Status specializeBodies(PassContext& c);
Status foldConstants(PassContext& c);
Status chooseBranches(PassContext& c);
Status dropIdleEffects(PassContext& c);
Status shareCommon(PassContext& c);
Status chooseLayouts(PassContext& c);
Status foldPads(PassContext& c);
Status fuseRecurrent(PassContext& c);
Status fuseAttention(PassContext& c);
Status fuseEinsum(PassContext& c);
Status fuseActivations(PassContext& c);
Status fuseLayerNorms(PassContext& c);
Status fuseProducts(PassContext& c);
Status fuseSqueezeExcite(PassContext& c);
Status splitBatchNorms(PassContext& c);
Status fuseElementwise(PassContext& c);
Status packWeights(PassContext& c);
Status deriveConstants(PassContext& c);

// ---- parts that several passes share

/// Brings a value that is here, and plain, into the layout that the constant asks for.
Status packConstant(Constant& c, Compression* compression);
/// Inlines in one graph.
Status inlineCalls(Graph& g, FunctionLibrary& library);
/// Makes constants of reads of variables that are known never to change (VarHandleOp nodes with a
/// `constant`).
Status replaceReads(Graph& g);
/// Drops identities in one graph.
void dropIdentities(Graph& g);

}  // namespace smw::passes
