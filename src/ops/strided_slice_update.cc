// StridedSliceGrad, TensorStridedSliceUpdate.
#include "ops/families.h"
#include "ops/strided_slice.h"

namespace smw {
namespace {

/// shape: of the sliced tensor, begin, end, strides, dy: of the slice's shape. Zeros around dy.
Status resolveStridedSliceGrad(Resolver& r) {
  SMW_TRY(r.requireVector(0, "shape"));
  const Shape whole = SMW_TRY(Shape::make(SMW_TRY(r.ints(0))));
  const StridedRegion g = SMW_TRY(regionOf(r, 1, whole));
  if (!(g.shape == r.shape(4)))
    return invalidArgument("shape of dy was ", r.shape(4), " instead of ", g.shape);
  if (g.identity) {
    r.addView(4, whole);
    return r.nothing();
  }
  const DType t = r.dtype(4);
  r.addOutput(t, whole);
  return r.kernel([t, n = whole.numElements(), move = g.write(whole)](const Args& a) {
    fillZeros(t, a.outputs[0], n);
    moveElements(a.context, t, move, a.inputs[4], a.outputs[0]);
  });
}

/// input with the slice replaced by value, whose shape broadcasts to the slice's.
Status resolveTensorStridedSliceUpdate(Resolver& r) {
  const Shape& whole = r.shape(0);
  const StridedRegion g = SMW_TRY(regionOf(r, 1, whole));
  NdCopy move = SMW_TRY(g.assign(whole, r.shape(4)));
  const DType t = r.dtype(0);
  if (r.dtype(4) != t) return invalidArgument("input and value differ in dtype");
  r.addOutputReusing(0, t, whole);
  return r.kernel([t, n = whole.numElements(), m = r.shape(4).numElements(),
                   move = std::move(move)](const Args& a) -> Status {
    Tensor keep;
    const void* value = SMW_TRY(beginUpdate(a, 4, t, n, m, keep));
    moveElements(a.context, t, move, value, a.outputs[0]);
    return {};
  });
}

constexpr OpDef kOps[] = {
    {"StridedSliceGrad", "shape, begin, end, strides, dy -> output", resolveStridedSliceGrad},
    {"TensorStridedSliceUpdate", "input, begin, end, strides, value -> output",
     resolveTensorStridedSliceUpdate},
};

}  // namespace

std::span<const OpDef> stridedSliceUpdateOps() { return kOps; }

}  // namespace smw
