#include "graph/node_importer.h"

#include <algorithm>
#include <charconv>
#include <optional>

#include "base/entry.h"
#include "base/sort.h"
#include "base/strings.h"
#include "graph/calls.h"
#include "graph/from_proto.h"
#include "proto/graph.pb.h"

namespace smw {

namespace {

/// Parts of "node:argument:2", "node:2" or "node".
struct InputName {
  std::string_view node, argument;
  std::optional<int64_t> index;
};

std::optional<int64_t> number(std::string_view s) {
  int64_t v = 0;
  const auto r = std::from_chars(s.data(), s.data() + s.size(), v);
  if (s.empty() || r.ec != std::errc() || r.ptr != s.data() + s.size()) return std::nullopt;
  return v;
}

InputName parseInput(std::string_view s) {
  InputName r;
  const size_t first = s.find(':');
  r.node = s.substr(0, first);
  if (first == std::string_view::npos) return r;
  std::string_view rest = s.substr(first + 1);
  const size_t second = rest.rfind(':');
  if (second == std::string_view::npos) {
    r.index = number(rest);
    if (!r.index) r.argument = rest;
    return r;
  }
  r.argument = rest.substr(0, second);
  r.index = number(rest.substr(second + 1));
  if (!r.index) r.index = -1;
  return r;
}

bool isTokenFlow(std::string_view op) {
  if (op.starts_with("Ref")) op.remove_prefix(3);
  for (auto name : {"Switch", "Merge", "Enter", "Exit", "NextIteration", "LoopCond"})
    if (op == name) return true;
  return false;
}

}  // namespace

/// The value of a Const node: here already, or to be read from the model's file.
Result<Ref<Constant>> NodeImporter::constant(const tensorflow::TensorProto& p) {
  if (p.content_length() <= 0) return makeConstant(SMW_TRY(tensorFromProto(p)));
  const DType dtype = dtypeFromProto(p.dtype());
  Dims dims;
  for (const auto& d : p.tensor_shape().dim()) dims.push_back(d.size());
  const Shape shape = SMW_TRY(Shape::make(dims));
  const int64_t want = SMW_TRY(mul(shape.numElements(), int64_t(dtypeSize(dtype))));
  if (!isPod(dtype) || want != p.content_length())
    return invalidArgument("a constant ", dtypeName(dtype), shape, " takes ", want,
                           " bytes, and has ", p.content_length());
  return constants_.fromFile(file_, p.content_offset(), p.content_length(), dtype, shape);
}

Error NodeImporter::wrong(const Node& n, std::string message) const {
  return fail(Error(Code::kInvalidArgument, cat("node '", n.name, "' (", n.op, "): ", message))
                  .atNode(n.name)
                  .inOp(n.op));
}

Status NodeImporter::addNode(const tensorflow::NodeDef& n) {
  if (byName_.try_emplace(n.name(), Entry{&n}).second) return {};
  return fail(Error(Code::kInvalidArgument, cat("two nodes have the name '", n.name(), "'"))
                  .atNode(n.name()));
}

const tensorflow::NodeDef* NodeImporter::find(std::string_view name) const {
  const auto it = byName_.find(name);
  return it == byName_.end() ? nullptr : it->second.def;
}

void NodeImporter::substitute(std::string_view name, int64_t index, Output out) {
  substituted_[{std::string(name), index}] = out;
}

Result<Output> NodeImporter::tensor(std::string_view input) {
  const InputName in = parseInput(input);
  if (in.argument.empty()) {
    const auto s = substituted_.find(std::pair(std::string(in.node), in.index.value_or(0)));
    if (s != substituted_.end()) return s->second;
  }
  const auto it = byName_.find(in.node);
  if (it == byName_.end())
    return fail(
        Error(Code::kNotFound, cat("there is no node '", in.node, "' for the tensor '", input, "'"))
            .about(input));
  const int node = SMW_TRY(visit(it->second));
  Node& n = graph_[node];
  int64_t index = in.index.value_or(0);
  const OpFacts& facts = *facts_[size_t(node)];
  if (!in.argument.empty() && facts.knowsArgs()) {
    auto flat = flatIndex(facts.named.outputs, n.attrs, in.argument, index);
    if (!flat) return wrong(n, cat("output '", input, "': ", flat.error().message()));
    index = *flat;
  }
  if (!facts.knowsArgs() && index >= 0) n.numOutputs = std::max(n.numOutputs, int(index) + 1);
  if (index < 0 || index >= n.numOutputs)
    return wrong(n, cat("it has ", n.numOutputs, " outputs, so there is no '", input, "'"));
  return Output{node, int(index)};
}

Result<int> NodeImporter::target(std::string_view input) {
  if (input.starts_with('^')) input.remove_prefix(1);
  const InputName in = parseInput(input);
  if (substituted_.contains(std::pair(std::string(in.node), int64_t(0)))) return -1;
  const auto it = byName_.find(in.node);
  if (it == byName_.end())
    return fail(Error(Code::kNotFound, cat("there is no node '", in.node, "'")).about(input));
  return visit(it->second);
}

Result<int> NodeImporter::visit(Entry& e) {
  if (e.node >= 0) return e.node;
  Node n;
  SMW_TRY(makeNode(*e.def, n));
  e.node = graph_.add(std::move(n));
  defs_.resize(size_t(e.node) + 1);
  facts_.resize(size_t(e.node) + 1);
  defs_[size_t(e.node)] = e.def;
  facts_[size_t(e.node)] = &ops_[e.def->op()];
  pending_.push_back(e.node);
  return e.node;
}

Result<Attrs> NodeImporter::attrsOf(const tensorflow::NodeDef& d, const OpFacts& facts) {
  auto converted = attrsFromProto(d.attr(), instance_);
  if (!converted) return fail(std::move(converted).error().atNode(d.name()).inOp(d.op()));
  Attrs attrs = std::move(*converted);
  if (facts.proto)
    for (const auto& a : facts.proto->attr())
      if (a.has_default_value() && !attrs.has(a.name()))
        attrs.set(a.name(), SMW_TRY(attrFromProto(a.default_value())));
  return attrs;
}

Status NodeImporter::makeNode(const tensorflow::NodeDef& d, Node& n) {
  n.name = d.name();
  n.op = d.op();
  if (n.op == kConstOp) {
    const auto* value = findEntry(d.attr(), "value");
    if (!value || !value->has_tensor()) return wrong(n, "it has no value");
    auto c = constant(value->tensor());
    if (!c) return fail(std::move(c).error().atNode(n.name).inOp(n.op));
    n.constant = std::move(*c);
    return {};
  }
  const OpFacts& facts = ops_[n.op];
  n.def = facts.def;
  n.attrs = SMW_TRY(attrsOf(d, facts));
  if (isTokenFlow(n.op)) graph_.tokenFlow = true;
  if (facts.function) {
    const tensorflow::OpDef& signature = facts.function->signature();
    auto attrs = std::make_shared<Attrs>(std::move(n.attrs));
    std::vector<DType> in, out;
    for (int i = 0; i < signature.input_arg_size(); ++i)
      std::ranges::copy(SMW_TRY(argTypes(signature, i, false, attrs.get())),
                        std::back_inserter(in));
    for (int i = 0; i < signature.output_arg_size(); ++i)
      std::ranges::copy(SMW_TRY(argTypes(signature, i, true, attrs.get())),
                        std::back_inserter(out));
    n.numOutputs = int(out.size());
    n.attrs = Attrs();
    n.attrs.set("Tin", std::move(in));
    n.attrs.set("Tout", std::move(out));
    n.attrs.set("f", FunctionRef{n.op, std::move(attrs)});
    n.op = signature.is_stateful() ? "StatefulPartitionedCall" : "PartitionedCall";
    n.def = findOp(n.op);
    return {};
  }
  if (!n.def) {
    unsupported[n.op].push_back(inFunction_ ? cat(graph_.name, "/", n.name) : n.name);
    n.numOutputs = 0;
    if (!facts.proto) return {};
  }
  auto outputs = flatLength(facts.counted.outputs, n.attrs);
  if (!outputs) return wrong(n, outputs.error().message());
  n.numOutputs = *outputs;
  return {};
}

Status NodeImporter::drain() {
  while (!pending_.empty()) {
    const int i = pending_.back();
    pending_.pop_back();
    SMW_TRY(connect(i));
  }
  return {};
}

Status NodeImporter::connect(int node) {
  const tensorflow::NodeDef& d = *defs_[size_t(node)];
  const OpFacts& facts = *facts_[size_t(node)];
  if (d.op() == kConstOp) return {};
  std::vector<Output> inputs;
  std::vector<int> controls;
  const auto at = [&](Error&& e) { return fail(std::move(e).atNode(d.name()).inOp(d.op())); };
  for (const std::string& in : d.input()) {
    if (in.starts_with('^')) {
      auto c = target(in);
      if (!c) return at(std::move(c).error().prefixed(cat("input of node '", d.name(), "': ")));
      if (*c >= 0 && graph_[*c].op != kConstOp) controls.push_back(*c);
      continue;
    }
    auto t = tensor(in);
    if (!t) return at(std::move(t).error().prefixed(cat("input of node '", d.name(), "': ")));
    inputs.push_back(*t);
  }
  sort(controls);
  controls.erase(std::ranges::unique(controls).begin(), controls.end());
  Node& n = graph_[node];
  n.inputs = std::move(inputs);
  n.controls = std::move(controls);
  if (!n.def || facts.function) return {};
  auto want = flatLength(facts.counted.inputs, n.attrs);
  if (!want) return wrong(n, want.error().message());
  if (*want != int(n.inputs.size()))
    return wrong(n, cat("it has ", n.inputs.size(), " inputs, and the op takes ", *want));
  return {};
}

/// Identity of a reference shares the variable's memory in TensorFlow: who reads it after an
/// assignment sees what was assigned. So it passes the reference on.
bool NodeImporter::isRef(Output o) {
  for (int hops = 0; graph_[o.node].op == "Identity" && graph_[o.node].inputs.size() == 1; ++hops) {
    if (hops > 1000) return false;
    o = graph_[o.node].inputs[0];
  }
  if (size_t(o.node) >= facts_.size() || !facts_[size_t(o.node)]) return false;
  const OpFacts& facts = *facts_[size_t(o.node)];
  return isRefArg(facts.counted.outputs, graph_[o.node].attrs, o.index);
}

Output NodeImporter::insertRead(Output ref, const std::vector<int>& controls,
                                std::string_view reader) {
  Node read;
  read.name = cat(reader, "/read/", graph_[ref.node].name);
  read.op = "ReadVariableOp";
  read.def = findOp(read.op);
  const Attrs& from = graph_[ref.node].attrs;
  for (auto name : {"dtype", "T"})
    if (const auto* t = from.find<DType>(name)) read.attrs.set("dtype", *t);
  if (!read.def) unsupported[read.op].push_back(read.name);
  read.inputs = {ref};
  read.controls = controls;
  return {graph_.add(std::move(read)), 0};
}

void NodeImporter::insertReads() {
  const size_t imported = std::min(graph_.nodes.size(), facts_.size());
  for (size_t i = 0; i < imported; ++i) {
    if (!facts_[i] || !graph_.nodes[i].def || graph_.nodes[i].op == "Identity") continue;
    for (size_t k = 0; k < graph_.nodes[i].inputs.size(); ++k) {
      const Output in = graph_.nodes[i].inputs[k];
      if (!isRef(in) || isRefArg(facts_[i]->counted.inputs, graph_.nodes[i].attrs, int(k)))
        continue;
      const Output value = insertRead(in, graph_.nodes[i].controls, graph_.nodes[i].name);
      graph_.nodes[i].inputs[k] = value;
    }
  }
  for (Output& o : graph_.outputs)
    if (isRef(o)) o = insertRead(o, {}, "fetch");
}

Result<std::vector<DType>> argTypes(const tensorflow::OpDef& signature, int arg, bool output,
                                    const Attrs* instance) {
  static const Attrs kNone;
  const Attrs& attrs = instance ? *instance : kNone;
  const auto& a = output ? signature.output_arg(arg) : signature.input_arg(arg);
  if (!a.type_list_attr().empty()) return attrs.get<std::vector<DType>>(a.type_list_attr());
  const DType t =
      a.type_attr().empty() ? dtypeFromProto(a.type()) : SMW_TRY(attrs.get<DType>(a.type_attr()));
  const int n = SMW_TRY(argLength({a.name(), a.number_attr(), false}, attrs));
  return std::vector<DType>(size_t(n), t);
}

}  // namespace smw
