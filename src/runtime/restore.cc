#include "runtime/restore.h"

#include <unordered_map>

#include "base/entry.h"
#include "graph/from_proto.h"
#include "proto/meta_graph.pb.h"
#include "savedmodel/object_restore.h"
#include "savedmodel/restore_trace.h"

namespace smw {

namespace {

using NodesByName = std::unordered_map<std::string_view, const tensorflow::NodeDef*>;

const tensorflow::AttrValue* attrOf(const tensorflow::NodeDef& n, const char* name) {
  return findEntry(n.attr(), name);
}

/// The shape that the graph declares, else that of the tensor in the checkpoint.
std::optional<Shape> shapeOf(const tensorflow::NodeDef& n, const TensorBundle* bundle,
                             const std::string& key) {
  if (const auto* a = attrOf(n, "shape"))
    if (auto s = shapeAttrFromProto(a->shape()).fullyKnown()) return s;
  const BundleEntry* e = bundle ? bundle->find(key) : nullptr;
  return e ? std::optional(e->shape) : std::nullopt;
}

void addVariable(RestorePlan& plan, const NodesByName& nodes, const TensorBundle* bundle,
                 const std::string& node, const std::string& key, const std::string& slice,
                 DType dtype) {
  const auto it = nodes.find(node);
  if (it == nodes.end()) return;
  if (const auto* a = attrOf(*it->second, "dtype")) dtype = dtypeFromProto(int(a->type()));
  if (auto shape = shapeOf(*it->second, bundle, key))
    plan.variables.insert_or_assign(node, VariableInfo{key, slice, dtype, *std::move(shape)});
}

void addFlat(std::vector<TensorFact>& out, const TensorFact& f, const std::string& key) {
  if (f.components.empty()) {
    out.push_back(f);
    out.back().key = key;
    return;
  }
  for (const TensorFact& c : f.components) addFlat(out, c, key + "/" + c.key);
}

}  // namespace

RestorePlan planRestore(const tensorflow::MetaGraphDef& metaGraph, const SavedModelReader& reader) {
  RestorePlan plan;
  const TensorBundle* bundle = reader.checkpoint();
  NodesByName nodes;
  for (const tensorflow::NodeDef& n : metaGraph.graph_def().node()) nodes.emplace(n.name(), &n);
  const RestoreTrace trace = traceRestore(metaGraph);
  for (const RestoredVariable& v : trace.variables)
    addVariable(plan, nodes, bundle, v.node, v.key, v.shapeAndSlice, v.dtype);
  if (trace.hasRestoreOp) {
    plan.op = metaGraph.saver_def().restore_op_name();
    plan.filenameTensor = metaGraph.saver_def().filename_tensor_name();
    plan.mustRun = bundle && !trace.untraced.empty();
  } else if (reader.checkpointObjects()) {
    std::unordered_map<std::string_view, std::string_view> keys;
    const auto objects = matchObjects(metaGraph.object_graph_def(), *reader.checkpointObjects());
    for (const ObjectTensor& o : objects)
      if (!o.name.empty()) keys.emplace(o.name, o.key);
    for (const tensorflow::NodeDef& n : metaGraph.graph_def().node()) {
      if (n.op() != "VarHandleOp") continue;
      const auto* shared = attrOf(n, "shared_name");
      const auto it =
          keys.find(shared ? std::string_view(shared->s()) : std::string_view(n.name()));
      if (it != keys.end())
        addVariable(plan, nodes, bundle, n.name(), std::string(it->second), "", DType::kInvalid);
    }
  }
  return plan;
}

std::vector<SignatureFact> flatSignatures(std::vector<SignatureFact> signatures) {
  for (SignatureFact& s : signatures)
    for (std::vector<TensorFact>* facts : {&s.inputs, &s.outputs}) {
      std::vector<TensorFact> flat;
      for (const TensorFact& f : *facts) addFlat(flat, f, f.key);
      *facts = std::move(flat);
    }
  return signatures;
}

}  // namespace smw
