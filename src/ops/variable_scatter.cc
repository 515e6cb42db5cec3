// Scatters into variables: ResourceScatter*, ResourceScatterNd*, ResourceStridedSliceAssign and
// their TF1 forms on references.
#include "ops/families.h"
#include "ops/index_tuples.h"
#include "ops/move.h"
#include "ops/strided_slice.h"
#include "ops/update.h"
#include "ops/variable.h"

namespace smw {
namespace {

/// The variable of input 0, checked against the op's dtype.
Result<Ref<Variable>> variableOf(Step& s, DType dtype) {
  auto v = SMW_TRY(asVariable(s.input(0)));
  const Tensor value = SMW_TRY(readVariable(*v));
  if (value.dtype() != dtype)
    return invalidArgument("variable ", v->name(), " is of dtype ", dtypeName(value.dtype()),
                           ", not ", dtypeName(dtype));
  return v;
}

/// A step that lets `change` (Status(Step&, Tensor&)) write to the variable; TF1 ops hand on the
/// reference.
template <typename F>
Status changeKernel(Resolver& r, DType dtype, F change) {
  const bool ref = r.numOutputs() == 1;
  if (ref) r.addOutput(DType::kResource, Shape());
  return r.tensorKernel([dtype, ref, change = std::move(change)](Step& s) -> Status {
    const auto v = SMW_TRY(variableOf(s, dtype));
    SMW_TRY(changeVariable(*v, [&](Tensor& t) { return change(s, t); }));
    if (ref) s.setOutput(0, s.take(0));
    return {};
  });
}

Status scatterRows(Tensor& params, const Tensor& indices, const Tensor& updates, UpdateFn apply) {
  const Shape& shape = params.shape();
  if (shape.rank() < 1) return invalidArgument("params must be at least 1-D, got a scalar");
  const bool scalar = updates.shape().isScalar();
  Dims want(indices.shape().dims());
  for (int i = 1; i < shape.rank(); ++i) want.push_back(shape[i]);
  if (!scalar && !(updates.shape() == SMW_TRY(Shape::make(want))))
    return invalidArgument("Must have updates.shape = indices.shape + params.shape[1:] or ",
                           "updates.shape = [], got updates.shape ", updates.shape(),
                           ", indices.shape ", indices.shape(), ", params.shape ", shape);
  const DType t = params.dtype();
  const int64_t each = shape.product(1, shape.rank());
  const Dims at = SMW_TRY(indices.toInts());
  for (size_t i = 0; i < at.size(); ++i)
    if (at[i] < 0 || at[i] >= shape[0])
      return invalidArgument("indices[", i, "] = ", at[i], " is not in [0, ", shape[0], ")");
  for (size_t i = 0; i < at.size(); ++i)
    for (int64_t k = 0; k < (scalar ? each : 1); ++k)
      apply(elementAt(t, params.raw(), at[i] * each + k),
            scalar ? updates.raw() : elementAt(t, updates.raw(), int64_t(i) * each),
            scalar ? 1 : each);
  return {};
}

/// The update that ends the op's name.
Update updateNamed(std::string_view op) {
  if (op.ends_with("Add")) return Update::kAdd;
  if (op.ends_with("Sub")) return Update::kSub;
  if (op.ends_with("Mul")) return Update::kMul;
  if (op.ends_with("Div")) return Update::kDiv;
  if (op.ends_with("Min")) return Update::kMin;
  if (op.ends_with("Max")) return Update::kMax;
  return Update::kAssign;
}

/// resource or ref, indices: int32 or int64, updates: rows for them, or one scalar.
Status resolveScatter(Resolver& r) {
  const DType t = r.dtype(2);
  const UpdateFn apply = SMW_TRY(updateFn(r, updateNamed(r.op()), t));
  return changeKernel(r, t, [apply](Step& s, Tensor& params) {
    return scatterRows(params, s.input(1), s.input(2), apply);
  });
}

/// resource or ref, indices (..., depth), updates.
Status resolveScatterNd(Resolver& r) {
  const DType t = r.dtype(2);
  const UpdateFn apply = SMW_TRY(updateFn(r, updateNamed(r.op()), t));
  const BadIndices bad = SMW_TRY(badIndicesPolicy(r));
  return changeKernel(r, t, [apply, bad](Step& s, Tensor& params) -> Status {
    const Tensor &indices = s.input(1), &updates = s.input(2);
    const auto tuples =
        SMW_TRY(scatterTuples(params.shape(), indices.shape(), indices.dtype(), updates.shape()));
    const DType dtype = params.dtype();
    return tuples.forEach(indices.raw(), bad, [&](int64_t i, int64_t at) {
      if (at >= 0)
        apply(elementAt(dtype, params.raw(), at), elementAt(dtype, updates.raw(), i * tuples.slice),
              tuples.slice);
    });
  });
}

/// ref or resource, begin, end, strides, value: assigned to the slice.
Status resolveSliceAssign(Resolver& r) {
  const DType t = r.dtype(4);
  return changeKernel(r, t, [masks = SliceMasks::of(r)](Step& s, Tensor& whole) -> Status {
    for (int i = 1; i < 4; ++i)
      if (s.input(i).shape().rank() != 1)
        return invalidArgument("Expected begin, end, and strides to be 1D equal size tensors");
    const Dims begin = SMW_TRY(s.input(1).toInts()), end = SMW_TRY(s.input(2).toInts()),
               strides = SMW_TRY(s.input(3).toInts());
    const StridedRegion g = SMW_TRY(stridedRegion(whole.shape(), begin, end, strides, masks));
    const NdCopy move = SMW_TRY(g.assign(whole.shape(), s.input(4).shape()));
    moveElements(s.context(), whole.dtype(), move, s.input(4).raw(), whole.raw());
    return {};
  });
}

constexpr Effect kState = Effect::kStateful;
constexpr std::string_view kHandle = "resource, indices, updates ->",
                           kHandleNd = "ref, indices, updates ->",
                           kRef = "ref&, indices, updates -> output_ref&";
constexpr OpDef kOps[] = {
    {"ResourceScatterAdd", kHandle, resolveScatter, kState},
    {"ResourceScatterDiv", kHandle, resolveScatter, kState},
    {"ResourceScatterMax", kHandle, resolveScatter, kState},
    {"ResourceScatterMin", kHandle, resolveScatter, kState},
    {"ResourceScatterMul", kHandle, resolveScatter, kState},
    {"ResourceScatterNdAdd", kHandleNd, resolveScatterNd, kState},
    {"ResourceScatterNdMax", kHandleNd, resolveScatterNd, kState},
    {"ResourceScatterNdMin", kHandleNd, resolveScatterNd, kState},
    {"ResourceScatterNdSub", kHandleNd, resolveScatterNd, kState},
    {"ResourceScatterNdUpdate", kHandleNd, resolveScatterNd, kState},
    {"ResourceScatterSub", kHandle, resolveScatter, kState},
    {"ResourceScatterUpdate", kHandle, resolveScatter, kState},
    {"ResourceStridedSliceAssign", "ref, begin, end, strides, value ->", resolveSliceAssign,
     kState},
    {"ScatterAdd", kRef, resolveScatter, kState},
    {"ScatterDiv", kRef, resolveScatter, kState},
    {"ScatterMax", kRef, resolveScatter, kState},
    {"ScatterMin", kRef, resolveScatter, kState},
    {"ScatterMul", kRef, resolveScatter, kState},
    {"ScatterNdAdd", kRef, resolveScatterNd, kState},
    {"ScatterNdMax", kRef, resolveScatterNd, kState},
    {"ScatterNdMin", kRef, resolveScatterNd, kState},
    {"ScatterNdSub", kRef, resolveScatterNd, kState},
    {"ScatterNdUpdate", kRef, resolveScatterNd, kState},
    {"ScatterSub", kRef, resolveScatter, kState},
    {"ScatterUpdate", kRef, resolveScatter, kState},
    {"StridedSliceAssign", "ref&, begin, end, strides, value -> output_ref&", resolveSliceAssign,
     kState},
};

}  // namespace

std::span<const OpDef> variableScatterOps() { return kOps; }

}  // namespace smw
