#include "ops/tensor_list.h"

#include "base/strings.h"
#include "ops/move.h"

namespace smw {

Result<VariantValue> zerosLikeVariant(const VariantValue& v) {
  if (!v) return v;
  if (v->kind() != "TensorList")
    return unimplemented(cat("zeros like a variant that holds a ", v->kind()));
  const auto& from = static_cast<const TensorList&>(*v);
  auto list = makeRef<TensorList>(from.dtype(), from.elementShape(), from.maxNumElements());
  for (const Tensor& t : from.tensors()) {
    Tensor zeros;
    if (t.hasValue()) {
      zeros = SMW_TRY(Tensor::allocate(t.dtype(), t.shape()));
      if (t.dtype() == DType::kVariant)
        for (int64_t i = 0; i < t.numElements(); ++i)
          zeros.data<VariantValue>()[i] = SMW_TRY(zerosLikeVariant(t.data<VariantValue>()[i]));
      else
        fillZeros(t.dtype(), zeros.raw(), t.numElements());
    }
    list->tensors().push_back(std::move(zeros));
  }
  return VariantValue(list);
}

}  // namespace smw
