#include "savedmodel/restore_trace.h"

#include <algorithm>
#include <set>
#include <unordered_map>
#include <unordered_set>

#include "base/entry.h"
#include "base/strings.h"
#include "proto/meta_graph.pb.h"
#include "savedmodel/function_view.h"

namespace smw {
namespace {

using tensorflow::NodeDef;

bool isVariableOp(std::string_view op) {
  return op == "VarHandleOp" || op == "VariableV2" || op == "Variable" || op == "TemporaryVariable";
}
bool isAssign(std::string_view op) { return op == "AssignVariableOp" || op == "Assign"; }

// Ops of a restore that leave nothing behind, stateful or not.
bool isPassive(std::string_view op) {
  static const std::set<std::string_view> kOps = {"NoOp",
                                                  "Const",
                                                  "Identity",
                                                  "Reshape",
                                                  "RestoreV2",
                                                  "VarHandleOp",
                                                  "VariableV2",
                                                  "Variable",
                                                  "Placeholder",
                                                  "MutexV2",
                                                  "HashTableV2",
                                                  "MutableHashTableV2",
                                                  "HashTable",
                                                  "MutableHashTable",
                                                  "MutableDenseHashTableV2",
                                                  "PlaceholderWithDefault",
                                                  "ShardedFilename",
                                                  "AnonymousMutableHashTable",
                                                  "AnonymousHashTable"};
  return kOps.contains(op);
}

// All elements of a string Const: the last value that is stored stands for the rest.
std::vector<std::string_view> constStrings(const NodeDef& node) {
  std::vector<std::string_view> values;
  const auto* attr = findEntry(node.attr(), "value");
  if (node.op() != "Const" || !attr) return values;
  const tensorflow::TensorProto& t = attr->tensor();
  values.assign(t.string_val().begin(), t.string_val().end());
  if (t.tensor_shape().dim_size() == 1 && !values.empty())
    values.resize(size_t(std::clamp<int64_t>(t.tensor_shape().dim(0).size(), int64_t(values.size()),
                                             1 << 20)),
                  values.back());
  return values;
}

class Tracer {
 public:
  explicit Tracer(const tensorflow::MetaGraphDef& m) : metaGraph_(m), view_(m) {
    for (const auto& op : m.meta_info_def().stripped_op_list().op())
      if (op.is_stateful()) stateful_.insert(op.name());
  }

  RestoreTrace run() {
    const std::string& restoreOp = metaGraph_.saver_def().restore_op_name();
    if (restoreOp.empty()) return {};
    trace_.hasRestoreOp = true;
    // Everything that the restore op needs, by any edge.
    std::vector<std::string_view> todo = {InputName(restoreOp).node};
    std::unordered_set<std::string_view> seen(todo.begin(), todo.end());
    while (!todo.empty()) {
      const auto it = view_.main().nodes.find(todo.back());
      todo.pop_back();
      if (it == view_.main().nodes.end()) {
        add(view_.main(), nullptr);
        continue;
      }
      visit(view_.main(), *it->second);
      for (const std::string& input : it->second->input())
        if (const std::string_view node = InputName(input).node; seen.insert(node).second)
          todo.push_back(node);
    }
    return std::move(trace_);
  }

 private:
  void visit(const GraphScope& scope, const NodeDef& node) {
    if (isAssign(node.op())) return assign(scope, node);
    if (isCallOp(node.op())) {
      const GraphScope* body = view_.enter(scope, node);
      if (!body) return add(scope, &node);
      for (const NodeDef& n : body->function->node_def()) visit(*body, n);
      return;
    }
    if (isPassive(node.op())) return;
    const bool effect = stateful_.contains(node.op()) ||
                        node.op().starts_with("LookupTableImport") ||
                        node.op().starts_with("InitializeTable");
    if (effect) add(scope, &node);
  }

  void assign(const GraphScope& scope, const NodeDef& node) {
    if (node.input_size() < 2) return add(scope, &node);
    const auto variable = view_.follow(scope, node.input(0));
    if (!variable || !isVariableOp(variable->node->op()) || variable->scope != &view_.main())
      return add(scope, &node);
    const auto value = view_.follow(scope, node.input(1));
    if (!value || value->node->op() != "RestoreV2" || value->node->input_size() < 3)
      return add(scope, &node);
    const auto names = view_.follow(*value->scope, value->node->input(1));
    const auto slices = view_.follow(*value->scope, value->node->input(2));
    const size_t i = size_t(value->index);
    if (value->index < 0 || !names || i >= strings(*names->node).size() || !slices ||
        i >= strings(*slices->node).size())
      return add(scope, &node);
    RestoredVariable r{.node = variable->node->name(),
                       .key = std::string(strings(*names->node)[i]),
                       .shapeAndSlice = std::string(strings(*slices->node)[i]),
                       .reshaped = value->reshaped};
    const auto* dtypes = findEntry(value->node->attr(), "dtypes");
    if (dtypes && value->index < dtypes->list().type_size())
      r.dtype = dtypeFromProto(dtypes->list().type(value->index));
    trace_.variables.push_back(std::move(r));
  }

  // One constant has the keys of all variables: it is looked at once for each.
  const std::vector<std::string_view>& strings(const NodeDef& node) {
    const auto [it, isNew] = strings_.try_emplace(&node);
    if (isNew) it->second = constStrings(node);
    return it->second;
  }

  void add(const GraphScope& scope, const NodeDef* node) {
    UntracedRestore u{.op = node ? node->op() : ""};
    if (!scope.function) {
      u.node = node ? node->name() : metaGraph_.saver_def().restore_op_name();
    } else {
      const GraphScope* s = &scope;
      while (s->caller->function) s = s->caller;
      u.node = s->call->name();
      u.function = scope.function->signature().name();
      u.inner = node->name();
    }
    trace_.untraced.push_back(std::move(u));
  }

  const tensorflow::MetaGraphDef& metaGraph_;
  GraphView view_;
  std::set<std::string_view> stateful_;
  std::unordered_map<const NodeDef*, std::vector<std::string_view>> strings_;
  RestoreTrace trace_;
};

}  // namespace

RestoreTrace traceRestore(const tensorflow::MetaGraphDef& metaGraph) {
  return Tracer(metaGraph).run();
}

bool leavesVariables(const tensorflow::MetaGraphDef& metaGraph, const RestoreTrace& trace) {
  std::unordered_set<std::string_view> left;
  for (const NodeDef& n : metaGraph.graph_def().node())
    if (n.op() == "VarHandleOp") left.insert(n.name());
  for (const RestoredVariable& v : trace.variables) left.erase(v.node);
  for (const NodeDef& n : metaGraph.graph_def().node())
    if (isCallOp(n.op()))
      for (const std::string& input : n.input())
        if (left.contains(input)) return true;
  return false;
}

}  // namespace smw
