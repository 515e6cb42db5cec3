// Weights in the layout that a kernel wants, kept with the node.
#pragma once

#include "ops/resolver.h"

namespace smw {

/// The packed form of `weight` (known while the plan is laid): `floats` floats, filled by
/// `pack(const float* weight, float* to)` where the node does not hold it yet. Repeated resolving
/// with other shapes of the other inputs finds it again; `key` tells apart layouts that differ.
template <typename F>
Result<Tensor> packedWeight(Resolver& r, const Tensor& weight, int64_t floats, int key, F pack);

/// Input i, a constant (rows, columns) matrix, as panels: it came `packed`, or is packed once and
/// kept. No tensor in the first case.
Result<Tensor> packedMatrix(Resolver& r, int i, int64_t rows, int64_t columns, bool packed);

bool holdsPackedWeight(Resolver& r, const Tensor& weight, int64_t floats, int key);
/// The packed form that the node holds, which it gives up; no tensor where it holds none.
Tensor takePackedWeight(Ref<RefCounted>& nodeState);

namespace detail {
struct PackedWeight : RefCounted {
  Tensor source, packed;  // holding the source keeps its memory from being used for other values
  int key = 0;
};
/// The node's PackedWeight if it is of this weight, else a new one whose `packed` is not filled.
Result<Ref<PackedWeight>> findPackedWeight(Resolver& r, const Tensor& weight, int64_t floats,
                                           int key, bool& isNew);
}  // namespace detail

template <typename F>
Result<Tensor> packedWeight(Resolver& r, const Tensor& weight, int64_t floats, int key, F pack) {
  bool isNew = false;
  auto p = SMW_TRY(detail::findPackedWeight(r, weight, floats, key, isNew));
  if (isNew) pack(weight.data<float>(), p->packed.template data<float>());
  return p->packed;
}

}  // namespace smw
