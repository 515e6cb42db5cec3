// ScatterNd, ScatterNdNonAliasingAdd and TensorScatterUpdate, Add, Sub, Min, Max.
#include "ops/families.h"
#include "ops/index_tuples.h"
#include "ops/move.h"
#include "ops/update.h"

namespace smw {
namespace {

Status scatter(const IndexTuples& tuples, BadIndices bad, UpdateFn apply, DType t,
               const void* indices, const void* updates, void* out) {
  return tuples.forEach(indices, bad, [&](int64_t i, int64_t at) {
    if (at >= 0)
      apply(elementAt(t, out, at), elementAt(t, updates, i * tuples.slice), tuples.slice);
  });
}

/// indices (..., depth), updates, shape: vector. Zeros, with the updates added where they point.
Status resolveScatterNd(Resolver& r) {
  SMW_TRY(r.requireVector(2, "shape"));
  const BadIndices bad = SMW_TRY(badIndicesPolicy(r));
  const Shape shape = SMW_TRY(Shape::make(SMW_TRY(r.ints(2))));
  const DType t = r.dtype(1);
  const UpdateFn apply = SMW_TRY(updateFn(r, Update::kAdd, t));
  auto tuples = SMW_TRY(scatterTuples(shape, r.shape(0), r.dtype(0), r.shape(1)));
  r.addOutput(t, shape);
  return r.kernel(
      [tuples = std::move(tuples), bad, apply, t, n = shape.numElements()](const Args& a) {
        fillZeros(t, a.outputs[0], n);
        return scatter(tuples, bad, apply, t, a.inputs[0], a.inputs[1], a.outputs[0]);
      });
}

/// tensor, indices (..., depth), updates -> a copy of tensor with the updates applied.
Status tensorScatter(Resolver& r, Update update) {
  const BadIndices bad = SMW_TRY(badIndicesPolicy(r));
  const Shape& shape = r.shape(0);
  const DType t = r.dtype(0);
  const UpdateFn apply = SMW_TRY(updateFn(r, update, t));
  auto tuples = SMW_TRY(scatterTuples(shape, r.shape(1), r.dtype(1), r.shape(2)));
  r.addOutputReusing(0, t, shape);
  return r.kernel([=, tuples = std::move(tuples), it = r.dtype(1), n = shape.numElements(),
                   ni = r.shape(1).numElements(),
                   nu = r.shape(2).numElements()](const Args& a) -> Status {
    Tensor keepIndices, keepUpdates;
    const void* indices = SMW_TRY(unaliased(a, 1, it, ni, keepIndices));
    const void* updates = SMW_TRY(unaliased(a, 2, t, nu, keepUpdates));
    if (a.inputs[0] != a.outputs[0]) copyElements(t, a.outputs[0], a.inputs[0], n);
    return scatter(tuples, bad, apply, t, indices, updates, a.outputs[0]);
  });
}
template <Update U>
Status resolveTensorScatter(Resolver& r) {
  return tensorScatter(r, U);
}

constexpr std::string_view kArgs = "tensor, indices, updates -> output";
constexpr OpDef kOps[] = {
    {"ScatterNd", "indices, updates, shape -> output", resolveScatterNd},
    {"ScatterNdNonAliasingAdd", "input, indices, updates -> output",
     resolveTensorScatter<Update::kAdd>},
    {"TensorScatterAdd", kArgs, resolveTensorScatter<Update::kAdd>},
    {"TensorScatterMax", kArgs, resolveTensorScatter<Update::kMax>},
    {"TensorScatterMin", kArgs, resolveTensorScatter<Update::kMin>},
    {"TensorScatterSub", kArgs, resolveTensorScatter<Update::kSub>},
    {"TensorScatterUpdate", kArgs, resolveTensorScatter<Update::kAssign>},
};

}  // namespace

std::span<const OpDef> scatterNdOps() { return kOps; }

}  // namespace smw
