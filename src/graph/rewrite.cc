#include "graph/rewrite.h"

namespace smw {

Users::Users(const Graph& g) : first_(g.nodes.size() + 1), controls_(g.nodes.size()) {
  for (const Node& n : g.nodes) {
    for (Output in : n.inputs) ++first_[size_t(in.node) + 1];
    for (int c : n.controls) controls_[size_t(c)] = true;
  }
  for (int m : g.mustRun) controls_[size_t(m)] = true;
  for (Output o : g.outputs) ++first_[size_t(o.node) + 1];
  for (size_t i = 1; i < first_.size(); ++i) first_[i] += first_[i - 1];
  entries_.resize(size_t(first_.back()));
  std::vector<int> next(first_.begin(), first_.end() - 1);
  const auto put = [&](Output o, Use use) {
    entries_[size_t(next[size_t(o.node)]++)] = {o.index, use};
  };
  for (size_t i = 0; i < g.nodes.size(); ++i)
    for (size_t k = 0; k < g.nodes[i].inputs.size(); ++k)
      put(g.nodes[i].inputs[k], {int(i), int(k)});
  for (size_t k = 0; k < g.outputs.size(); ++k) put(g.outputs[k], {-1, int(k)});
}

std::span<const Users::Entry> Users::of(int node) const {
  const size_t from = size_t(first_[size_t(node)]), to = size_t(first_[size_t(node) + 1]);
  return {entries_.data() + from, to - from};
}

const Use* Users::sole(Output o) const {
  const Use* found = nullptr;
  for (const Entry& e : of(o.node)) {
    if (e.output != o.index) continue;
    if (found || e.use.node < 0) return nullptr;
    found = &e.use;
  }
  return found;
}

void Replacements::set(Output from, Output to) {
  if (from != to) to_[from] = to;
}

Output Replacements::resolve(Output o) {
  Output end = o;
  for (auto it = to_.find(end); it != to_.end(); it = to_.find(end)) end = it->second;
  while (o != end) {  // shorten the chain for the next one
    Output& next = to_[o];
    o = next;
    next = end;
  }
  return end;
}

void Replacements::apply(Graph& g) {
  if (to_.empty()) return;
  for (Node& n : g.nodes)
    for (Output& in : n.inputs) in = resolve(in);
  for (Output& o : g.outputs) o = resolve(o);
}

const Tensor* knownValue(const Graph& g, Output o) {
  const Ref<Constant>* c = constantOf(g, o);
  return c && (*c)->known() && (*c)->layout == Layout::kPlain ? &(*c)->value : nullptr;
}

bool isVariable(const Node& n) {
  return n.op == "VarHandleOp" || n.op == "VariableV2" || n.op == "Variable";
}

std::string variableName(const Node& n) {
  // What TensorFlow gives to variables that are not to be shared by name.
  constexpr std::string_view kAnonymous = "cd2c89b7-88b7-44c8-ad83-06c2a9158347";
  std::string shared = n.attrs.getOr("shared_name", "");
  return shared.empty() || shared == kAnonymous ? n.name : shared;
}

bool isIdentity(std::string_view op) {
  return op == "Identity" || op == "StopGradient" || op == "PreventGradient" || op == "Snapshot" ||
         op == "PlaceholderWithDefault" || op == "IdentityN";
}

bool isStateful(const Node& n) { return n.def && n.def->effect == Effect::kStateful; }

}  // namespace smw
