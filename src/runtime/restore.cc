#include "runtime/restore.h"

#include <unordered_map>

#include "base/entry.h"
#include "graph/from_proto.h"
#include "proto/meta_graph.pb.h"
#include "savedmodel/function_view.h"
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
  if (dtype == DType::kInvalid) return;  // a table, say
  if (auto shape = shapeOf(*it->second, bundle, key))
    plan.variables.insert_or_assign(node, VariableInfo{key, slice, dtype, *std::move(shape)});
}

// The variables that functions captured, by the objects that they are bound to: as
// tf.saved_model.load has it (function_deserialization.py).
void addCaptured(RestorePlan& plan, const NodesByName& nodes,
                 const tensorflow::MetaGraphDef& metaGraph, const SavedModelReader& reader) {
  const tensorflow::SavedObjectGraph& objects = metaGraph.object_graph_def();
  const auto keys = keysOfObjects(objects, *reader.checkpointObjects());
  std::unordered_map<std::string_view, const tensorflow::SavedConcreteFunction*> functions;
  for (const auto& f : objects.concrete_functions()) functions.emplace(f.key(), &f.value());
  for (const tensorflow::NodeDef& call : metaGraph.graph_def().node()) {
    const auto it = functions.find(calledFunction(call));
    if (it == functions.end()) continue;
    const auto& bound = it->second->bound_inputs();
    // What is captured comes last, but for control inputs.
    int input = call.input_size();
    while (input > 0 && InputName(call.input(input - 1)).control) --input;
    for (int i = bound.size(); i-- > 0 && input-- > 0;)
      if (const size_t object = size_t(bound[i]); object < keys.size() && !keys[object].empty())
        addVariable(plan, nodes, reader.checkpoint(), call.input(input), keys[object], "",
                    DType::kInvalid);
  }
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
  const RestoreTrace& trace = reader.restoreTrace();
  if (reader.checkpointObjects()) addCaptured(plan, nodes, metaGraph, reader);
  for (const RestoredVariable& v : trace.variables)
    addVariable(plan, nodes, bundle, v.node, v.key, v.shapeAndSlice, v.dtype);
  if (trace.hasRestoreOp) {
    plan.op = metaGraph.saver_def().restore_op_name();
    plan.filenameTensor = metaGraph.saver_def().filename_tensor_name();
    plan.mustRun = bundle && !trace.untraced.empty();
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
