// Nodes that compute the same of the same values become one.
#include <bit>
#include <unordered_map>

#include "base/strings.h"
#include "graph/calls.h"
#include "graph/passes/list.h"
#include "graph/rewrite.h"

namespace smw::passes {

namespace {

/// Small constants count by value, others by identity.
std::string keyOf(const Constant& k) {
  constexpr int64_t kByValue = 4096;
  if (!k.known() || !isPod(k.dtype) || k.value.numBytes() > kByValue)
    return cat("c ", std::bit_cast<uintptr_t>(&k));
  std::string key = cat("v ", int(k.dtype), k.shape.toString(), int(k.layout));
  key.append(reinterpret_cast<const char*>(k.value.raw()), size_t(k.value.numBytes()));
  return key;
}

/// Text that is the same for nodes of the same value; empty where a node must stay by itself.
std::string keyOf(const Node& n) {
  if (n.op == kConstOp) return keyOf(*n.constant);
  if (!n.def || n.def->effect != Effect::kPure || !n.controls.empty() || n.inputs.empty() ||
      callKind(n.op) != CallKind::kNone)
    return {};
  std::string key = n.op;
  for (Output in : n.inputs) key += cat(' ', in.node, ':', in.index);
  Attrs attrs;  // those that begin so are notes of the exporter
  for (const auto& [name, value] : n.attrs.all())
    if (!name.starts_with('_')) attrs.set(name, value);
  return key + attrsKey(attrs);
}

Status share(Graph& g) {
  if (g.tokenFlow) return {};
  std::unordered_map<std::string, int> first;
  Replacements same;
  for (int i : SMW_TRY(g.order())) {
    Node& n = g[i];
    for (Output& in : n.inputs) in = same.resolve(in);
    const std::string key = keyOf(n);
    if (key.empty()) continue;
    const int kept = first.emplace(key, i).first->second;
    for (int k = 0; k < n.numOutputs; ++k) same.set({i, k}, {kept, k});
  }
  same.apply(g);
  return {};
}

}  // namespace

Status shareCommon(PassContext& c) {
  for (Graph* g : SMW_TRY(reachableGraphs(c))) SMW_TRY(share(*g));
  return {};
}

}  // namespace smw::passes
