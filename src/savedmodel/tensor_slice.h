// Boxes inside tensors: how partitioned variables are cut.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/status.h"
#include "tensor/shape.h"

namespace tensorflow {
class TensorSliceProto;
}

namespace smw {

/// A box in a tensor: per dimension a start and a length, or the whole dimension.
struct TensorSlice {
  static constexpr int64_t kFull = -1;
  Dims starts, lengths;  // lengths[d] == kFull: the whole dimension, and starts[d] is 0

  int rank() const { return int(starts.size()); }
  bool isFull() const;
  /// The whole of a tensor of that rank.
  static TensorSlice full(int rank);
  static TensorSlice fromProto(const tensorflow::TensorSliceProto& proto);
  /// "0,5:-:2,1": start,length by dimension, '-' for a whole one.
  static Result<TensorSlice> parse(std::string_view spec);
  std::string toString() const;

  /// The box's own shape, and kFull replaced; INVALID_ARGUMENT where it does not lie in `shape`.
  Result<TensorSlice> within(const Shape& shape) const;
  friend bool operator==(const TensorSlice&, const TensorSlice&) = default;
};

/// RestoreV2's shape_and_slice: "" (everything), or "4 10 0,2:-", a full shape and a box in it.
struct ShapeAndSlice {
  Shape fullShape;
  TensorSlice slice;
};
Result<std::optional<ShapeAndSlice>> parseShapeAndSlice(std::string_view spec);

/// The key under which a bundle stores `slice` of the tensor `name`.
std::string encodeTensorNameSlice(std::string_view name, const TensorSlice& slice);

/// Copies those elements of a run of the box `from` that lie in the box `to` to their places there.
/// Both boxes have no kFull. `bytes` starts at byte `offset` of `from` (row-major) and
/// `destination` holds all of `to`; both cut no element.
void copyBoxRun(const TensorSlice& from, int64_t offset, std::span<const std::byte> bytes,
                const TensorSlice& to, std::byte* destination, size_t elementSize);

/// The elements that both boxes hold.
int64_t commonElements(const TensorSlice& a, const TensorSlice& b);

}  // namespace smw
