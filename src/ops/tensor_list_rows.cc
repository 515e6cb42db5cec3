#include "ops/tensor_list_rows.h"

namespace smw {

Result<DType> elementDType(const Resolver& r) { return r.attr<DType>("element_dtype"); }

Result<Shape> prependDim(int64_t n, const Shape& s) {
  Dims dims(s.dims());
  dims.insert(0, n);
  return Shape::make(dims);
}

Result<Tensor> rowsOf(const Tensor& t, int64_t begin, int64_t n) {
  const Shape inner = SMW_TRY(Shape::make(t.shape().dims().subspan(1)));
  const Shape shape = n < 0 ? inner : SMW_TRY(prependDim(n, inner));
  const auto* base = reinterpret_cast<const std::byte*>(t.buffer()->data());
  const int64_t at = static_cast<const std::byte*>(t.raw()) - base;
  // fits: t holds these rows.
  const int64_t skipped = begin * inner.numElements() * int64_t(dtypeSize(t.dtype()));
  return Tensor::view(t.dtype(), shape, t.buffer(), at + skipped);
}

Status requireRows(const Tensor& t) {
  if (t.shape().rank() >= 1) return {};
  return invalidArgument("Tensor must be at least a vector, but saw shape: ", t.shape());
}

Status checkRows(const Tensor& t, const PartialShape& shape) {
  SMW_TRY(requireRows(t));
  const Shape inner = SMW_TRY(Shape::make(t.shape().dims().subspan(1)));
  if (shape.matches(inner)) return {};
  return invalidArgument("Specified a list with shape ", shape.toString(),
                         " from a tensor with shape ", inner);
}

Status checkListDType(const TensorList& list, DType t) {
  if (list.dtype() == t) return {};
  return invalidArgument("Invalid data types; op elements ", dtypeName(t), " but list elements ",
                         dtypeName(list.dtype()));
}

Status stackEntries(Step& s, const TensorList& list, const PartialShape& given,
                    const Dims* picked) {
  const int64_t n = picked ? int64_t(picked->size()) : int64_t(list.tensors().size());
  const PartialShape partial = SMW_TRY(commonShape(list, given));
  const auto shape = partial.fullyKnown();
  if (!shape)
    return invalidArgument("Tried to stack elements of ",
                           n == 0 ? "an empty list" : "a list without values",
                           " with non-fully-defined element_shape: ", partial.toString());
  Tensor* out = SMW_TRY(s.allocate(0, list.dtype(), SMW_TRY(prependDim(n, *shape))));
  const int64_t each = shape->numElements();
  auto* to = static_cast<std::byte*>(out->raw());
  const int64_t step = each * int64_t(dtypeSize(list.dtype()));
  Tensor zeros;
  for (int64_t i = 0; i < n; ++i) {
    const int64_t at = picked ? (*picked)[size_t(i)] : i;
    if (at < 0 || at >= int64_t(list.tensors().size()))
      return invalidArgument("Trying to gather element ", at, " in a list with ",
                             list.tensors().size(), " elements.");
    const Tensor* t = &list.tensors()[size_t(at)];
    if (!t->hasValue()) {
      if (!zeros) zeros = SMW_TRY(zerosFor(list.dtype(), *shape));
      t = &zeros;
    }
    if (!(t->shape() == *shape))
      return invalidArgument("Tried to stack list with elements of different shapes: ", t->shape(),
                             " and ", shape->toString());
    copyElements(list.dtype(), to + i * step, t->raw(), each);
  }
  return {};
}

Status declareRows(Resolver& r, int i, DType t, int64_t n) {
  const Tensor* v = r.peekValue(i);
  if (!v || n < 0) return {};
  if (const auto shape = SMW_TRY(elementShapeOf(*v)).fullyKnown())
    r.addOutput(t, SMW_TRY(prependDim(n, *shape)));
  return {};
}

}  // namespace smw
