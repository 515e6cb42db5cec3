// Batch norms that no product took in become a product and a sum by channel, which elementwise
// chains take in.
#include <algorithm>

#include "graph/passes/list.h"
#include "graph/passes/match.h"
#include "graph/rewrite.h"

namespace smw::passes {

namespace {

bool isInference(const Node& n) {
  return isBatchNorm(n) && n.def && n.inputs.size() == 5 && n.controls.empty() &&
         !n.attrs.getOr("is_training", true) &&
         n.attrs.getOr("T", DType::kInvalid) == DType::kFloat &&
         n.attrs.getOr("data_format", "NHWC").starts_with("N") &&
         n.attrs.getOr("data_format", "NHWC").ends_with("C");
}

void split(Graph& g, PassContext& c, const Users& users, int i) {
  const Node n = g[i];
  Ref<Constant> k[4];  // gamma, beta, mean, variance
  for (size_t j = 0; j < 4; ++j) {
    const Ref<Constant>* in = constantOf(g, n.inputs[j + 1]);
    if (!in || (*in)->dtype != DType::kFloat || (*in)->shape.rank() != 1 ||
        !((*in)->shape == (j ? k[0]->shape : (*in)->shape)))
      return;
    k[j] = *in;
  }
  if (std::ranges::any_of(users.of(i), [](const Users::Entry& e) { return e.output != 0; })) return;
  const auto derived = [&](std::string_view op, Attrs attrs, std::vector<Ref<Constant>> from) {
    return c.constants.derived(*findOp(op), attrs, std::move(from), DType::kFloat, k[0]->shape);
  };
  Attrs epsilon, minus, type;
  epsilon.set("epsilon", n.attrs.getOr("epsilon", 1e-4f));
  const Ref<Constant> scale = derived("_BatchNormScale", std::move(epsilon), {k[0], k[3]});
  minus.set("num_args", int64_t(1));
  minus.set("negate", true);
  const Ref<Constant> shift = derived("_MulAdd", std::move(minus), {k[2], scale, k[1]});
  type.set("T", DType::kFloat);
  Node mul;
  mul.name = n.name + "/scale";
  mul.op = "Mul";
  mul.def = findOp(mul.op);
  mul.attrs = type;
  mul.inputs = {n.inputs[0], {g.addConst(mul.name, scale), 0}};
  const Output shifted = {g.addConst(n.name + "/shift", shift), 0},
               scaled = {g.add(std::move(mul)), 0};
  becomeOp(g[i], "AddV2", {scaled, shifted}, std::move(type));
}

}  // namespace

Status splitBatchNorms(PassContext& c) {
  for (Graph* g : SMW_TRY(reachableGraphs(c))) {
    if (g->tokenFlow) continue;
    const Users users(*g);
    for (int i : SMW_TRY(g->order()))
      if (isInference((*g)[i])) split(*g, c, users, i);
  }
  return {};
}

}  // namespace smw::passes
