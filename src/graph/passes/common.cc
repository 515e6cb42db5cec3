// Nodes that compute the same of the same values become one.
#include <unordered_map>

#include "graph/calls.h"
#include "graph/node_key.h"
#include "graph/passes/list.h"
#include "graph/rewrite.h"

namespace smw::passes {

namespace {

/// Text that is the same for nodes of the same value; empty where a node must stay by itself.
std::string keyOf(const Node& n) {
  if (n.op == kConstOp) return nodeKey(n);
  if (!n.def || n.def->effect != Effect::kPure || !n.controls.empty() || n.inputs.empty() ||
      callKind(n.op) != CallKind::kNone)
    return {};
  return nodeKey(n);
}

Status share(Graph& g) {
  if (g.tokenFlow) return {};
  std::unordered_map<std::string, int> first;
  Replacements same;
  for (int i : SMW_TRY(g.order())) {
    Node& n = g[i];
    for (Output& in : n.inputs) in = same.resolve(in);
    const std::string key = keyOf(n);
    if (key.empty()) continue;
    const int kept = first.emplace(key, i).first->second;
    for (int k = 0; k < n.numOutputs; ++k) same.set({i, k}, {kept, k});
  }
  same.apply(g);
  return {};
}

}  // namespace

Status shareCommon(PassContext& c) {
  for (Graph* g : SMW_TRY(reachableGraphs(c))) SMW_TRY(share(*g));
  return {};
}

}  // namespace smw::passes
