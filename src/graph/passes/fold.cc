// Pure nodes with constant inputs become constants: at once where the values are here and small,
// else derived ones, which are computed when the weights are here.
#include <algorithm>

#include "base/strings.h"
#include "graph/calls.h"
#include "graph/passes/list.h"
#include "graph/rewrite.h"
#include "ops/run_node.h"

namespace smw::passes {

namespace {

/// A result larger than this, and larger than what it is made of, is made anew at each run.
constexpr int64_t kLargest = 1 << 20;
/// Inputs up to this size are computed with before the weights are read.
constexpr int64_t kSmall = 1 << 16;

class Folder {
 public:
  Folder(Graph& g, PassContext& c) : g_(g), c_(c) {}

  Status run() {
    if (g_.tokenFlow) return {};
    for (int i : SMW_TRY(g_.order())) {
      for (Output& in : g_[i].inputs) in = replaced_.resolve(in);
      if (mayFold(g_[i])) SMW_TRY(fold(i));
    }
    replaced_.apply(g_);
    return {};
  }

 private:
  [[gnu::noinline]] bool mayFold(const Node& n) const {
    if (!n.def || n.def->effect != Effect::kPure || !n.controls.empty() || n.inputs.empty() ||
        n.numOutputs == 0 || callKind(n.op) != CallKind::kNone)
      return false;
    return std::ranges::all_of(n.inputs, [&](Output in) {
      const Ref<Constant>* k = constantOf(g_, in);
      return k && (*k)->layout == Layout::kPlain;
    });
  }

  [[gnu::noinline]] Status fold(int node) {
    const Node& n = g_[node];
    std::vector<InputInfo> infos;
    std::vector<Ref<Constant>> inputs;
    int64_t bytes = 0;
    bool known = true;
    for (Output in : n.inputs) {
      const Ref<Constant>& k = *constantOf(g_, in);
      infos.push_back({k->dtype, k->shape, k->known() ? &k->value : nullptr});
      inputs.push_back(k);
      known = known && k->known();
      bytes += k->shape.numElements() * int64_t(dtypeSize(k->dtype));
    }
    Ref<RefCounted> state;
    Resolver r(n.op, n.name, n.attrs, infos, n.numOutputs, state);
    // An op that cannot be resolved says so when it is run; one that waits for values is looked at
    // again later.
    if (!n.def->resolve(r) || r.takenControlFlow().kind != ControlFlow::kNone) return {};
    const bool declared = int(r.outputs().size()) == n.numOutputs;
    if (declared) {
      int64_t made = 0;
      for (const OutputInfo& o : r.outputs()) {
        if (o.dtype == DType::kResource || o.dtype == DType::kVariant) return {};
        made += o.shape.numElements() * int64_t(dtypeSize(o.dtype));
      }
      if (made > std::max(kLargest, bytes)) return {};
    }
    if (known && c_.ops && bytes <= kSmall) return compute(node, inputs);
    if (!declared) return {};
    const Node site = n;
    for (int k = 0; k < site.numOutputs; ++k) {
      OutputInfo& o = r.outputs()[size_t(k)];
      Ref<Constant> c = o.value ? makeConstant(std::move(o.value))
                                : c_.constants.derived(*site.def, site.attrs, inputs, o.dtype,
                                                       o.shape, k, site.numOutputs);
      replace(node, k, std::move(c));
    }
    return {};
  }

  /// Runs the node now. An error stays for the run to report.
  [[gnu::noinline]] Status compute(int node, const std::vector<Ref<Constant>>& inputs) {
    const Node site = g_[node];
    std::vector<Tensor> values;
    for (const auto& i : inputs) values.push_back(i->value);
    Ref<RefCounted> state;
    auto result = runNode({*site.def, site.name, site.attrs, site.numOutputs, state},
                          std::move(values), *c_.ops);
    if (!result || result->waiting) return {};
    for (const Tensor& t : result->outputs)
      if (!t || t.dtype() == DType::kResource || t.dtype() == DType::kVariant) return {};
    for (int k = 0; k < site.numOutputs; ++k)
      replace(node, k, makeConstant(std::move(result->outputs[size_t(k)])));
    return {};
  }

  void replace(int node, int output, Ref<Constant> c) {
    std::string name = g_[node].name;
    if (output) name += cat(":", output);
    replaced_.set({node, output}, {g_.addConst(std::move(name), std::move(c)), 0});
  }

  Graph& g_;
  PassContext& c_;
  Replacements replaced_;
};

}  // namespace

Status foldConstants(PassContext& c) {
  for (Graph* g : SMW_TRY(reachableGraphs(c))) SMW_TRY(Folder(*g, c).run());
  return {};
}

}  // namespace smw::passes
