#include "single_op.h"

#include "graph/from_proto.h"
#include "graph/import.h"
#include "graph/op_args.h"
#include "proto/meta_graph.pb.h"
#include "runtime/context.h"
#include "runtime/executor.h"

namespace smw::conformance {

namespace {

std::string text(int64_t v) { return cat(v); }
std::string text(float v) { return cat(double(v)); }
std::string text(bool v) { return cat(v); }
std::string text(const std::string& v) { return jsonQuote(v.substr(0, 200)); }
std::string text(DType v) { return std::string(dtypeName(v)); }
std::string text(const PartialShape& v) { return v.toString(); }
std::string text(const Tensor& v) { return v.describe(); }
std::string text(const FunctionRef& v) { return cat("function ", v.name); }
std::string text(std::monostate) { return "[]"; }
template <typename T>
std::string text(const std::vector<T>& v) {
  std::vector<std::string> parts;
  for (const T& e : v) parts.push_back(text(e));
  return cat("[", join(parts, ","), "]");
}

/// The node with a Placeholder or a Const for each argument.
tensorflow::MetaGraphDef graphOf(const OpCall& call, Feeding feeding) {
  tensorflow::MetaGraphDef meta;
  auto& graph = *meta.mutable_graph_def();
  for (size_t i = 0; i < call.inputs.size(); ++i) {
    auto& n = *graph.add_node();
    n.set_name(cat("in", i));
    n.set_op(feeding == Feeding::kFed ? "Placeholder" : "Const");
    const auto attr = [&](const char* key) {
      auto* entry = n.add_attr();
      entry->set_key(key);
      return entry->mutable_value();
    };
    attr("dtype")->set_type(call.inputs[i].dtype());
    if (feeding == Feeding::kConstant) *attr("value")->mutable_tensor() = call.inputs[i];
  }
  *graph.add_node() = call.node;
  return meta;
}

/// How many outputs the node has.
Result<int> countOutputs(const tensorflow::NodeDef& node) {
  if (node.op() == kConstOp || node.op() == "Placeholder") return 1;
  const OpDef* def = findOp(node.op());
  if (!def) return unimplemented(cat("op ", node.op(), " is not known"));
  return flatLength(OpArgs::parse(def->args).outputs, SMW_TRY(attrsFromProto(node.attr())));
}

}  // namespace

Result<std::vector<std::vector<Tensor>>> runSingleOp(const OpCall& call, Feeding feeding,
                                                     int runs) {
  const int outputs = SMW_TRY(countOutputs(call.node));
  GraphRequest request;
  request.name = "case";
  for (int i = 0; i < outputs; ++i) request.fetches.push_back(cat(call.node.name(), ":", i));
  if (outputs == 0) request.targets.push_back(call.node.name());
  std::vector<Tensor> args;
  if (feeding == Feeding::kFed)
    for (size_t i = 0; i < call.inputs.size(); ++i) {
      request.feeds.push_back(cat("in", i));
      args.push_back(SMW_TRY(tensorFromProto(call.inputs[i])));
    }
  const tensorflow::MetaGraphDef meta = graphOf(call, feeding);
  ConstantPool constants;
  Importer importer(meta, "", constants);
  const auto graph = SMW_TRY(importer.import(request));
  const auto plan = SMW_TRY(Plan::make(*graph));
  VirtualFileSystem vfs;
  RuntimeContext context(vfs);
  Executor executor(importer, context);
  std::vector<std::vector<Tensor>> results;
  for (int i = 0; i < runs; ++i) {
    executor.start(*plan, args);
    if (SMW_TRY(executor.run({})) != RunState::kDone) return internal("the op waits for bytes");
    results.push_back(executor.takeOutputs());
  }
  return results;
}

std::string describe(const tensorflow::NodeDef& node) {
  const auto attrs = attrsFromProto(node.attr());
  if (!attrs) return cat(node.op(), "(", attrs.error().message(), ")");
  std::vector<std::string> parts;
  for (const auto& [name, value] : attrs->all())
    parts.push_back(cat(name, "=", std::visit([](const auto& v) { return text(v); }, value)));
  return cat(node.op(), "(", join(parts), ")");
}

}  // namespace smw::conformance
