// Identity, StopGradient and their kin say nothing at inference.
#include "graph/passes/list.h"
#include "graph/rewrite.h"

namespace smw::passes {

void dropIdentities(Graph& g) {
  Replacements r;
  for (size_t i = 0; i < g.nodes.size(); ++i) {
    const Node& n = g.nodes[i];
    // One that waits for something stays: its readers must wait as well.
    if (!isIdentity(n.op) || !n.controls.empty()) continue;
    for (size_t k = 0; k < n.inputs.size() && int(k) < n.numOutputs; ++k)
      r.set({int(i), int(k)}, n.inputs[k]);
  }
  r.apply(g);
}

Status dropIdentities(PassContext& c) {
  for (Graph* g : SMW_TRY(reachableGraphs(c))) dropIdentities(*g);
  return {};
}

}  // namespace smw::passes
