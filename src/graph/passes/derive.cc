// Computes the constants that are made of others, once the weights are here.
#include <algorithm>

#include "base/strings.h"
#include "graph/passes/list.h"
#include "graph/rewrite.h"
#include "kernels/pack.h"
#include "ops/run_node.h"

namespace smw::passes {

namespace {

Status compute(Constant& c, OpContext& ops, Compression* compression) {
  Derivation d = std::move(*c.derivation);
  c.derivation.reset();
  c.source.kind = WeightSource::kNone;
  std::vector<Tensor> values;
  for (Ref<Constant>& in : d.inputs) {
    if (c.source.key.empty()) c.source.key = in->source.key;  // for reports
    // Whom nobody else holds gives its elements away, to be changed in place.
    values.push_back(in.unique() ? std::move(in->value) : in->value);
    in = nullptr;
  }
  Ref<RefCounted> state;
  const std::string_view name = d.op->name;
  auto result =
      SMW_TRY(runNode({*d.op, name, d.attrs, d.numOutputs, state}, std::move(values), ops));
  if (result.waiting) return internal("op ", name, " waits for bytes while weights are made");
  c.value = std::move(result.outputs[size_t(d.output)]);
  return packConstant(c, compression);
}

}  // namespace

Status packConstant(Constant& c, Compression* compression) {
  if (c.layout != Layout::kPacked || !c.value || c.value.shape().rank() != c.shape.rank() ||
      !(c.value.shape() == c.shape))
    return {};  // packed already
  const int64_t k = c.packedRows, n = c.packedColumns, groups = c.packedGroups;
  const int64_t floats = groups * kernels::packedFloats(k, n / groups);
  Tensor packed = SMW_TRY(Tensor::allocate(DType::kFloat, SMW_TRY(Shape::make({{floats}}))));
  kernels::PackBStream stream(k, n, packed.data<float>(),
                              c.packedTransposed ? kernels::PackBStream::Source::kColumns
                                                 : kernels::PackBStream::Source::kRows,
                              groups);
  stream.write({c.value.data<std::byte>(), size_t(c.value.numBytes())});
  c.value = std::move(packed);
  return compression ? compressConstant(c, *compression) : Status();
}

Status deriveConstants(PassContext& c) {
  std::vector<Constant*> pending;
  for (Graph* g : SMW_TRY(reachableGraphs(c)))
    for (const Node& n : g->nodes)
      if (n.op == kConstOp) pending.push_back(n.constant.get());
  // Depth first, on a stack of its own: what a constant is made of comes before it.
  while (!pending.empty()) {
    Constant& k = *pending.back();
    if (k.known() || !k.derivation) {
      pending.pop_back();
      continue;
    }
    const size_t before = pending.size();
    for (const Ref<Constant>& in : k.derivation->inputs) {
      if (in->known()) continue;
      if (!in->derivation) return internal("the weight '", in->source.key, "' was not read");
      pending.push_back(in.get());
    }
    if (pending.size() > before) continue;
    SMW_TRY(compute(k, *c.ops, c.compression));
    pending.pop_back();
  }
  return {};
}

}  // namespace smw::passes
