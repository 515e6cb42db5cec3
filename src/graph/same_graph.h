// Graphs that compute the same: signatures of one function under several names, or for several
// sizes of batch.
#pragma once

#include "graph/graph.h"

namespace smw {

/// Whether `a` can take the place of `b`: the same nodes in the same order, on inputs of the same
/// dtypes, which call the same functions. The shapes that inputs are noted to have do not matter,
/// as no pass makes use of them.
bool sameGraph(const Graph& a, const Graph& b);

/// Whether it or a function that it calls has random ops: these keep a state for each graph.
Result<bool> hasRandomOps(Graph& g, FunctionLibrary& library);

}  // namespace smw
