#include "ops/tensor_list.h"

#include "base/strings.h"
#include "ops/move.h"

namespace smw {

Result<const TensorList*> asTensorList(const Tensor& handle) {
  if (handle.dtype() != DType::kVariant || handle.numElements() != 1)
    return invalidArgument("Input handle is not a list. Saw: ", handle.describe());
  const VariantValue& v = *handle.data<VariantValue>();
  if (!v || v->kind() != "TensorList")
    return invalidArgument("Input handle is not a list. Saw: ",
                           v ? v->kind() : std::string_view("nothing"));
  return static_cast<const TensorList*>(v.get());
}

Result<Ref<TensorList>> takeTensorList(Step& s, int i) {
  SMW_TRY(asTensorList(s.input(i)));
  Tensor handle = s.take(i);
  VariantValue& v = *handle.data<VariantValue>();
  if (handle.unique() && v.unique()) return Ref<TensorList>(static_cast<TensorList*>(v.get()));
  return static_cast<const TensorList&>(*v).copy();
}

Status setTensorList(Step& s, int i, Ref<TensorList> list) {
  Tensor* t = SMW_TRY(s.allocate(i, DType::kVariant, Shape()));
  *t->data<VariantValue>() = std::move(list);
  return {};
}

Result<PartialShape> elementShapeOf(const Tensor& t) {
  const Dims dims = SMW_TRY(t.toInts());
  if (t.shape().isScalar()) {
    if (dims[0] == -1) return PartialShape();
    return invalidArgument(
        "The only valid scalar shape tensor is the fully unknown shape specified as -1.");
  }
  if (t.shape().rank() != 1)
    return invalidArgument("shape must be a vector, not of shape ", t.shape());
  for (int64_t d : dims)
    if (d < -1) return invalidArgument("Dimension ", d, " must be >= -1");
  return PartialShape(std::span<const int64_t>(dims));
}

Result<PartialShape> mergeShapes(const PartialShape& a, const PartialShape& b) {
  if (a.unknownRank()) return b;
  if (b.unknownRank()) return a;
  Dims dims(a.dims());
  bool fits = a.rank() == b.rank();
  for (size_t i = 0; fits && i < dims.size(); ++i) {
    const int64_t other = b.dims()[i];
    if (dims[i] < 0)
      dims[i] = other;
    else
      fits = other < 0 || other == dims[i];
  }
  if (!fits)
    return invalidArgument("Incompatible shapes during merge: ", a.toString(), " vs. ",
                           b.toString());
  return PartialShape(std::span<const int64_t>(dims));
}

Result<PartialShape> commonShape(const TensorList& list, const PartialShape& given) {
  PartialShape shape = SMW_TRY(mergeShapes(given, list.elementShape()));
  for (const Tensor& t : list.tensors()) {
    if (shape.fullyKnown()) break;
    if (t.hasValue()) shape = SMW_TRY(mergeShapes(shape, PartialShape(t.shape())));
  }
  return shape;
}

Result<Tensor> zerosFor(DType dtype, const Shape& shape) {
  Tensor t = SMW_TRY(Tensor::allocate(dtype, shape));
  fillZeros(dtype, t.raw(), t.numElements());
  return t;
}

Result<VariantValue> zerosLikeVariant(const VariantValue& v) {
  if (!v) return v;
  if (v->kind() != "TensorList")
    return unimplemented("zeros like a variant that holds a ", v->kind());
  const auto& from = static_cast<const TensorList&>(*v);
  auto list = makeRef<TensorList>(from.dtype(), from.elementShape(), from.maxNumElements());
  for (const Tensor& t : from.tensors()) {
    Tensor zeros;
    if (t.hasValue()) {
      zeros = SMW_TRY(zerosFor(t.dtype(), t.shape()));
      if (t.dtype() == DType::kVariant)
        for (int64_t i = 0; i < t.numElements(); ++i)
          zeros.data<VariantValue>()[i] = SMW_TRY(zerosLikeVariant(t.data<VariantValue>()[i]));
    }
    list->tensors().push_back(std::move(zeros));
  }
  return VariantValue(list);
}

}  // namespace smw
