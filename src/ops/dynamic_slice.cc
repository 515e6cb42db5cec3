// XlaDynamicSlice, XlaDynamicUpdateSlice: slices of a fixed size that may begin anywhere, and are
// moved inside where they would reach beyond. Loops that generate text keep their caches so.
#include <algorithm>

#include "ops/families.h"
#include "ops/strided_slice.h"

namespace smw {
namespace {

/// Input `indices`, the first place of a slice of shape `part`, must be a vector for that.
Status requireSlice(Resolver& r, const Shape& part, int indices) {
  const Shape& whole = r.shape(0);
  if (part.rank() != whole.rank())
    return invalidArgument("input and update must have the same rank, input shape is ", whole,
                           "; update shape is ", part);
  if (r.rank(indices) != 1 || r.shape(indices)[0] != whole.rank())
    return invalidArgument(
        "index must be a vector with length equal to the number of input dimensions");
  if (!isSignedInteger(r.dtype(indices))) return r.unsupportedDType(r.dtype(indices));
  for (int i = 0; i < whole.rank(); ++i)
    if (part[i] > whole[i])
      return invalidArgument("Update dim size ", part[i],
                             " greater than dynamic slice dimension: ", whole[i]);
  return {};
}

StridedRegion regionAt(const Shape& whole, const Shape& part, DType type, const void* indices) {
  const Dims begin = readInts(type, indices, whole.rank());
  StridedRegion g{.dims = {}, .shape = part, .identity = false};
  for (int i = 0; i < whole.rank(); ++i)
    g.dims.push_back({std::clamp<int64_t>(begin[size_t(i)], 0, whole[i] - part[i]), 1, part[i]});
  return g;
}

/// input, start_indices: a vector of its rank, size_indices: the slice's shape.
Status resolveDynamicSlice(Resolver& r) {
  SMW_TRY(r.requireVector(2, "size_indices"));
  const Shape whole = r.shape(0), part = SMW_TRY(Shape::make(SMW_TRY(r.ints(2))));
  SMW_TRY(requireSlice(r, part, 1));
  const DType t = r.dtype(0), it = r.dtype(1);
  r.addOutput(t, part);
  return r.kernel([=](const Args& a) {
    moveElements(a.context, t, regionAt(whole, part, it, a.inputs[1]).read(whole), a.inputs[0],
                 a.outputs[0]);
  });
}

/// input with the slice at `indices` (a vector of its rank) replaced by update, of its rank.
Status resolveDynamicUpdateSlice(Resolver& r) {
  const Shape whole = r.shape(0), part = r.shape(1);
  SMW_TRY(requireSlice(r, part, 2));
  const DType t = r.dtype(0), it = r.dtype(2);
  if (r.dtype(1) != t) return invalidArgument("input and update differ in dtype");
  r.addOutputReusing(0, t, whole);
  return r.kernel([=](const Args& a) -> Status {
    Tensor keep;
    const void* update =
        SMW_TRY(beginUpdate(a, 1, t, whole.numElements(), part.numElements(), keep));
    moveElements(a.context, t, regionAt(whole, part, it, a.inputs[2]).write(whole), update,
                 a.outputs[0]);
    return {};
  });
}

constexpr OpDef kOps[] = {
    {"XlaDynamicSlice", "input, start_indices, size_indices -> output", resolveDynamicSlice},
    {"XlaDynamicUpdateSlice", "input, update, indices -> output", resolveDynamicUpdateSlice},
};

}  // namespace

std::span<const OpDef> dynamicSliceOps() { return kOps; }

}  // namespace smw
