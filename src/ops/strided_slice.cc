// StridedSlice, Slice.
#include "ops/strided_slice.h"

#include <algorithm>

#include "ops/families.h"

namespace smw {

Dims readInts(DType t, const void* p, int64_t n) {
  Dims d;
  for (int64_t i = 0; i < n; ++i)
    d.push_back(t == DType::kInt64   ? static_cast<const int64_t*>(p)[i]
                : t == DType::kInt16 ? static_cast<const int16_t*>(p)[i]
                                     : static_cast<const int32_t*>(p)[i]);
  return d;
}

Result<StridedRegion> regionOf(Resolver& r, int first, const Shape& whole) {
  for (int i = first; i < first + 3; ++i) SMW_TRY(r.requireVector(i, "begin, end, strides"));
  const Dims begin = SMW_TRY(r.ints(first)), end = SMW_TRY(r.ints(first + 1)),
             strides = SMW_TRY(r.ints(first + 2));
  return stridedRegion(whole, begin, end, strides, SliceMasks::of(r));
}

namespace {

/// Where only indices that drop their dimension (x[i]) are unknown, the result's shape is known all
/// the same: begin is then read at each run.
Result<bool> indexedAtRun(Resolver& r) {
  const Tensor* strides = r.peekValue(3);
  if (!strides || (r.peekValue(1) && r.peekValue(2))) return false;
  for (int i = 1; i < 4; ++i)
    if (r.rank(i) != 1 || !(r.shape(i) == r.shape(3)) || !isSignedInteger(r.dtype(i))) return false;
  const SliceMasks m = SliceMasks::of(r);
  const int64_t n = r.shape(3).numElements();
  if (n >= 32) return false;
  for (int64_t i = 0; i < n; ++i) {
    const bool index = (m.shrink >> i) & 1, all = (m.begin & m.end) >> i & 1,
               other = (m.ellipsis | m.newAxis) >> i & 1;
    if (!index && !all && !other) return false;
  }
  const Shape whole = r.shape(0);
  // Index 0 stands for any that is in range; dimensions that are empty have none.
  const Dims zeros(size_t(n), 0), step = SMW_TRY(strides -> toInts());
  auto region = stridedRegion(whole, zeros, zeros, step, m);
  if (!region) return false;
  const DType t = r.dtype(0), it = r.dtype(1);
  r.addOutput(t, region->shape);
  SMW_TRY(r.kernel([t, it, n, whole, step, m](const Args& a) -> Status {
    const Dims begin = readInts(it, a.inputs[1], n);
    const StridedRegion g = SMW_TRY(stridedRegion(whole, begin, begin, step, m));
    moveElements(a.context, t, g.read(whole), a.inputs[0], a.outputs[0]);
    return {};
  }));
  return true;
}

/// input: any; begin, end, strides: vectors of at most rank entries.
Status resolveStridedSlice(Resolver& r) {
  if (SMW_TRY(indexedAtRun(r))) return {};
  const StridedRegion g = SMW_TRY(regionOf(r, 1, r.shape(0)));
  if (g.identity) {
    r.addView(0, g.shape);
    return r.nothing();
  }
  r.addOutput(r.dtype(0), g.shape);
  return r.kernel(moveKernel(r.dtype(0), g.read(r.shape(0))));
}

Result<StridedRegion> sliceRegion(const Shape& in, std::span<const int64_t> begin,
                                  std::span<const int64_t> size) {
  if (int(begin.size()) != in.rank() || int(size.size()) != in.rank())
    return invalidArgument("Expected begin and size arguments to be 1-D tensors of size ",
                           in.rank(), ", but got sizes ", begin.size(), " and ", size.size());
  StridedRegion g;
  g.identity = true;
  Dims dims;
  for (int i = 0; i < in.rank(); ++i) {
    const int64_t b = begin[size_t(i)], n = size[size_t(i)] == -1 ? in[i] - b : size[size_t(i)];
    if (b < 0 || b > in[i])
      return invalidArgument("Expected begin[", i, "] in [0, ", in[i], "], but got ", b);
    if (n < 0 || n > in[i] - b)
      return invalidArgument("Expected size[", i, "] in [0, ", in[i] - b, "], but got ",
                             size[size_t(i)]);
    g.dims.push_back({b, 1, n});
    g.identity = g.identity && n == in[i];
    dims.push_back(n);
  }
  g.shape = SMW_TRY(Shape::make(dims));
  return g;
}

/// input: any; begin, size: vectors of its rank, a size of -1 reaches to the end.
Status resolveSlice(Resolver& r) {
  const Shape in = r.shape(0);
  const DType t = r.dtype(0), it = r.dtype(1);
  SMW_TRY(r.requireVector(1, "begin"));
  SMW_TRY(r.requireVector(2, "size"));
  const Dims size = SMW_TRY(r.ints(2));
  const bool sized = std::ranges::none_of(size, [](int64_t s) { return s < 0; });
  if (!r.peekValue(1) && sized && int(size.size()) == in.rank() && r.shape(1) == r.shape(2)) {
    r.addOutput(t, SMW_TRY(Shape::make(size)));
    return r.kernel([=](const Args& a) -> Status {
      const Dims begin = readInts(it, a.inputs[1], int64_t(size.size()));
      const StridedRegion g = SMW_TRY(sliceRegion(in, begin, size));
      moveElements(a.context, t, g.read(in), a.inputs[0], a.outputs[0]);
      return {};
    });
  }
  const StridedRegion g = SMW_TRY(sliceRegion(in, SMW_TRY(r.ints(1)), size));
  if (g.identity) {
    r.addView(0, g.shape);
    return r.nothing();
  }
  r.addOutput(t, g.shape);
  return r.kernel(moveKernel(t, g.read(in)));
}

constexpr OpDef kOps[] = {
    {"Slice", "input, begin, size -> output", resolveSlice},
    {"StridedSlice", "input, begin, end, strides -> output", resolveStridedSlice},
};

}  // namespace

std::span<const OpDef> stridedSliceOps() { return kOps; }

}  // namespace smw
