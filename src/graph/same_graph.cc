#include "graph/same_graph.h"

#include <algorithm>

#include "graph/calls.h"
#include "graph/node_key.h"

namespace smw {

namespace {

/// A resource is known by the name of its node.
bool namesResource(const Node& n) { return n.inputs.empty() && n.op != kArgOp && n.op != kConstOp; }

bool sameNode(const Node& a, const Node& b) {
  if (a.op != b.op || a.controls != b.controls || a.numOutputs != b.numOutputs) return false;
  if (namesResource(a) && a.name != b.name) return false;
  if (a.op != kArgOp) return nodeKey(a) == nodeKey(b);
  const auto dtype = [](const Node& n) { return n.attrs.getOr("dtype", DType::kInvalid); };
  return a.argument == b.argument && dtype(a) == dtype(b);
}

}  // namespace

bool sameGraph(const Graph& a, const Graph& b) {
  return !a.tokenFlow && !b.tokenFlow && a.args == b.args && a.outputs == b.outputs &&
         a.mustRun == b.mustRun && std::ranges::equal(a.nodes, b.nodes, sameNode);
}

Result<bool> hasRandomOps(Graph& g, FunctionLibrary& library) {
  Graph* root = &g;
  for (const Graph* body : SMW_TRY(reachableGraphs({&root, 1}, library)))
    for (const Node& n : body->nodes)
      if (n.attrs.has("seed2")) return true;
  return false;
}

}  // namespace smw
