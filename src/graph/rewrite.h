// Tools for passes: who reads what, and replacing many values at once.
#pragma once

#include <span>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "graph/graph.h"

namespace smw {

/// A place where a value is read: input `input` of `node`, or with node -1 output `input` of the
/// graph.
struct Use {
  int node = -1;
  int input = 0;
};

/// All readers of all values of a graph, as it is when this is made.
class Users {
 public:
  explicit Users(const Graph& g);
  /// Readers of any output of `node`; `output` tells which.
  struct Entry {
    int output;
    Use use;
  };
  std::span<const Entry> of(int node) const;
  /// The only reader of `o`; nothing where there are none or several, or the graph returns it.
  const Use* sole(Output o) const;
  bool controls(int node) const { return controls_[size_t(node)]; }

 private:
  std::vector<int> first_;
  std::vector<Entry> entries_;
  std::vector<bool> controls_;  // somebody waits for the node
};

/// Values to be replaced by others, chains included; apply() does all of them in one go.
class Replacements {
 public:
  void set(Output from, Output to);
  Output resolve(Output o);
  bool empty() const { return to_.empty(); }
  void apply(Graph& g);

 private:
  struct Hash {
    size_t operator()(Output o) const {
      return std::hash<uint64_t>()(uint64_t(uint32_t(o.node)) << 32 | uint32_t(o.index));
    }
  };
  std::unordered_map<Output, Output, Hash> to_;
};

/// The constant that `o` is, or null.
inline const Ref<Constant>* constantOf(const Graph& g, Output o) {
  const Node& n = g[o.node];
  return n.op == kConstOp ? &n.constant : nullptr;
}
/// Its value where that is known already, else null.
const Tensor* knownValue(const Graph& g, Output o);

/// VarHandleOp, VariableV2 and their kin.
bool isVariable(const Node& n);
/// What the runtime calls the variable: shared_name, or the node's name.
std::string variableName(const Node& n);
bool isIdentity(std::string_view op);
bool isStateful(const Node& n);

}  // namespace smw
