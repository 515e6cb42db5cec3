// The graph that passes rewrite and plans run: nodes of ops, edges from outputs to inputs.
#pragma once

#include <map>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "base/ref.h"
#include "graph/constant.h"
#include "ops/attrs.h"
#include "ops/op_def.h"

namespace smw {

/// Output `index` of node `node`.
struct Output {
  int node = -1;
  int index = 0;
  friend bool operator==(const Output&, const Output&) = default;
  friend auto operator<=>(const Output&, const Output&) = default;
};

/// One node. A node whose op is empty was removed; `Graph::compact` drops those.
struct Node {
  std::string name;
  std::string op;
  const OpDef* def = nullptr;  // null for Arg and Const, which the plan handles itself
  Attrs attrs;
  std::vector<Output> inputs;
  std::vector<int> controls;  // nodes that must have run before
  int numOutputs = 1;
  Ref<Constant> constant;  // of a Const node
  int argument = -1;       // of an Arg node: which input of the graph
};

inline constexpr std::string_view kArgOp = "_Arg";
inline constexpr std::string_view kConstOp = "Const";

/// A signature's graph or a function's body. Nodes may stand in any order; there are no cycles.
class Graph {
 public:
  std::string name;
  std::vector<Node> nodes;
  std::vector<int> args;        // Arg node of each input
  std::vector<Output> outputs;  // returned values, in order
  std::vector<int> mustRun;     // nodes to run though no output needs them (assignments)
  /// Holds Switch, Merge, Enter, Exit or NextIteration: for the token executor, not for a plan.
  bool tokenFlow = false;

  Node& operator[](int i) { return nodes[size_t(i)]; }
  const Node& operator[](int i) const { return nodes[size_t(i)]; }
  int add(Node n) {
    nodes.push_back(std::move(n));
    return int(nodes.size()) - 1;
  }
  int addConst(std::string name, Ref<Constant> c);
  bool isConst(Output o) const { return nodes[size_t(o.node)].op == kConstOp; }

  /// Makes every reader of `from` read `to`, outputs of the graph included.
  void replaceUses(Output from, Output to);
  /// Nodes that outputs and mustRun need, inputs before readers. INVALID_ARGUMENT naming a node on
  /// a cycle.
  Result<std::vector<int>> order() const;
  /// Drops what order() does not reach; Args stay. Indices change.
  Status prune();
};

/// Function bodies by name. Passes that specialise a body for one caller add it under a new name.
class FunctionLibrary {
 public:
  virtual ~FunctionLibrary() = default;
  /// The body, imported at first use; NOT_FOUND naming the function.
  virtual Result<Graph*> find(const FunctionRef& f) = 0;
  /// Takes a new body, to be found under its name.
  virtual Graph* add(std::unique_ptr<Graph> g) = 0;
  /// A body that was imported or added already; null where there is none of that name.
  virtual Graph* peek(std::string_view) { return nullptr; }
  /// Drops all bodies but these.
  virtual void keepOnly(std::span<Graph* const>) {}
};

}  // namespace smw
