// Select, SelectV2, ClipByValue.
#include "kernels/select.h"

#include "ops/dispatch.h"
#include "ops/element_op.h"
#include "ops/elementwise.h"
#include "ops/families.h"

namespace smw {
namespace {

/// Objects: strings, handles, variants.
template <typename T>
Status selectObjects(Resolver& r, const kernels::BroadcastPlan& plan) {
  return r.kernel([plan](const Args& a) {
    const void* in[] = {a.inputs[0], a.inputs[1], a.inputs[2]};
    const size_t sizes[] = {1, sizeof(T), sizeof(T)};
    kernels::broadcastRuns(
        plan, in, sizes, a.outputs[0], sizeof(T), 0, plan.total,
        [](const void*, const void* const* x, const int* step, void* y, int64_t n) {
          const bool* c = static_cast<const bool*>(x[0]);
          for (int64_t i = 0; i < n; ++i)
            static_cast<T*>(y)[i] = c[i * step[0]] ? static_cast<const T*>(x[1])[i * step[1]]
                                                   : static_cast<const T*>(x[2])[i * step[2]];
          return true;
        },
        nullptr);
  });
}

/// Output of shape `out`, with the condition seen under the shape `condition`.
Status selectOver(Resolver& r, const Shape& condition, const Shape& out) {
  if (r.dtype(0) != DType::kBool) return r.unsupportedDType(r.dtype(0));
  SMW_TRY(requireSameDType(r, 1, 2));
  const auto plan = SMW_TRY(broadcastOver(out, {condition, r.shape(1), r.shape(2)}));
  const DType t = r.dtype(1);
  if (!isPod(t)) {
    r.addOutput(t, out);
    if (t == DType::kString) return selectObjects<std::string>(r, plan);
    if (t == DType::kResource) return selectObjects<ResourceHandle>(r, plan);
    return selectObjects<VariantValue>(r, plan);
  }
  if (r.shape(1) == out)
    r.addOutputReusing(1, t, out);
  else if (r.shape(2) == out)
    r.addOutputReusing(2, t, out);
  else
    r.addOutput(t, out);
  if (ElementOp* l = ElementOp::wanted(r))
    return l->set(kernels::selectRun(dtypeSize(t)), {condition, r.shape(1), r.shape(2)});
  return r.kernel([plan, size = dtypeSize(t)](const Args& a) {
    a.context.parallel().run(plan.total, kElementGrain, [&](int64_t begin, int64_t end) {
      kernels::select(plan, size, a.in<uint8_t>(0), a.inputs[1], a.inputs[2], a.outputs[0], begin,
                      end);
    });
  });
}

/// condition: a scalar, a vector over the first dimension, or of the shape that t and e share.
Status resolveSelect(Resolver& r) {
  const Shape& t = r.shape(1);
  if (!(t == r.shape(2)))
    return invalidArgument("'then' and 'else' must have the same size.  but received: ", t, " vs. ",
                           r.shape(2));
  Shape condition = r.shape(0);
  if (condition.rank() == 1 && !(condition == t)) {
    if (t.rank() == 0 || condition[0] != t[0])
      return invalidArgument("Number of batches of 'then' must match size of 'cond', but saw: ", t,
                             " vs. ", condition);
    Dims dims(size_t(t.rank()), 1);
    dims[0] = condition[0];
    condition = SMW_TRY(Shape::make(dims));
  } else if (condition.rank() != 0 && !(condition == t)) {
    return invalidArgument(
        "'cond' must be a scalar, a vector or of the shape of 'then': ", condition, " vs. ", t);
  }
  return selectOver(r, condition, t);
}

/// condition, t, e: broadcast against one another.
Status resolveSelectV2(Resolver& r) {
  const Shape both = SMW_TRY(broadcastShapes(r.shape(1), r.shape(2)));
  return selectOver(r, r.shape(0), SMW_TRY(broadcastShapes(r.shape(0), both)));
}

/// t: any shape; clip_value_min, clip_value_max: scalars or of that shape -> max(min(t, high),
/// low).
Status resolveClipByValue(Resolver& r) {
  const DType t = r.dtype(0);
  const auto smaller = kernels::binaryKernel(kernels::BinaryOp::kMinimum, elemOf(t));
  const auto larger = kernels::binaryKernel(kernels::BinaryOp::kMaximum, elemOf(t));
  if (!smaller || !larger) return r.unsupportedDType(t);
  const Shape& shape = r.shape(0);
  for (int i = 1; i < 3; ++i) {
    SMW_TRY(requireSameDType(r, 0, i));
    if (r.shape(i).numElements() != 1 && !(r.shape(i) == shape))
      return invalidArgument(
          "clip_value_min and clip_value_max must be either of the same shape as input, or a "
          "scalar. input ",
          "shape: ", shape, " clip value shape: ", r.shape(i));
  }
  const auto view = [&](int i) { return r.shape(i).numElements() == 1 ? Shape() : shape; };
  const auto low = SMW_TRY(broadcastOver(shape, {shape, view(1)}));
  const auto high = SMW_TRY(broadcastOver(shape, {shape, view(2)}));
  // The bounds are read after the output is written: they must not lie in the same place.
  OutputInfo& out = r.addOutput(t, shape);
  if (r.shape(1).numElements() != shape.numElements() &&
      r.shape(2).numElements() != shape.numElements())
    out.mayReuse = 0;
  return r.kernel([=](const Args& a) {
    a.context.parallel().run(high.total, kElementGrain, [&](int64_t begin, int64_t end) {
      runBinary(smaller, high, a.inputs[0], a.inputs[2], a.outputs[0], begin, end);
      runBinary(larger, low, a.outputs[0], a.inputs[1], a.outputs[0], begin, end);
    });
  });
}

constexpr OpDef kOps[] = {
    {"ClipByValue", "t, clip_value_min, clip_value_max -> output", resolveClipByValue},
    {"Select", "condition, t, e -> output", resolveSelect},
    {"SelectV2", "condition, t, e -> output", resolveSelectV2},
};

}  // namespace

std::span<const OpDef> selectOps() { return kOps; }

}  // namespace smw
