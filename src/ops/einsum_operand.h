// How an operand of an einsum is walked: labels with strides, and copies out of that.
#pragma once

#include <span>
#include <vector>

#include "ops/einsum_labels.h"
#include "tensor/dtype.h"

namespace smw {

struct Axis {
  Label label;
  int64_t size, stride;  // stride in elements
};

/// A tensor as labelled axes in any order; each label at most once.
struct LabelledView {
  std::vector<Axis> axes;

  const Axis* find(Label l) const;
  /// The stride of `l`, 0 where the view does not have it or it is of size 1.
  int64_t stride(Label l) const;
};

/// A contiguous tensor with these labels; repeated labels become one axis along the diagonal.
LabelledView viewOf(std::span<const Label> labels, const Shape& shape);
/// A contiguous tensor whose axes are `labels` in this order.
LabelledView contiguousView(std::span<const Label> labels, const EinsumLabels& e);

/// All of `labels` walked as one axis of one stride, where their strides allow that. The size is
/// the product, and the stride of an axis of size 1 is 1.
struct Merged {
  int64_t size = 1, stride = 1;
  bool possible = true;
};
Merged merge(const LabelledView& v, std::span<const Label> labels, const EinsumLabels& e);

/// to[...] = sum over `summed` of from[...], where `kept` are the axes of `to`, outermost first,
/// and `to` is contiguous or, with `toStrides`, strided. T: float, double, complex64, complex128,
/// int16_t, int32_t, int64_t by `dtype`.
struct GatherSum {
  DType dtype = DType::kInvalid;
  std::vector<Axis> kept, summed;
  std::vector<int64_t> toStrides;
  void run(const void* from, void* to) const;
};

}  // namespace smw
