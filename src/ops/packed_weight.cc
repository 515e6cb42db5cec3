#include "ops/packed_weight.h"

namespace smw::detail {

Result<Ref<PackedWeight>> findPackedWeight(Resolver& r, const Tensor& weight, int64_t floats,
                                           int key, bool& isNew) {
  // An op that packs keeps nothing else with its node.
  if (auto* held = static_cast<PackedWeight*>(r.nodeState().get());
      held && held->key == key && held->source.raw() == weight.raw() &&
      held->source.shape() == weight.shape() && held->packed.numElements() == floats)
    return Ref<PackedWeight>(held);
  auto p = makeRef<PackedWeight>();
  p->source = weight;
  p->key = key;
  p->packed = SMW_TRY(Tensor::allocate(DType::kFloat, SMW_TRY(Shape::make({{floats}}))));
  r.nodeState() = p;
  isNew = true;
  return p;
}

}  // namespace smw::detail
