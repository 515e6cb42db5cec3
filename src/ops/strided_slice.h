// What begin, end, strides and the five masks of StridedSlice say about a shape.
#pragma once

#include "ops/move.h"
#include "ops/resolver.h"

namespace smw {

/// The masks of a StridedSlice-like node.
struct SliceMasks {
  int64_t begin, end, ellipsis, newAxis, shrink;
  static SliceMasks of(const Resolver& r);
};

/// A slice, spread over all dimensions of the sliced shape.
struct StridedRegion {
  struct Dim {
    int64_t begin, stride, size;
  };
  SmallVector<Dim, 6> dims;
  Shape shape;    // of the result
  bool identity;  // covers everything, in order

  /// Rectangle from the sliced tensor (strides of `whole`) to a row-major result, or back.
  NdCopy read(const Shape& whole) const;
  NdCopy write(const Shape& whole) const;
  /// Rectangle from a row-major tensor of shape `value`, which broadcasts to the slice, into it;
  /// INVALID_ARGUMENT where it does not.
  Result<NdCopy> assign(const Shape& whole, const Shape& value) const;
};

/// INVALID_ARGUMENT as tensorflow/core/util/strided_slice_op.cc does.
Result<StridedRegion> stridedRegion(const Shape& whole, std::span<const int64_t> begin,
                                    std::span<const int64_t> end, std::span<const int64_t> strides,
                                    const SliceMasks& masks);
/// The n elements of int16, int32 or int64 at `p`.
Dims readInts(DType t, const void* p, int64_t n);
/// Inputs first, first + 1, first + 2 of a node (begin, end, strides), applied to `whole`.
Result<StridedRegion> regionOf(Resolver& r, int first, const Shape& whole);

}  // namespace smw
