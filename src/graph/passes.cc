#include "graph/passes.h"

#include <algorithm>
#include <unordered_set>

#include "graph/calls.h"
#include "graph/passes/list.h"

namespace smw {

namespace {

Status prune(PassContext& c) {
  for (Graph* g : SMW_TRY(reachableGraphs(c)))
    if (!g->tokenFlow) SMW_TRY(g->prune());
  return {};
}

constexpr Pass kPasses[] = {
    {Pass::kBeforeLoad, "inline", passes::inlineCalls},
    {Pass::kBeforeLoad, "identity", passes::dropIdentities},
    {Pass::kBeforeLoad, "variables", passes::freezeVariables},
    // What is made of weights, as the two rows of a GRU's bias, is to go into bodies like weights.
    {Pass::kBeforeLoad, "fold", passes::foldConstants},
    {Pass::kBeforeLoad, "prune", prune},
    {Pass::kBeforeLoad, "specialize", passes::specializeBodies},
    {Pass::kBeforeLoad, "fold", passes::foldConstants},
    {Pass::kBeforeLoad, "branches", passes::chooseBranches, "If StatelessIf Case StatelessCase"},
    {Pass::kBeforeLoad, "effects", passes::dropIdleEffects},
    {Pass::kBeforeLoad, "prune", prune},
    {Pass::kBeforeLoad, "recurrent", passes::fuseRecurrent, "While StatelessWhile"},
    {Pass::kBeforeLoad, "common", passes::shareCommon},
    {Pass::kBeforeLoad, "prune", prune},
    {Pass::kBeforeLoad, "layout", passes::chooseLayouts,
     "Transpose Conv2D DepthwiseConv2dNative MaxPool AvgPool"},
    {Pass::kBeforeLoad, "prune", prune},
    {Pass::kBeforeLoad, "pads", passes::foldPads, "Pad PadV2"},
    {Pass::kBeforeLoad, "attention", passes::fuseAttention, "Softmax"},
    {Pass::kBeforeLoad, "einsum", passes::fuseEinsum, "Einsum"},
    {Pass::kBeforeLoad, "activations", passes::fuseActivations, "Mul RealDiv"},
    {Pass::kBeforeLoad, "layer_norm", passes::fuseLayerNorms,
     "AddV2 Add Sub Mul RealDiv FusedBatchNormV3"},
    // What patterns have replaced must not count as a reader.
    {Pass::kBeforeLoad, "prune", prune},
    {Pass::kBeforeLoad, "fuse", passes::fuseProducts},
    {Pass::kBeforeLoad, "prune", prune},
    {Pass::kBeforeLoad, "squeeze_excite", passes::fuseSqueezeExcite, "Mul"},
    {Pass::kBeforeLoad, "batch_norm", passes::splitBatchNorms,
     "FusedBatchNorm FusedBatchNormV2 FusedBatchNormV3"},
    {Pass::kBeforeLoad, "elementwise", passes::fuseElementwise},
    {Pass::kBeforeLoad, "prune", prune},
    {Pass::kBeforeLoad, "pack", passes::packWeights},
    {Pass::kAfterLoad, "derive", passes::deriveConstants},
    {Pass::kAfterLoad, "fold", passes::foldConstants},
    {Pass::kAfterLoad, "prune", prune},
};

bool has(std::string_view words, std::string_view word) {
  while (!words.empty()) {
    const size_t end = std::min(words.find(' '), words.size());
    if (words.substr(0, end) == word) return true;
    words.remove_prefix(std::min(end + 1, words.size()));
  }
  return false;
}

Result<bool> anyNodeOf(std::string_view ops, const PassContext& c) {
  for (const Graph* g : SMW_TRY(reachableGraphs(c)))
    for (const Node& n : g->nodes)
      if (has(ops, n.op)) return true;
  return false;
}

Status runStage(PassContext& c, Pass::Stage stage) {
  for (const Pass& p : kPasses) {
    if (p.stage != stage) continue;
    // Derived constants must get their values, whatever is off.
    if (c.off.contains(p.name) && p.name != "derive") continue;
    if (!p.needs.empty() && !SMW_TRY(anyNodeOf(p.needs, c))) continue;
    auto s = p.run(c);
    if (!s) return fail(std::move(s).error().prefixed(cat("pass ", p.name, ": ")));
  }
  return {};
}

}  // namespace

std::span<const Pass> allPasses() { return kPasses; }

Status optimizeBeforeLoad(PassContext& c) {
  SMW_TRY(runStage(c, Pass::kBeforeLoad));
  // What is no longer reached must not hold on to weights.
  c.library.keepOnly(SMW_TRY(reachableGraphs(c)));
  return {};
}

Status optimizeAfterLoad(PassContext& c) {
  SMW_TRY(runStage(c, Pass::kAfterLoad));
  return passes::deriveConstants(c);
}

std::vector<Ref<Constant>> constantsToLoad(const PassContext& c) {
  std::vector<Ref<Constant>> found, pending;
  const auto graphs = reachableGraphs(c);
  if (!graphs) return found;  // optimizeBeforeLoad has told why
  for (const Graph* g : *graphs)
    for (const Node& n : g->nodes)
      if (n.op == kConstOp) pending.push_back(n.constant);
  std::unordered_set<const Constant*> seen;
  while (!pending.empty()) {
    const Ref<Constant> k = std::move(pending.back());
    pending.pop_back();
    if (k->known() || !seen.insert(k.get()).second) continue;
    if (k->derivation)
      pending.insert(pending.end(), k->derivation->inputs.begin(), k->derivation->inputs.end());
    else
      found.push_back(k);
  }
  return found;
}

Result<std::vector<Graph*>> reachableGraphs(const PassContext& c) {
  return reachableGraphs(c.roots, c.library);
}

}  // namespace smw
