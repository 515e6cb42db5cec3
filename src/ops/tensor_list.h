// The value behind TensorList ops: a variant that holds tensors of one dtype.
#pragma once

#include <vector>

#include "tensor/tensor.h"

namespace smw {

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

/// Of a TensorList, a list of zeros of the same shapes; an empty variant stays one.
Result<VariantValue> zerosLikeVariant(const VariantValue& v);

}  // namespace smw
