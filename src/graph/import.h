// From GraphDef and FunctionDefLibrary to Graph.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"
#include "graph/constant_pool.h"
#include "graph/graph.h"

namespace tensorflow {
class MetaGraphDef;
}  // namespace tensorflow

namespace smw {

/// Ops without support, and the nodes that have them.
using Unsupported = std::map<std::string, std::vector<std::string>>;

/// What is wanted of the main graph.
struct GraphRequest {
  std::string name;                  // the signature: for messages
  std::vector<std::string> feeds;    // tensor names ("x:0", "x"); Graph::args in this order
  std::vector<std::string> fetches;  // tensor names; Graph::outputs in this order
  std::vector<std::string> targets;  // nodes to run for their effects (init ops)
};

/// Imports graphs of one MetaGraph, and is the library of its functions. Only what a request
/// reaches is looked at.
///
/// Variables of TF1 (VariableV2, Variable) are handles here as VarHandleOp's are; where an op wants
/// the value, a ReadVariableOp is put between.
class Importer : public FunctionLibrary {
 public:
  /// `metaGraph` must live until release(). `file` is the key of constants that stay in the model's
  /// file.
  Importer(const tensorflow::MetaGraphDef& metaGraph, std::string file, ConstantPool& constants);
  ~Importer() override;

  /// The graph of a signature, and all functions that it can call. UNIMPLEMENTED with every
  /// unsupported op that it reaches and the nodes that have it; NOT_FOUND for a feed, a fetch, an
  /// input or a function that is not there; INVALID_ARGUMENT for a graph that is not sound. Errors
  /// name the signature and the node.
  Result<std::unique_ptr<Graph>> import(const GraphRequest& request);
  /// What the last import() found missing.
  const Unsupported& unsupported() const;
  /// A function by itself, as a graph whose inputs are the function's.
  Result<Graph*> find(const FunctionRef& f) override;
  Graph* add(std::unique_ptr<Graph> g) override;
  Graph* peek(std::string_view name) override;
  void keepOnly(std::span<Graph* const> bodies) override;

  /// Drops the MetaGraph: functions that were not imported by now are NOT_FOUND.
  void release();

 private:
  struct State;
  std::unique_ptr<State> s_;
};

}  // namespace smw
