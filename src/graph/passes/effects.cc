// Of the nodes that are run for their effects, and of the waiting for them, only what matters
// stays.
#include <algorithm>
#include <unordered_set>

#include "graph/calls.h"
#include "graph/passes/list.h"
#include "graph/rewrite.h"

namespace smw::passes {

namespace {

/// Ops that only tell where something is kept: it does not matter when they run.
bool makesHandle(std::string_view op) {
  return op == "VarHandleOp" || op == "VariableV2" || op == "Variable" ||
         (op.find("HashTable") != std::string_view::npos && !op.starts_with("Lookup"));
}

/// Stateful ops that leave no trace: nobody misses one that nobody reads.
bool leavesNoTrace(std::string_view op) {
  if (op.starts_with("Random") || op.starts_with("Stateful")) return true;  // StatefulUniform, ...
  for (auto name : {"VarHandleOp",       "VariableV2",         "Variable",
                    "ReadVariableOp",    "VarIsInitializedOp", "IsVariableInitialized",
                    "ResourceGather",    "ResourceGatherNd",   "VariableShape",
                    "HashTableV2",       "HashTable",          "MutableHashTableV2",
                    "LookupTableFindV2", "LookupTableFind",    "LookupTableSizeV2",
                    "ReadFile",          "Multinomial",        "ParameterizedTruncatedNormal",
                    "TruncatedNormal",   "RestoreV2"})
    if (op == name) return true;
  return false;
}

class Effects {
 public:
  explicit Effects(PassContext& c) : c_(c) {}

  Status run() {
    const std::vector<Graph*> graphs = SMW_TRY(reachableGraphs(c_));
    for (const Graph* g : graphs)
      if (!g->mustRun.empty()) effectful_.insert(g);
    findStateful(graphs);
    // Bodies without effects make calls without effects; a few rounds reach the bottom.
    for (int round = 0; round < 8; ++round) {
      bool changed = false;
      for (auto g = graphs.rbegin(); g != graphs.rend(); ++g) {
        if ((*g)->tokenFlow) continue;
        SMW_TRY(clean(**g));
        if ((*g)->mustRun.empty()) changed |= effectful_.erase(*g) > 0;
      }
      if (!changed) break;
    }
    return {};
  }

 private:
  /// Graphs that hold anything stateful, themselves or in what they call.
  void findStateful(const std::vector<Graph*>& graphs) {
    for (bool more = true; more;) {
      more = false;
      for (auto g = graphs.rbegin(); g != graphs.rend(); ++g)
        if (!stateful_.contains(*g) &&
            std::ranges::any_of((*g)->nodes, [&](const Node& n) { return touchesState(n); }))
          more = stateful_.insert(*g).second;
    }
  }

  bool anyCallee(const Node& n, const std::unordered_set<const Graph*>& set) {
    for (const FunctionRef& f : callees(n))
      if (auto body = c_.library.find(f); body && set.contains(*body)) return true;
    return false;
  }
  bool touchesState(const Node& n) {
    if (callKind(n.op) != CallKind::kNone) return anyCallee(n, stateful_);
    return isStateful(n) && !makesHandle(n.op);
  }

  bool hasEffect(const Graph& g, const Node& n) {
    if (callKind(n.op) != CallKind::kNone) return anyCallee(n, effectful_);
    if (!isStateful(n) || leavesNoTrace(n.op)) return false;
    if (n.op == "Assert" && !n.inputs.empty()) {
      const Tensor* holds = knownValue(g, n.inputs[0]);
      return !(holds && holds->dtype() == DType::kBool && holds->numElements() == 1 &&
               *holds->data<bool>());
    }
    return true;
  }

  Status clean(Graph& g) {
    // Nodes that are stateful or come after something stateful: only those are worth waiting for.
    std::vector<bool> touches(g.nodes.size(), false);
    for (int i : SMW_TRY(g.order())) {
      Node& n = g[i];
      std::erase_if(n.controls, [&](int k) { return !touches[size_t(k)]; });
      touches[size_t(i)] =
          !n.controls.empty() || touchesState(n) ||
          std::ranges::any_of(n.inputs, [&](Output in) { return touches[size_t(in.node)]; });
    }
    std::vector<bool> seen(g.nodes.size(), false);
    std::vector<int> pending(g.mustRun.rbegin(), g.mustRun.rend()), kept;
    while (!pending.empty()) {
      const int i = pending.back();
      pending.pop_back();
      if (seen[size_t(i)] || !touches[size_t(i)]) continue;
      seen[size_t(i)] = true;
      const Node& n = g[i];
      if (hasEffect(g, n)) {
        kept.push_back(i);
        continue;
      }
      for (Output in : n.inputs) pending.push_back(in.node);
      pending.insert(pending.end(), n.controls.begin(), n.controls.end());
    }
    g.mustRun = std::move(kept);
    return {};
  }

  PassContext& c_;
  std::unordered_set<const Graph*> effectful_, stateful_;
};

}  // namespace

Status dropIdleEffects(PassContext& c) {
  SMW_TRY(Effects(c).run());
  // Identities that waited for nothing that matters.
  return c.off.contains("identity") ? Status() : dropIdentities(c);
}

}  // namespace smw::passes
