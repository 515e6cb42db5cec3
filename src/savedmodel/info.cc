#include "savedmodel/info.h"

#include <map>
#include <set>

#include "base/entry.h"
#include "base/strings.h"
#include "proto/meta_graph.pb.h"
#include "savedmodel/shape_proto.h"
#include "savedmodel/signature_order.h"
#include "savedmodel/structured_text.h"
#include "vfs/path.h"

namespace smw {
namespace {

constexpr std::string_view kInitOpSignature = "__saved_model_init_op";
constexpr std::string_view kTrainOpSignature = "__saved_model_train_op";

TensorFact describeTensor(const std::string& key, const tensorflow::TensorInfo& t) {
  TensorFact f;
  f.key = key;
  f.dtype = dtypeFromProto(t.dtype());
  // Some exporters leave the shape out; the graph's own placeholder then decides.
  if (t.has_tensor_shape()) f.shape = partialShapeFromProto(t.tensor_shape());
  f.name = t.name();
  const auto part = [&](const char* name, const std::string& tensor, DType dtype) {
    TensorFact c;
    c.key = name;
    c.name = tensor;
    c.dtype = dtype;
    f.components.push_back(std::move(c));
  };
  if (t.has_coo_sparse()) {
    f.composite = "SparseTensor";
    part("indices", t.coo_sparse().indices_tensor_name(), DType::kInt64);
    part("values", t.coo_sparse().values_tensor_name(), f.dtype);
    part("dense_shape", t.coo_sparse().dense_shape_tensor_name(), DType::kInt64);
  } else if (t.has_composite_tensor()) {
    f.composite = t.composite_tensor().type_spec().type_spec_class_name();
    if (f.composite.empty()) f.composite = "CompositeTensor";
    for (const auto& c : t.composite_tensor().components())
      f.components.push_back(describeTensor(std::to_string(f.components.size()), c));
  }
  return f;
}

const std::string* firstNode(const tensorflow::MetaGraphDef& m, const char* collection) {
  const tensorflow::CollectionDef* c = findEntry(m.collection_def(), collection);
  return c && c->node_list().value_size() > 0 ? &c->node_list().value(0) : nullptr;
}

// Functions of the objects, each under its shortest path from the root.
std::vector<FunctionFact> describeFunctions(const tensorflow::SavedObjectGraph& objects) {
  std::vector<FunctionFact> facts;
  std::vector<bool> seen(size_t(objects.nodes_size()));
  std::vector<std::pair<int, std::string>> todo;
  if (!seen.empty()) {
    todo.emplace_back(0, "");
    seen[0] = true;
  }
  const auto concrete = [&](const std::string& name) {
    const tensorflow::SavedConcreteFunction* f = findEntry(objects.concrete_functions(), name);
    return FunctionFact::Concrete{
        name, f ? structuredText(f->canonicalized_input_signature()) : std::string()};
  };
  for (size_t next = 0; next < todo.size(); ++next) {
    const auto [id, path] = std::move(todo[next]);
    const tensorflow::SavedObject& o = objects.nodes(id);
    FunctionFact f{.path = path, .concrete = {}};
    if (o.has_function())
      for (const std::string& name : o.function().concrete_functions())
        f.concrete.push_back(concrete(name));
    if (o.has_bare_concrete_function())
      f.concrete.push_back(concrete(o.bare_concrete_function().concrete_function_name()));
    if (!f.concrete.empty()) facts.push_back(std::move(f));
    for (const auto& c : o.children()) {
      if (c.node_id() < 0 || c.node_id() >= objects.nodes_size() || seen[size_t(c.node_id())])
        continue;
      seen[size_t(c.node_id())] = true;
      todo.emplace_back(c.node_id(),
                        path.empty() ? c.local_name() : cat(path, ".", c.local_name()));
    }
  }
  return facts;
}

struct NodeCounter {
  std::map<std::string_view, int64_t> ops;
  int64_t nodes = 0, contentBytes = 0;
  template <typename Nodes>
  void add(const Nodes& list) {
    for (const tensorflow::NodeDef& n : list) {
      ++nodes;
      ++ops[n.op()];
      if (n.op() != "Const") continue;
      if (const auto* value = findEntry(n.attr(), "value"))
        contentBytes += value->tensor().content_length();
    }
  }
};

}  // namespace

std::vector<SignatureFact> describeSignatures(const tensorflow::MetaGraphDef& m) {
  std::map<std::string_view, const tensorflow::SignatureDef*> byName;
  for (const auto& s : m.signature_def()) byName.insert_or_assign(s.key(), &s.value());
  byName.erase(kInitOpSignature);
  byName.erase(kTrainOpSignature);
  std::vector<SignatureFact> facts;
  for (const auto& [name, def] : byName) {
    SignatureFact& s = facts.emplace_back();
    s.name = name;
    s.methodName = def->method_name();
    const SignatureOrder order = signatureOrder(m, *def);
    for (const std::string& key : order.inputs) {
      s.inputs.push_back(describeTensor(key, *findEntry(def->inputs(), key)));
      s.inputs.back().optional = findEntry(def->defaults(), key) != nullptr;
    }
    for (const std::string& key : order.outputs)
      s.outputs.push_back(describeTensor(key, *findEntry(def->outputs(), key)));
  }
  return facts;
}

std::string findInitOp(const tensorflow::MetaGraphDef& m) {
  if (const tensorflow::SignatureDef* signature = findEntry(m.signature_def(), kInitOpSignature))
    if (const tensorflow::TensorInfo* output = findEntry(signature->outputs(), kInitOpSignature))
      return output->name();
  for (const char* collection : {"saved_model_main_op", "legacy_init_op"})
    if (const std::string* node = firstNode(m, collection)) return *node;
  return "";
}

std::vector<ModelAsset> findAssets(const tensorflow::MetaGraphDef& m, const std::string& root) {
  std::vector<ModelAsset> assets;
  const auto add = [&](const tensorflow::AssetFileDef& a) {
    assets.push_back(
        {a.tensor_info().name(), a.filename(), joinPath(root, cat("assets/", a.filename()))});
  };
  for (const auto& a : m.asset_file_def()) add(a);
  if (!assets.empty()) return assets;
  const tensorflow::CollectionDef* old = findEntry(m.collection_def(), "saved_model_assets");
  if (!old) return assets;
  for (const auto& any : old->any_list().value()) {
    tensorflow::AssetFileDef a;
    if (a.ParseFromString(any.value())) add(a);
  }
  return assets;
}

MetaGraphInfo describeMetaGraph(const tensorflow::MetaGraphDef& m,
                                const UncalledFunctions& uncalled) {
  MetaGraphInfo info;
  const auto& meta = m.meta_info_def();
  info.tags.assign(meta.tags().begin(), meta.tags().end());
  info.tensorflowVersion = meta.tensorflow_version();
  info.tensorflowGitVersion = meta.tensorflow_git_version();
  info.signatures = describeSignatures(m);
  info.functions = describeFunctions(m.object_graph_def());
  NodeCounter counter;
  counter.add(m.graph_def().node());
  for (const auto& f : m.graph_def().library().function()) counter.add(f.node_def());
  for (const auto& [op, count] : uncalled.ops) {
    counter.ops[op] += count;
    counter.nodes += count;
  }
  for (const auto& [op, count] : counter.ops) info.ops.push_back({std::string(op), count});
  info.numNodes = counter.nodes;
  info.constantBytes = counter.contentBytes;
  info.numFunctions = m.graph_def().library().function_size() + uncalled.count;
  info.numObjects = m.object_graph_def().nodes_size();
  info.initOp = findInitOp(m);
  info.restoreOp = m.saver_def().restore_op_name();
  std::set<std::string> collections;
  for (const auto& c : m.collection_def()) collections.insert(c.key());
  info.collections.assign(collections.begin(), collections.end());
  return info;
}

SavedModelInfo describeModel(const SavedModelReader& reader, const VirtualFileSystem& vfs) {
  SavedModelInfo info;
  info.root = reader.root();
  info.file = baseName(vfs.path(reader.modelFile()));
  info.fileBytes = vfs.size(reader.modelFile());
  info.schemaVersion = reader.schemaVersion();
  for (size_t i = 0; i < reader.metaGraphs().size(); ++i) {
    const tensorflow::MetaGraphDef& m = *reader.metaGraphs()[i];
    info.metaGraphs.push_back(describeMetaGraph(m, reader.uncalled()[i]));
    info.metaGraphs.back().assets = findAssets(m, reader.root());
  }
  info.checkpointError = reader.checkpointError();
  if (const TensorBundle* bundle = reader.checkpoint()) {
    info.hasCheckpoint = true;
    info.numShards = bundle->numShards();
    for (const BundleEntry& e : bundle->entries()) {
      if (e.isPart()) continue;
      const int64_t bytes =
          isPod(e.dtype) ? e.shape.numElements() * int64_t(dtypeSize(e.dtype)) : e.size;
      info.variables.push_back({e.key, e.dtype, e.shape, bytes});
    }
  }
  const auto below = [&](const char* folder) {
    std::vector<std::string> names;
    const std::string path = joinPath(reader.root(), folder);
    for (const FileId id : vfs.filesBelow(path))
      names.push_back(vfs.path(id).substr(path.size() + 1));
    return names;
  };
  info.assetFiles = below("assets");
  info.extraFiles = below("assets.extra");
  if (const auto& f = reader.fingerprint()) {
    info.fingerprint = std::to_string(f->savedModelChecksum);
    info.uuid = f->uuid;
  }
  return info;
}

}  // namespace smw
