// The value behind TensorList ops: a variant that holds tensors of one dtype.
#pragma once

#include <vector>

#include "ops/context.h"
#include "tensor/tensor.h"

namespace smw {

/// Longer lists are refused: a hostile model could ask for any length.
inline constexpr int64_t kMostListEntries = int64_t(1) << 21;

/// Entries may be unset (no value): TensorListReserve makes them so.
class TensorList : public Variant {
 public:
  TensorList(DType dtype, PartialShape elementShape, int64_t maxNumElements = -1)
      : dtype_(dtype), elementShape_(std::move(elementShape)), maxNumElements_(maxNumElements) {}

  std::string_view kind() const override { return "TensorList"; }
  DType dtype() const { return dtype_; }
  const PartialShape& elementShape() const { return elementShape_; }
  /// -1 where there is no limit.
  int64_t maxNumElements() const { return maxNumElements_; }
  std::vector<Tensor>& tensors() { return tensors_; }
  const std::vector<Tensor>& tensors() const { return tensors_; }

  /// Same entries, shared.
  Ref<TensorList> copy() const {
    auto l = makeRef<TensorList>(dtype_, elementShape_, maxNumElements_);
    l->tensors_ = tensors_;
    return l;
  }

 private:
  DType dtype_;
  PartialShape elementShape_;
  int64_t maxNumElements_;
  std::vector<Tensor> tensors_;
};

/// The list in a variant scalar; INVALID_ARGUMENT where it is none.
Result<const TensorList*> asTensorList(const Tensor& handle);
/// The list of input i, moved out to be changed: the very one where nobody else holds it, else a
/// copy that shares the entries.
Result<Ref<TensorList>> takeTensorList(Step& s, int i);
/// Output i becomes a scalar that holds `list`.
Status setTensorList(Step& s, int i, Ref<TensorList> list);

/// What an element_shape input says: -1 as a scalar for any shape, else dimensions with -1 for any.
Result<PartialShape> elementShapeOf(const Tensor& t);
/// What both agree on; INVALID_ARGUMENT where they contradict each other.
Result<PartialShape> mergeShapes(const PartialShape& a, const PartialShape& b);
/// The shape of all entries: `shape` and the list's own, filled up from entries that are set.
Result<PartialShape> commonShape(const TensorList& list, const PartialShape& shape);
/// Zeros, for an entry that was never set.
Result<Tensor> zerosFor(DType dtype, const Shape& shape);

/// Of a TensorList, a list of zeros of the same shapes; an empty variant stays one.
Result<VariantValue> zerosLikeVariant(const VariantValue& v);

}  // namespace smw
