// Variables that nothing assigns are constants: their values come from the checkpoint when the
// model is loaded, and reads of them become Const nodes.
#include <unordered_map>
#include <unordered_set>

#include "base/strings.h"
#include "graph/calls.h"
#include "graph/passes/list.h"
#include "graph/rewrite.h"

namespace smw::passes {

namespace {

bool onlyReads(std::string_view op) {
  return op == "ReadVariableOp" || op == "ResourceGather" || op == "ResourceGatherNd" ||
         op == "VariableShape" || op == "VarIsInitializedOp" || op == "IsVariableInitialized";
}

/// Follows handles through graphs and calls to all who get them.
class Handles {
 public:
  [[gnu::noinline]] Handles(std::vector<Graph*> graphs, size_t numRoots)
      : graphs_(std::move(graphs)) {
    for (size_t i = 0; i < graphs_.size(); ++i) {
      index_[graphs_[i]] = int(i);
      users_.emplace_back(*graphs_[i]);
    }
    isRoot_.assign(graphs_.size(), false);
    std::fill_n(isRoot_.begin(), numRoots, true);
  }

  [[gnu::noinline]] Status findCallSites(FunctionLibrary& library) {
    sites_.resize(graphs_.size());
    for (size_t i = 0; i < graphs_.size(); ++i)
      for (size_t k = 0; k < graphs_[i]->nodes.size(); ++k) {
        const std::vector<FunctionRef> functions = callees(graphs_[i]->nodes[k]);
        if (functions.empty()) continue;
        std::vector<int>& bodies = bodies_[{int(i), int(k)}];
        for (const FunctionRef& f : functions) {
          bodies.push_back(index_.at(SMW_TRY(library.find(f))));
          sites_[size_t(bodies.back())].push_back({int(i), int(k)});
        }
      }
    return {};
  }

  /// Whether anybody may assign the variable whose handle is output 0 of a node.
  [[gnu::noinline]] bool mayChange(int graph, int node) {
    seen_.clear();
    pending_.clear();
    reach(graph, {node, 0});
    while (!pending_.empty()) {
      const Place p = pending_.back();
      pending_.pop_back();
      for (const Users::Entry& e : users_[size_t(p.graph)].of(p.value.node))
        if (e.output == p.value.index && !follow(p.graph, e.use)) return true;
    }
    return false;
  }

 private:
  struct Place {
    int graph;
    Output value;
    friend bool operator==(const Place&, const Place&) = default;
  };
  struct Hash {
    size_t operator()(const Place& p) const {
      return std::hash<uint64_t>()((uint64_t(p.graph) << 44) ^ (uint64_t(p.value.node) << 12) ^
                                   uint64_t(p.value.index));
    }
  };

  void reach(int graph, Output value) {
    if (seen_.insert({graph, value}).second) pending_.push_back({graph, value});
  }

  /// False where the reader may change the variable.
  bool follow(int graph, Use use) {
    if (use.node < 0) return returned(graph, use.input);
    const Node& n = (*graphs_[size_t(graph)])[use.node];
    if (onlyReads(n.op)) return true;
    if (isIdentity(n.op)) {
      reach(graph, {use.node, use.input});
      return true;
    }
    const CallKind kind = callKind(n.op);
    const auto bodies = bodies_.find({graph, use.node});
    if (kind == CallKind::kNone || bodies == bodies_.end()) return false;
    const int k = use.input - callOffset(kind);
    if (k < 0) return false;
    for (int b : bodies->second) reach(b, {graphs_[size_t(b)]->args[size_t(k)], 0});
    if (kind == CallKind::kWhile) reach(graph, {use.node, k});  // where the loop runs no time
    return true;
  }

  /// Output k of a function: it arrives wherever the function is called.
  bool returned(int graph, int k) {
    if (isRoot_[size_t(graph)]) return false;
    for (const auto& [g, node] : sites_[size_t(graph)]) {
      const Node& n = (*graphs_[size_t(g)])[node];
      const std::vector<int>& bodies = bodies_.at({g, node});
      if (callKind(n.op) == CallKind::kWhile) {
        if (bodies[1] != graph) continue;
        for (int b : bodies) reach(b, {graphs_[size_t(b)]->args[size_t(k)], 0});
      }
      reach(g, {node, k});
    }
    return true;
  }

  std::vector<Graph*> graphs_;
  std::vector<Users> users_;
  std::vector<bool> isRoot_;
  std::unordered_map<const Graph*, int> index_;
  std::map<std::pair<int, int>, std::vector<int>> bodies_;  // of a calling node
  std::vector<std::vector<std::pair<int, int>>> sites_;     // of a body
  std::unordered_set<Place, Hash> seen_;
  std::vector<Place> pending_;
};

}  // namespace

namespace {

void becomeConst(Node& n, Ref<Constant> value) {
  n.op = kConstOp;
  n.def = nullptr;
  n.attrs = Attrs();
  n.inputs.clear();
  n.controls.clear();
  n.constant = std::move(value);
}

[[gnu::noinline]] Status replaceRead(Graph& g, int node) {
  const Ref<Constant> value = g[g[node].inputs[0].node].constant;
  const std::string op = g[node].op, name = g[node].name;
  if (op == "ReadVariableOp") {
    becomeConst(g[node], value);
  } else if (op == "VarIsInitializedOp" || op == "IsVariableInitialized") {
    becomeConst(g[node], makeConstant(SMW_TRY(Tensor::scalar(true))));
  } else if (op == "ResourceGather" && findOp("GatherV2") &&
             g[node].attrs.getOr("batch_dims", int64_t(0)) == 0) {
    const int params = g.addConst(cat(name, "/params"), value);
    const int axis =
        g.addConst(cat(name, "/axis"), makeConstant(SMW_TRY(Tensor::scalar(int32_t(0)))));
    Node& n = g[node];
    n.op = "GatherV2";
    n.def = findOp(n.op);
    n.inputs = {{params, 0}, n.inputs[1], {axis, 0}};
  }
  return {};
}

}  // namespace

[[gnu::noinline]] Status replaceReads(Graph& g) {
  dropIdentities(g);
  for (size_t i = 0; i < g.nodes.size(); ++i) {
    if (g.nodes[i].inputs.empty() || g.nodes[i].constant) continue;
    const Node& handle = g[g.nodes[i].inputs[0].node];
    if (isVariable(handle) && handle.constant) SMW_TRY(replaceRead(g, int(i)));
  }
  return {};
}

Status freezeVariables(PassContext& c) {
  Handles handles(SMW_TRY(reachableGraphs(c)), c.roots.size());
  const std::vector<Graph*> graphs = SMW_TRY(reachableGraphs(c));
  SMW_TRY(handles.findCallSites(c.library));
  std::unordered_set<std::string> changed;
  for (size_t i = 0; i < graphs.size(); ++i)
    for (size_t k = 0; k < graphs[i]->nodes.size(); ++k) {
      const Node& n = graphs[i]->nodes[k];
      if (isVariable(n) && handles.mayChange(int(i), int(k))) changed.insert(variableName(n));
    }
  for (Graph* g : graphs) {
    for (Node& n : g->nodes) {
      if (!isVariable(n) || changed.contains(variableName(n))) continue;
      const auto v = c.variables.find(n.name);
      if (v != c.variables.end() && v->second.dtype == n.attrs.getOr("dtype", DType::kInvalid))
        n.constant = c.constants.fromCheckpoint(v->second);
    }
    SMW_TRY(replaceReads(*g));
  }
  return {};
}

}  // namespace smw::passes
