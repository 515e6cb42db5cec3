#include <algorithm>
#include <charconv>
#include <set>
#include <unordered_map>

#include "base/entry.h"
#include "base/sort.h"
#include "base/strings.h"
#include "graph/calls.h"
#include "graph/from_proto.h"
#include "graph/import.h"
#include "graph/node_importer.h"
#include "graph/node_key.h"
#include "proto/meta_graph.pb.h"

namespace smw {

namespace {

struct Body {
  std::unique_ptr<Graph> graph;
  Unsupported unsupported;
};

int addArg(Graph& g, std::string name, DType dtype, PartialShape shape) {
  Node n;
  n.name = std::move(name);
  n.op = kArgOp;
  n.argument = int(g.args.size());
  if (dtype != DType::kInvalid) n.attrs.set("dtype", dtype);
  n.attrs.set("shape", std::move(shape));
  g.args.push_back(g.add(std::move(n)));
  return g.args.back();
}

/// "x:0" -> x, 0.
std::pair<std::string_view, int64_t> splitTensorName(std::string_view s) {
  const size_t colon = s.rfind(':');
  if (colon == std::string_view::npos) return {s, 0};
  int64_t index = -1;
  std::from_chars(s.data() + colon + 1, s.data() + s.size(), index);
  return {s.substr(0, colon), index};
}

/// "Foo (node a, b), Bar (node c)"
std::string describe(const Unsupported& u) {
  std::vector<std::string> ops;
  for (const auto& [op, nodes] : u)
    ops.push_back(cat(op, nodes.size() == 1 ? " (node " : " (nodes ", join(nodes, ", ", 5), ")"));
  return join(ops);
}

/// Nodes of a body that are run though nothing names them: those of functions from before
/// control_ret.
bool runsUnasked(const tensorflow::NodeDef& d, const OpFacts& facts) {
  if (!facts.def || facts.def->effect != Effect::kStateful) return false;
  return facts.counted.outputs.empty() || d.op().starts_with("Assign") ||
         d.op() == "StatefulPartitionedCall";
}

}  // namespace

struct Importer::State {
  State(const tensorflow::MetaGraphDef& m, std::string f, ConstantPool& c)
      : metaGraph(&m), ops(m), file(std::move(f)), constants(c) {}

  const tensorflow::MetaGraphDef* metaGraph;  // null once released
  OpTable ops;
  std::string file;
  ConstantPool& constants;
  std::map<std::string, Body, std::less<>> bodies;
  Unsupported unsupported;  // of the last import

  /// The name of the body that `f` means: attributes count only where the function has some.
  std::string keyOf(const FunctionRef& f) const {
    if (!metaGraph || !f.attrs || bodies.contains(f.name)) return f.name;
    const auto* def = ops.function(f.name);
    return def && def->signature().attr_size() > 0 ? f.name + attrsKey(*f.attrs) : f.name;
  }
  Result<Body*> body(const FunctionRef& f);
  Status importBody(const tensorflow::FunctionDef& f, const Attrs* instance, Body& body);
  Status importMain(const GraphRequest& request, Graph& g, Unsupported& unsupported);
  Status importCallees(Graph& root, Unsupported& unsupported);
};

Result<Body*> Importer::State::body(const FunctionRef& f) {
  std::string key = keyOf(f);
  if (const auto it = bodies.find(key); it != bodies.end()) return &it->second;
  const auto* def = metaGraph ? ops.function(f.name) : nullptr;
  if (!def)
    return fail(Error(Code::kNotFound, cat("there is no function '", f.name, "'")).about(f.name));
  Body b;
  b.graph = std::make_unique<Graph>();
  b.graph->name = key;
  auto s = importBody(*def, f.attrs.get(), b);
  if (!s) return fail(std::move(s).error().prefixed(cat("function '", f.name, "': ")));
  return &(bodies[std::move(key)] = std::move(b));
}

Status Importer::State::importBody(const tensorflow::FunctionDef& f, const Attrs* instance,
                                   Body& body) {
  Graph& g = *body.graph;
  NodeImporter nodes(ops, constants, file, instance, true, g);
  SMW_TRY(nodes.setNodes(f.node_def()));
  for (int i = 0; i < f.signature().input_arg_size(); ++i) {
    const std::string& name = f.signature().input_arg(i).name();
    const auto types = SMW_TRY(argTypes(f.signature(), i, false, instance));
    for (size_t k = 0; k < types.size(); ++k)
      nodes.substitute(name, int64_t(k), {addArg(g, name, types[k], PartialShape()), 0});
  }
  for (int i = 0; i < f.signature().output_arg_size(); ++i) {
    const std::string& name = f.signature().output_arg(i).name();
    const std::string* ret = findEntry(f.ret(), name);
    if (!ret) return invalidArgument("output '", name, "' has no value");
    const Output first = SMW_TRY(nodes.tensor(*ret));
    const auto types = SMW_TRY(argTypes(f.signature(), i, true, instance));
    for (int k = 0; k < int(types.size()); ++k) g.outputs.push_back({first.node, first.index + k});
    if (!types.empty() && first.index + int(types.size()) > g[first.node].numOutputs &&
        g[first.node].def)
      return invalidArgument("output '", name, "' has too few tensors");
  }
  std::vector<std::string_view> targets;
  for (const auto& e : f.control_ret()) targets.push_back(e.value());
  if (targets.empty() && f.signature().is_stateful())
    for (const auto& d : f.node_def())
      if (runsUnasked(d, ops[d.op()])) targets.push_back(d.name());
  sort(targets);
  for (auto t : targets)
    if (const int node = SMW_TRY(nodes.target(t)); node >= 0) g.mustRun.push_back(node);
  SMW_TRY(nodes.drain());
  nodes.insertReads();
  body.unsupported = std::move(nodes.unsupported);
  return {};
}

Status Importer::State::importMain(const GraphRequest& request, Graph& g,
                                   Unsupported& unsupported) {
  if (!metaGraph) return internal("the model's graph was released already");
  NodeImporter nodes(ops, constants, file, nullptr, false, g);
  SMW_TRY(nodes.setNodes(metaGraph->graph_def().node()));
  for (const std::string& feed : request.feeds) {
    const auto [name, index] = splitTensorName(feed);
    const tensorflow::NodeDef* d = nodes.find(name);
    if (!d)
      return fail(
          Error(Code::kNotFound, cat("there is no tensor '", feed, "' to be fed")).about(feed));
    Attrs attrs;  // of a placeholder; a constant may be fed as well, and be large
    for (const char* a : {"dtype", "shape"})
      if (const auto* value = findEntry(d->attr(), a)) attrs.set(a, SMW_TRY(attrFromProto(*value)));
    const Output arg{addArg(g, std::string(feed), attrs.getOr("dtype", DType::kInvalid),
                            attrs.getOr("shape", PartialShape())),
                     0};
    nodes.substitute(name, index, arg);
  }
  for (const std::string& fetch : request.fetches)
    g.outputs.push_back(SMW_TRY(nodes.tensor(fetch)));
  for (const std::string& t : request.targets)
    if (const int node = SMW_TRY(nodes.target(t)); node >= 0) g.mustRun.push_back(node);
  SMW_TRY(nodes.drain());
  nodes.insertReads();
  unsupported = std::move(nodes.unsupported);
  return {};
}

Status Importer::State::importCallees(Graph& root, Unsupported& unsupported) {
  std::vector<Graph*> graphs = {&root};
  std::unordered_map<const Graph*, bool> seen;
  for (size_t i = 0; i < graphs.size(); ++i) {
    Graph& g = *graphs[i];
    for (Node& n : g.nodes) {
      std::vector<FunctionRef> functions = callees(n);
      std::vector<Graph*> bodies;
      for (FunctionRef& f : functions) {
        auto b = body(f);
        if (!b) return fail(std::move(b).error().atNode(n.name).inOp(n.op));
        bodies.push_back((*b)->graph.get());
        f = {bodies.back()->name, nullptr};
        if (!seen.try_emplace(bodies.back()).second) continue;
        graphs.push_back(bodies.back());
        for (const auto& [op, names] : (*b)->unsupported)
          unsupported[op].insert(unsupported[op].end(), names.begin(), names.end());
      }
      SMW_TRY(checkCall(n, bodies));
      if (!functions.empty()) setCallees(n, std::move(functions));
    }
    if (unsupported.empty() && !g.tokenFlow) SMW_TRY(g.order());
  }
  return {};
}

Importer::Importer(const tensorflow::MetaGraphDef& metaGraph, std::string file,
                   ConstantPool& constants)
    : s_(std::make_unique<State>(metaGraph, std::move(file), constants)) {}
Importer::~Importer() = default;

Result<std::unique_ptr<Graph>> Importer::import(const GraphRequest& request) {
  auto g = std::make_unique<Graph>();
  g->name = request.name;
  Unsupported& unsupported = s_->unsupported;
  unsupported.clear();
  Status s = s_->importMain(request, *g, unsupported);
  if (s) s = s_->importCallees(*g, unsupported);
  if (s && !unsupported.empty())
    s = unimplemented("the signature '", request.name,
                      "' needs ops that are not supported: ", describe(unsupported));
  if (!s) return fail(std::move(s).error().inSignature(request.name));
  return g;
}

const Unsupported& Importer::unsupported() const { return s_->unsupported; }

Result<Graph*> Importer::find(const FunctionRef& f) { return SMW_TRY(s_->body(f))->graph.get(); }

Graph* Importer::add(std::unique_ptr<Graph> g) {
  std::string name = g->name;
  return (s_->bodies[std::move(name)] = Body{std::move(g), {}}).graph.get();
}

Graph* Importer::peek(std::string_view name) {
  const auto it = s_->bodies.find(name);
  return it == s_->bodies.end() ? nullptr : it->second.graph.get();
}

void Importer::keepOnly(std::span<Graph* const> bodies) {
  const std::set<const Graph*> kept(bodies.begin(), bodies.end());
  std::erase_if(s_->bodies, [&](const auto& b) { return !kept.contains(b.second.graph.get()); });
}

void Importer::release() { s_->metaGraph = nullptr; }

}  // namespace smw
