// Ops that tell or change only the shape: Shape, Rank, Size, Reshape, Squeeze, ExpandDims.
#include <algorithm>
#include <limits>

#include "ops/families.h"
#include "ops/reshaped.h"

namespace smw {

Result<Shape> reshaped(const Shape& from, Dims dims) {
  const int64_t n = from.numElements();
  const auto unknown = std::ranges::find(dims, -1);
  if (unknown != dims.end()) {
    if (std::find(unknown + 1, dims.end(), -1) != dims.end())
      return invalidArgument("Only one input size may be -1, not both");
    // Of an empty tensor, zeros stand aside: (0,11,4) as (0,-1) is (0,44).
    const bool hasZero = std::ranges::find(dims, 0) != dims.end();
    int64_t known = 1, all = 1;
    for (int64_t d : dims)
      if (d != 0 && d != -1) known = SMW_TRY(mul(known, d));
    for (int64_t d : from.dims())
      if (d != 0 || !hasZero) all = SMW_TRY(mul(all, d));
    *unknown = all / known;
  }
  const Shape shape = SMW_TRY(Shape::make(dims));
  if (shape.numElements() != n)
    return invalidArgument(cat("Input to reshape is a tensor with ", n,
                               " values, but the requested shape ", shape, " has ",
                               shape.numElements()));
  return shape;
}

Result<Shape> squeezed(const Shape& from, std::span<const int64_t> axes) {
  std::vector<bool> drop(size_t(from.rank()), false);
  for (int64_t a : axes) {
    const int axis = SMW_TRY(from.axis(a, "squeeze_dims"));
    if (from[axis] != 1)
      return invalidArgument(
          cat("Can not squeeze dim[", axis, "], expected a dimension of 1, got ", from[axis]));
    drop[size_t(axis)] = true;
  }
  Dims dims;
  for (int i = 0; i < from.rank(); ++i)
    if (axes.empty() ? from[i] != 1 : !drop[size_t(i)]) dims.push_back(from[i]);
  return Shape::make(dims);
}

namespace {

/// A tensor of `dtype` (int32 or int64) with these values; INVALID_ARGUMENT where int32 is too
/// narrow.
Result<Tensor> intTensor(DType dtype, std::span<const int64_t> values, const Shape& shape) {
  if (dtype == DType::kInt64) return Tensor::of<int64_t>(values, shape);
  Tensor t = SMW_TRY(Tensor::allocate(DType::kInt32, shape));
  for (size_t i = 0; i < values.size(); ++i) {
    if (values[i] > std::numeric_limits<int32_t>::max())
      return invalidArgument("dimension ", values[i], " does not fit int32");
    t.data<int32_t>()[i] = int32_t(values[i]);
  }
  return t;
}

Status resolveShape(Resolver& r) {
  const DType out = r.attrOr("out_type", DType::kInt32);
  for (int i = 0; i < r.numInputs(); ++i)
    r.addValue(SMW_TRY(intTensor(out, r.shape(i).dims(), Shape({r.rank(i)}))));
  return r.nothing();
}

Status resolveRank(Resolver& r) {
  const int64_t rank = r.rank(0);
  r.addValue(SMW_TRY(intTensor(DType::kInt32, {&rank, 1}, Shape())));
  return r.nothing();
}

Status resolveSize(Resolver& r) {
  const int64_t n = r.shape(0).numElements();
  r.addValue(SMW_TRY(intTensor(r.attrOr("out_type", DType::kInt32), {&n, 1}, Shape())));
  return r.nothing();
}

/// tensor: any; shape: vector, one entry may be -1. Source: tensorflow/core/kernels/reshape_op.h.
Status resolveReshape(Resolver& r) {
  SMW_TRY(r.requireVector(1, "shape"));
  r.addView(0, SMW_TRY(reshaped(r.shape(0), SMW_TRY(r.ints(1)))));
  return r.nothing();
}

/// Removes the dimensions of size 1 named by squeeze_dims, or all.
Status resolveSqueeze(Resolver& r) {
  const auto axes = r.attrOr("squeeze_dims", r.attrOr("axis", std::vector<int64_t>()));
  r.addView(0, SMW_TRY(squeezed(r.shape(0), axes)));
  return r.nothing();
}

/// dim: one integer in [-1 - rank, rank].
Status resolveExpandDims(Resolver& r) {
  int64_t axis = SMW_TRY(r.integer(1));
  const int rank = r.rank(0);
  if (axis < -1 - rank || axis > rank)
    return invalidArgument("Tried to expand dim index ", axis, " for tensor with ", rank,
                           " dimensions");
  if (axis < 0) axis += rank + 1;
  Dims dims(r.shape(0).dims());
  dims.insert(size_t(axis), 1);
  r.addView(0, SMW_TRY(Shape::make(dims)));
  return r.nothing();
}

constexpr OpDef kOps[] = {
    {"ExpandDims", "input, dim -> output", resolveExpandDims},
    {"Rank", "input -> output", resolveRank},
    {"Reshape", "tensor, shape -> output", resolveReshape},
    {"Shape", "input -> output", resolveShape},
    {"ShapeN", "input*N -> output*N", resolveShape},
    {"Size", "input -> output", resolveSize},
    {"Squeeze", "input -> output", resolveSqueeze},
};

}  // namespace

std::span<const OpDef> shapeOps() { return kOps; }

}  // namespace smw
