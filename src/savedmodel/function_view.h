// Following values through a MetaGraph as it lies in the file, before anything is imported.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace tensorflow {
class FunctionDef;
class MetaGraphDef;
class NodeDef;
}  // namespace tensorflow

namespace smw {

/// "name", "name:2", "name:output:2" or "^name".
struct InputName {
  std::string_view node;
  int index = 0;
  bool control = false;
  explicit InputName(std::string_view input);
};

bool isCallOp(std::string_view op);
/// The function that a call node calls; "" where it says none.
std::string_view calledFunction(const tensorflow::NodeDef& call);

/// The main graph, or the body of a function as one node calls it.
struct GraphScope {
  const GraphScope* caller = nullptr;         // null: the main graph
  const tensorflow::NodeDef* call = nullptr;  // in `caller`
  const tensorflow::FunctionDef* function = nullptr;
  std::unordered_map<std::string_view, int> args;  // of the function
  std::unordered_map<std::string_view, const tensorflow::NodeDef*> nodes;
  int depth = 0;
};

class GraphView {
 public:
  explicit GraphView(const tensorflow::MetaGraphDef& metaGraph);
  const GraphScope& main() const { return *scopes_[0]; }
  /// The body that `call` calls, or null where there is none or calls are nested too deeply.
  const GraphScope* enter(const GraphScope& scope, const tensorflow::NodeDef& call);

  struct Place {
    const GraphScope* scope;
    const tensorflow::NodeDef* node;
    int index;              // of the output
    bool reshaped = false;  // a Reshape was passed on the way
  };
  /// Where the value of `input` comes from, through Identity, Reshape, arguments and calls. Nothing
  /// where that cannot be told.
  std::optional<Place> follow(const GraphScope& scope, std::string_view input);

 private:
  std::unordered_map<std::string_view, const tensorflow::FunctionDef*> functions_;
  std::vector<std::unique_ptr<GraphScope>> scopes_;
  std::unordered_map<const GraphScope*,
                     std::unordered_map<const tensorflow::NodeDef*, const GraphScope*>>
      entered_;
};

}  // namespace smw
