// Nodes of one GraphDef or one function body -> nodes of a Graph, as far as something reaches them;
// inside this room only.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "graph/constant_pool.h"
#include "graph/graph.h"
#include "graph/import.h"
#include "graph/op_facts.h"

namespace tensorflow {
class NodeDef;
class TensorProto;
}  // namespace tensorflow

namespace smw {

class NodeImporter {
 public:
  /// `instance`: values of the function's attributes; null for the main graph.
  NodeImporter(OpTable& ops, ConstantPool& constants, std::string_view file, const Attrs* instance,
               bool inFunction, Graph& graph)
      : ops_(ops),
        constants_(constants),
        file_(file),
        instance_(instance),
        inFunction_(inFunction),
        graph_(graph) {}

  /// INVALID_ARGUMENT where two nodes have one name.
  template <typename Nodes>
  Status setNodes(const Nodes& nodes) {
    byName_.reserve(size_t(nodes.size()));
    for (const auto& n : nodes) SMW_TRY(addNode(n));
    return {};
  }
  const tensorflow::NodeDef* find(std::string_view name) const;

  /// `name` (of a function's argument) or tensor `index` of the node `name` is `out` of the graph.
  void substitute(std::string_view name, int64_t index, Output out);
  /// The tensor that an input names: "node:2", in functions "argument" or "node:argument:2".
  Result<Output> tensor(std::string_view input);
  /// The node that is to run: "node", "^node". -1 where there is nothing to wait for.
  Result<int> target(std::string_view input);
  /// Makes the inputs of all nodes that were asked for, and of what they need.
  Status drain();
  /// ReadVariableOps between references and those who want values.
  void insertReads();

  Unsupported unsupported;

 private:
  struct Entry {
    const tensorflow::NodeDef* def;
    int node = -1;  // in the graph
  };
  Status addNode(const tensorflow::NodeDef& n);
  /// Makes the node without its inputs.
  Result<int> visit(Entry& e);
  Result<Ref<Constant>> constant(const tensorflow::TensorProto& p);
  Status makeNode(const tensorflow::NodeDef& d, Node& n);
  Status connect(int node);
  Result<Attrs> attrsOf(const tensorflow::NodeDef& d, const OpFacts& facts);
  bool isRef(Output o);
  Output insertRead(Output ref, const std::vector<int>& controls, std::string_view reader);
  Error wrong(const Node& n, std::string message) const;

  OpTable& ops_;
  ConstantPool& constants_;
  std::string_view file_;
  const Attrs* instance_;
  bool inFunction_;
  Graph& graph_;
  std::unordered_map<std::string_view, Entry> byName_;
  std::map<std::pair<std::string, int64_t>, Output, std::less<>> substituted_;
  std::vector<const tensorflow::NodeDef*> defs_;  // by node of the graph
  std::vector<const OpFacts*> facts_;             // likewise
  std::vector<int> pending_;
};

/// The types of a function's argument, one for each tensor.
Result<std::vector<DType>> argTypes(const tensorflow::OpDef& signature, int arg, bool output,
                                    const Attrs* instance);

}  // namespace smw
