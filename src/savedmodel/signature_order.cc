#include "savedmodel/signature_order.h"

#include <algorithm>
#include <climits>
#include <map>
#include <set>
#include <tuple>

#include "base/entry.h"
#include "proto/meta_graph.pb.h"
#include "savedmodel/function_view.h"

namespace smw {
namespace {

using tensorflow::NodeDef;
template <typename T>
using Repeated = google::protobuf::RepeatedPtrField<T>;

constexpr int kMaxDepth = 16;

class Finder {
 public:
  explicit Finder(const tensorflow::MetaGraphDef& m) : graph_(m.graph_def()) {
    for (const auto& f : graph_.library().function()) functions_.emplace(f.signature().name(), &f);
  }

  // `values` maps a value's name in `nodes` to its key. Keys in the order of the inputs of a call
  // that takes all of them, or of a call within.
  std::vector<std::string> inputs(const Repeated<NodeDef>& nodes,
                                  std::map<std::string, std::string> values, int depth) {
    const NodeDef* call = nullptr;
    for (const NodeDef& n : nodes) {
      // Identity may stand between.
      if (n.op() == "Identity" && n.input_size() > 0)
        if (const auto it = values.find(n.input(0)); it != values.end() && depth > 0)
          values[outputName(n.name(), depth)] = it->second;
      if (isCallOp(n.op()) && takesAll(n, values)) call = &n;
    }
    if (!call) return {};
    std::vector<std::string> keys;
    std::map<std::string, std::string> inner;
    const auto f = functions_.find(calledFunction(*call));
    for (int i = 0; i < call->input_size(); ++i) {
      const auto it = values.find(canonical(call->input(i), depth));
      if (it == values.end() || std::find(keys.begin(), keys.end(), it->second) != keys.end())
        continue;
      keys.push_back(it->second);
      if (f != functions_.end() && i < f->second->signature().input_arg_size())
        inner.emplace(f->second->signature().input_arg(i).name(), it->second);
    }
    if (f == functions_.end() || depth >= kMaxDepth || inner.size() != keys.size()) return keys;
    std::vector<std::string> within = inputs(f->second->node_def(), inner, depth + 1);
    return within.empty() ? keys : within;
  }

  // `values` maps names of values to keys: keys in the order of the outputs of the one call that
  // makes all.
  std::vector<std::string> outputs(const Repeated<NodeDef>& nodes,
                                   const std::map<std::string, std::string>& values, int depth) {
    std::map<std::string_view, const NodeDef*> byName;
    for (const NodeDef& n : nodes) byName.emplace(n.name(), &n);
    const NodeDef* call = nullptr;
    std::map<int, std::vector<std::string>> at;
    for (const auto& [value, key] : values) {
      InputName name(value);
      auto n = byName.find(name.node);
      while (n != byName.end() && n->second->op() == "Identity" && n->second->input_size() > 0) {
        name = InputName(n->second->input(0));
        n = byName.find(name.node);
      }
      if (n == byName.end() || !isCallOp(n->second->op()) || (call && call != n->second)) return {};
      call = n->second;
      at[name.index].push_back(key);
    }
    if (!call) return {};
    std::vector<std::string> keys;
    std::map<std::string, std::string> inner;
    const auto f = functions_.find(calledFunction(*call));
    for (const auto& [index, names] : at) {
      keys.insert(keys.end(), names.begin(), names.end());
      if (f == functions_.end() || index >= f->second->signature().output_arg_size()) continue;
      const std::string* ret =
          findEntry(f->second->ret(), f->second->signature().output_arg(index).name());
      if (ret) inner.emplace(*ret, names[0]);
    }
    if (depth >= kMaxDepth || inner.size() != keys.size()) return keys;
    std::vector<std::string> within = outputs(f->second->node_def(), inner, depth + 1);
    return within.empty() ? keys : within;
  }

 private:
  static std::string outputName(const std::string& node, int depth) {
    return depth > 0 ? node + ":output:0" : node;
  }
  // In the main graph "x:0" and "x" are the same.
  static std::string canonical(const std::string& input, int depth) {
    return depth == 0 && input.ends_with(":0") ? input.substr(0, input.size() - 2) : input;
  }
  static bool takesAll(const NodeDef& call, const std::map<std::string, std::string>& values) {
    std::map<std::string_view, bool> taken;
    for (const std::string& input : call.input())
      if (const auto it = values.find(input); it != values.end()) taken[it->second] = true;
    std::map<std::string_view, bool> keys;
    for (const auto& v : values) keys[v.second] = true;
    return taken.size() == keys.size();
  }

  const tensorflow::GraphDef& graph_;
  std::map<std::string_view, const tensorflow::FunctionDef*> functions_;
};

using Infos = Repeated<tensorflow::SignatureDef::TensorEntry>;

// Keys of `infos`: those of `known` in that order, the rest by where their nodes stand in the
// graph.
std::vector<std::string> complete(const tensorflow::GraphDef& graph, const Infos& infos,
                                  const std::vector<std::string>& known) {
  std::map<std::string_view, int> position;
  for (const auto& e : infos) position[InputName(e.value().name()).node] = INT_MAX;
  for (int i = 0; i < graph.node_size(); ++i)
    if (const auto it = position.find(graph.node(i).name()); it != position.end()) it->second = i;
  std::set<std::tuple<size_t, int, int, std::string_view>> order;
  for (const auto& e : infos) {
    const tensorflow::TensorInfo& info = *findEntry(infos, e.key());
    const InputName name(info.name());
    const auto rank = size_t(std::find(known.begin(), known.end(), e.key()) - known.begin());
    order.emplace(rank, position[name.node], name.index, e.key());
  }
  std::vector<std::string> keys;
  for (const auto& o : order) keys.emplace_back(std::get<3>(o));
  return keys;
}

}  // namespace

SignatureOrder signatureOrder(const tensorflow::MetaGraphDef& metaGraph,
                              const tensorflow::SignatureDef& signature) {
  const tensorflow::GraphDef& graph = metaGraph.graph_def();
  Finder finder(metaGraph);
  std::map<std::string, std::string> in, out;
  for (const auto& e : signature.inputs()) in.emplace(InputName(e.value().name()).node, e.key());
  for (const auto& e : signature.outputs()) out.emplace(e.value().name(), e.key());
  const bool functions = graph.library().function_size() > 0;
  std::vector<std::string> inputs, outputs;
  if (functions && in.size() == size_t(signature.inputs_size()))
    inputs = finder.inputs(graph.node(), in, 0);
  if (functions && out.size() == size_t(signature.outputs_size()))
    outputs = finder.outputs(graph.node(), out, 0);
  return {complete(graph, signature.inputs(), inputs),
          complete(graph, signature.outputs(), outputs)};
}

}  // namespace smw
