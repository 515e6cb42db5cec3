#include "graph/op_facts.h"

#include "proto/meta_graph.pb.h"

namespace smw {

OpTable::OpTable(const tensorflow::MetaGraphDef& metaGraph) {
  for (const auto& op : metaGraph.meta_info_def().stripped_op_list().op())
    protos_.emplace(op.name(), &op);
  for (const auto& f : metaGraph.graph_def().library().function())
    functions_.emplace(f.signature().name(), &f);
}

const tensorflow::FunctionDef* OpTable::function(std::string_view name) const {
  const auto it = functions_.find(name);
  return it == functions_.end() ? nullptr : it->second;
}

const OpFacts& OpTable::operator[](const std::string& op) {
  const auto [it, isNew] = facts_.try_emplace(op);
  OpFacts& f = it->second;
  if (!isNew) return f;
  // Names that begin so are ours or TensorFlow's own after its graph passes, and mean other things.
  if (!op.starts_with('_')) f.def = findOp(op);
  if (const auto p = protos_.find(op); p != protos_.end()) f.proto = p->second;
  if (!f.def) f.function = function(op);
  if (f.def) f.counted = OpArgs::parse(f.def->args);
  if (f.function) {
    f.named = OpArgs::fromProto(f.function->signature());
    f.counted = f.named;
  } else if (f.proto) {
    f.named = OpArgs::fromProto(*f.proto);
    if (!f.def) f.counted = f.named;
  } else {
    f.named = f.counted;
  }
  return f;
}

}  // namespace smw
