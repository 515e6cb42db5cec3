#include "ops/packed_weight.h"

#include "kernels/pack.h"

namespace smw {

namespace {

detail::PackedWeight* held(Resolver& r, const Tensor& weight, int64_t floats, int key) {
  // An op that packs keeps nothing else with its node.
  auto* p = static_cast<detail::PackedWeight*>(r.nodeState().get());
  const bool same = p && p->key == key && p->source.raw() == weight.raw() &&
                    p->source.shape() == weight.shape() && p->packed.numElements() == floats;
  return same ? p : nullptr;
}

}  // namespace

bool holdsPackedWeight(Resolver& r, const Tensor& weight, int64_t floats, int key) {
  return held(r, weight, floats, key) != nullptr;
}

Tensor takePackedWeight(Ref<RefCounted>& nodeState) {
  auto* p = static_cast<detail::PackedWeight*>(nodeState.get());
  if (!p) return {};
  Tensor packed = std::move(p->packed);
  nodeState = nullptr;
  return packed;
}

Result<Tensor> packedMatrix(Resolver& r, int i, int64_t rows, int64_t columns, bool packed) {
  const Tensor* known = r.peekValue(i);
  const int64_t floats = kernels::packedFloats(rows, columns);
  if (!known || known->dtype() != DType::kFloat ||
      known->numElements() != (packed ? floats : SMW_TRY(mul(rows, columns))))
    return invalidArgument("the weights of input ", i, " do not fit");
  if (packed) return Tensor();
  return packedWeight(r, *known, floats, i, [=](const float* from, float* to) {
    kernels::packB(from, rows, columns, columns, 1, to);
  });
}

namespace detail {

Result<Ref<PackedWeight>> findPackedWeight(Resolver& r, const Tensor& weight, int64_t floats,
                                           int key, bool& isNew) {
  if (PackedWeight* p = held(r, weight, floats, key)) return Ref<PackedWeight>(p);
  auto p = makeRef<PackedWeight>();
  p->source = weight;
  p->key = key;
  p->packed = SMW_TRY(Tensor::allocate(DType::kFloat, SMW_TRY(Shape::make({{floats}}))));
  r.nodeState() = p;
  isNew = true;
  return p;
}

}  // namespace detail
}  // namespace smw
