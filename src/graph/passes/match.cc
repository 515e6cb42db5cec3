#include "graph/passes/match.h"

namespace smw::passes {

void becomeOp(Node& n, std::string_view op, std::vector<Output> inputs, Attrs attrs) {
  n.op = op;
  n.def = findOp(op);
  n.attrs = std::move(attrs);
  n.inputs = std::move(inputs);
  n.numOutputs = 1;
}

void becomeMatMul(Node& n, std::vector<int64_t> outDims, int contract, int64_t rank,
                  bool transposed) {
  n.op = kFusedMatMul;
  n.def = findOp(n.op);
  n.attrs = Attrs();
  n.attrs.set("num_args", int64_t(0));
  n.attrs.set("out_dims", std::move(outDims));
  n.attrs.set("contract", int64_t(contract));
  n.attrs.set("rank", rank);
  n.attrs.set("transpose_b", transposed);
}

bool isBatchNorm(const Node& n) {
  constexpr std::string_view kOp = "FusedBatchNorm";
  return n.op.starts_with(kOp) && n.op.size() <= kOp.size() + 2;  // V3, but not Grad
}

float scalarOr(const Graph& g, Output o, float otherwise) {
  const Tensor* v = knownValue(g, o);
  return v && v->dtype() == DType::kFloat && v->shape().isScalar() ? *v->data<float>() : otherwise;
}

}  // namespace smw::passes
