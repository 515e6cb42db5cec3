// TensorLists from whole tensors and back: entries are rows of one tensor.
#include "ops/families.h"
#include "ops/tensor_list.h"

namespace smw {
namespace {

Result<DType> elementDType(const Resolver& r) { return r.attr<DType>("element_dtype"); }

Shape prepend(int64_t n, const Shape& s) {
  Dims dims(s.dims());
  dims.insert(0, n);
  // Of a tensor that exists, or checked by the caller through Shape::make.
  return Shape::make(dims).value_or(Shape());
}

Result<Shape> checkedPrepend(int64_t n, const Shape& s) {
  Dims dims(s.dims());
  dims.insert(0, n);
  return Shape::make(dims);
}

/// Rows [begin, begin + n) of `t`, sharing its elements; without the outer dimension where n < 0.
Result<Tensor> rows(const Tensor& t, int64_t begin, int64_t n) {
  const Shape inner = SMW_TRY(Shape::make(t.shape().dims().subspan(1)));
  const Shape shape = n < 0 ? inner : prepend(n, inner);
  const auto* base = reinterpret_cast<const std::byte*>(t.buffer()->data());
  const int64_t at = static_cast<const std::byte*>(t.raw()) - base;
  return Tensor::view(t.dtype(), shape, t.buffer(),
                      at + begin * inner.numElements() * int64_t(dtypeSize(t.dtype())));
}

Status requireRows(const Tensor& t) {
  if (t.shape().rank() >= 1) return {};
  return invalidArgument(
      cat("Tensor must be at least a vector, but saw shape: ", t.shape().toString()));
}

/// `shape` of an entry against that of one row of `t`.
Status checkRows(const Tensor& t, const PartialShape& shape) {
  SMW_TRY(requireRows(t));
  const Shape inner = SMW_TRY(Shape::make(t.shape().dims().subspan(1)));
  if (shape.matches(inner)) return {};
  return invalidArgument(cat("Specified a list with shape ", shape.toString(),
                             " from a tensor with shape ", inner.toString()));
}

/// tensor (n, ...), element_shape -> output_handle of n entries.
Status resolveFromTensor(Resolver& r) {
  r.addOutput(DType::kVariant, Shape());
  return r.tensorKernel([](Step& s) -> Status {
    const Tensor& t = s.input(0);
    PartialShape shape = SMW_TRY(elementShapeOf(s.input(1)));
    SMW_TRY(checkRows(t, shape));
    auto list = makeRef<TensorList>(t.dtype(), std::move(shape));
    list->tensors().reserve(size_t(t.shape()[0]));
    for (int64_t i = 0; i < t.shape()[0]; ++i) list->tensors().push_back(SMW_TRY(rows(t, i, -1)));
    return setTensorList(s, 0, std::move(list));
  });
}

/// The entries at `picked` (all where null) as rows of output 0.
Status stack(Step& s, const TensorList& list, const PartialShape& given, const Dims* picked) {
  const int64_t n = picked ? int64_t(picked->size()) : int64_t(list.tensors().size());
  const PartialShape partial = SMW_TRY(commonShape(list, given));
  const auto shape = partial.fullyKnown();
  if (!shape)
    return invalidArgument(cat("Tried to stack elements of ",
                               n == 0 ? "an empty list" : "a list without values",
                               " with non-fully-defined element_shape: ", partial.toString()));
  Tensor* out = SMW_TRY(s.allocate(0, list.dtype(), SMW_TRY(checkedPrepend(n, *shape))));
  const int64_t each = shape->numElements();
  auto* to = static_cast<std::byte*>(out->raw());
  const int64_t step = each * int64_t(dtypeSize(list.dtype()));
  Tensor zeros;
  for (int64_t i = 0; i < n; ++i) {
    const int64_t at = picked ? (*picked)[size_t(i)] : i;
    if (at < 0 || at >= int64_t(list.tensors().size()))
      return invalidArgument(cat("Trying to gather element ", at, " in a list with ",
                                 list.tensors().size(), " elements."));
    const Tensor* t = &list.tensors()[size_t(at)];
    if (!t->hasValue()) {
      if (!zeros) zeros = SMW_TRY(zerosFor(list.dtype(), *shape));
      t = &zeros;
    }
    if (!(t->shape() == *shape))
      return invalidArgument(cat("Tried to stack list with elements of different shapes: ",
                                 t->shape().toString(), " and ", shape->toString()));
    copyElements(list.dtype(), to + i * step, t->raw(), each);
  }
  return {};
}

Status checkDType(const TensorList& list, DType t) {
  if (list.dtype() == t) return {};
  return invalidArgument(cat("Invalid data types; op elements ", dtypeName(t),
                             " but list elements ", dtypeName(list.dtype())));
}

/// Declares output 0 where the entries' shape (input `i`) and number are known.
Status declareRows(Resolver& r, int i, DType t, int64_t n) {
  const Tensor* v = r.peekValue(i);
  if (!v || n < 0) return {};
  if (const auto shape = SMW_TRY(elementShapeOf(*v)).fullyKnown())
    r.addOutput(t, SMW_TRY(checkedPrepend(n, *shape)));
  return {};
}

/// input_handle, element_shape -> tensor (n, ...); attribute num_elements says n where >= 0.
Status resolveStack(Resolver& r) {
  const DType t = SMW_TRY(elementDType(r));
  const int64_t n = r.attrOr("num_elements", int64_t(-1));
  SMW_TRY(declareRows(r, 1, t, n));
  return r.tensorKernel([t, n](Step& s) -> Status {
    const TensorList& list = *SMW_TRY(asTensorList(s.input(0)));
    SMW_TRY(checkDType(list, t));
    if (n >= 0 && n != int64_t(list.tensors().size()))
      return invalidArgument(cat("Operation expected a list with ", n,
                                 " elements but got a list with ", list.tensors().size(),
                                 " elements."));
    return stack(s, list, SMW_TRY(elementShapeOf(s.input(1))), nullptr);
  });
}

/// input_handle, indices: int32 vector, element_shape -> values (indices, ...).
Status resolveGatherList(Resolver& r) {
  const DType t = SMW_TRY(elementDType(r));
  SMW_TRY(declareRows(r, 2, t, r.shape(1).numElements()));
  return r.tensorKernel([t](Step& s) -> Status {
    const TensorList& list = *SMW_TRY(asTensorList(s.input(0)));
    SMW_TRY(checkDType(list, t));
    const Dims picked = SMW_TRY(s.input(1).toInts());
    return stack(s, list, SMW_TRY(elementShapeOf(s.input(2))), &picked);
  });
}

/// Puts row i of `t` at entry indices[i] of `list`, which grows as needed up to `limit` (-1: any).
Status scatterInto(TensorList& list, const Tensor& t, const Tensor& indices, int64_t limit) {
  const Dims at = SMW_TRY(indices.toInts());
  if (int64_t(at.size()) != t.shape()[0])
    return invalidArgument(
        cat("Specified ", at.size(), " indices for a tensor with ", t.shape()[0], " rows"));
  for (size_t i = 0; i < at.size(); ++i) {
    if (at[i] < 0)
      return invalidArgument("Indices in TensorListScatter must all be non-negative. Saw " +
                             cat(at[i]));
    if (at[i] >= kMostListEntries || (limit >= 0 && at[i] >= limit))
      return invalidArgument(cat("TensorListScatter: Trying to scatter at index ", at[i],
                                 " in list with size ", limit < 0 ? kMostListEntries : limit));
    if (at[i] >= int64_t(list.tensors().size())) list.tensors().resize(size_t(at[i]) + 1);
    list.tensors()[size_t(at[i])] = SMW_TRY(rows(t, int64_t(i), -1));
  }
  return {};
}

/// tensor (n, ...), indices: int32 (n), element_shape [, num_elements: scalar] -> output_handle.
Status resolveScatterList(Resolver& r) {
  const bool sized = r.numInputs() == 4;
  r.addOutput(DType::kVariant, Shape());
  return r.tensorKernel([sized](Step& s) -> Status {
    const Tensor& t = s.input(0);
    PartialShape shape = SMW_TRY(elementShapeOf(s.input(2)));
    SMW_TRY(checkRows(t, shape));
    int64_t n = -1;
    if (sized && s.input(3).numElements() == 1) n = SMW_TRY(s.input(3).toInts())[0];
    if (n < -1)
      return invalidArgument(cat("TensorListScatter expects num_elements >= -1, found: ", n));
    auto list = makeRef<TensorList>(t.dtype(), std::move(shape));
    SMW_TRY(scatterInto(*list, t, s.input(1), n));
    if (n > kMostListEntries) return resourceExhausted(cat("a TensorList of ", n, " elements"));
    if (n >= 0) list->tensors().resize(size_t(n));
    return setTensorList(s, 0, std::move(list));
  });
}

/// input_handle, tensor (n, ...), indices: int32 (n) -> output_handle.
Status resolveScatterIntoExisting(Resolver& r) {
  r.addOutput(DType::kVariant, Shape());
  return r.tensorKernel([](Step& s) -> Status {
    const Tensor t = s.input(1);
    const TensorList& given = *SMW_TRY(asTensorList(s.input(0)));
    SMW_TRY(checkDType(given, t.dtype()));
    SMW_TRY(checkRows(t, given.elementShape()));
    auto list = SMW_TRY(takeTensorList(s, 0));
    SMW_TRY(scatterInto(*list, t, s.input(2), -1));
    return setTensorList(s, 0, std::move(list));
  });
}

/// tensor (sum of lengths, ...), element_shape, lengths: int64 vector -> output_handle.
Status resolveSplitList(Resolver& r) {
  r.addOutput(DType::kVariant, Shape());
  return r.tensorKernel([](Step& s) -> Status {
    const Tensor& t = s.input(0);
    PartialShape shape = SMW_TRY(elementShapeOf(s.input(1)));
    SMW_TRY(requireRows(t));
    const Dims lengths = SMW_TRY(s.input(2).toInts());
    auto list = makeRef<TensorList>(t.dtype(), std::move(shape));
    int64_t at = 0;
    for (int64_t n : lengths) {
      if (n < 0) return invalidArgument(cat("Invalid value in lengths: ", n));
      if (n > t.shape()[0] - at)
        return invalidArgument(cat("Attempting to slice [", at, ", ", at, " + ", n,
                                   "] from tensor with length ", t.shape()[0]));
      Tensor part = SMW_TRY(rows(t, at, n));
      if (!list->elementShape().matches(part.shape()))
        return invalidArgument(cat("TensorListSplit requires element_shape ",
                                   list->elementShape().toString(), " to fit ",
                                   part.shape().toString()));
      list->tensors().push_back(std::move(part));
      at += n;
    }
    if (at != t.shape()[0])
      return invalidArgument(
          cat("Unused values in tensor. Length of tensor: ", t.shape()[0], " Values used: ", at));
    return setTensorList(s, 0, std::move(list));
  });
}

/// input_handle [, element_shape, leading_dims: int64 vector] -> tensor: the entries joined along
/// their first dimension, lengths: int64 vector of those dimensions.
Status resolveConcatList(Resolver& r) {
  const DType t = SMW_TRY(elementDType(r));
  const bool v2 = r.numInputs() == 3;
  const PartialShape attribute = r.attrOr("element_shape", PartialShape());
  return r.tensorKernel([t, v2, attribute](Step& s) -> Status {
    const TensorList& list = *SMW_TRY(asTensorList(s.input(0)));
    SMW_TRY(checkDType(list, t));
    const PartialShape given = v2 ? SMW_TRY(elementShapeOf(s.input(1))) : attribute;
    const Dims leading = v2 ? SMW_TRY(s.input(2).toInts()) : Dims();
    // Entries agree on everything but the first dimension.
    const auto tail = [](const PartialShape& p) {
      return p.unknownRank() ? p : PartialShape(p.dims().subspan(1));
    };
    PartialShape inner, whole = SMW_TRY(mergeShapes(given, list.elementShape()));
    if (!whole.unknownRank() && whole.rank() < 1)
      return invalidArgument(
          cat("Concat requires elements to be at least vectors, found scalars ", "instead."));
    inner = tail(whole);
    for (const Tensor& e : list.tensors()) {
      if (!e.hasValue()) continue;
      if (e.shape().rank() < 1)
        return invalidArgument(
            "Concat saw a scalar shape at an index but requires at least vectors.");
      inner = SMW_TRY(mergeShapes(inner, tail(PartialShape(e.shape()))));
    }
    const auto innerShape = inner.fullyKnown();
    if (!innerShape)
      return invalidArgument(
          cat("All except the first dimension must be fully defined when ",
              "concating an empty tensor list. element_shape: ", whole.toString()));
    std::vector<int64_t> lengths;
    int64_t total = 0;
    for (size_t i = 0; i < list.tensors().size(); ++i) {
      const Tensor& e = list.tensors()[i];
      int64_t n = -1;
      if (e.hasValue())
        n = e.shape()[0];
      else if (!whole.unknownRank() && whole.dims()[0] >= 0)
        n = whole.dims()[0];
      else if (i < leading.size())
        n = leading[i];
      if (n < 0)
        return invalidArgument(cat("element ", i, " of the list has no value and no known length"));
      lengths.push_back(n);
      total = SMW_TRY(add(total, n));
    }
    Tensor* out = SMW_TRY(s.allocate(0, t, SMW_TRY(checkedPrepend(total, *innerShape))));
    auto* to = static_cast<std::byte*>(out->raw());
    for (size_t i = 0; i < lengths.size(); ++i) {
      const int64_t n = lengths[i] * innerShape->numElements();
      const Tensor& e = list.tensors()[i];
      if (e.hasValue()) {
        copyElements(t, to, e.raw(), n);
      } else {
        const Tensor zeros = SMW_TRY(zerosFor(t, Shape({n})));
        copyElements(t, to, zeros.raw(), n);
      }
      to += n * int64_t(dtypeSize(t));
    }
    Tensor* sizes = SMW_TRY(s.allocate(1, DType::kInt64, Shape({int64_t(lengths.size())})));
    std::copy(lengths.begin(), lengths.end(), sizes->data<int64_t>());
    return {};
  });
}

/// input_handles: lists of any shape, tensor: one row for each -> output_handles.
Status resolvePushBackBatch(Resolver& r) {
  r.addOutput(DType::kVariant, r.shape(0));
  return r.tensorKernel([](Step& s) -> Status {
    const Tensor handles = s.input(0), t = s.input(1);
    SMW_TRY(requireRows(t));
    if (handles.shape().rank() != 1 || t.shape()[0] != handles.numElements())
      return invalidArgument(cat("input_handles ", handles.describe(), " and tensor ", t.describe(),
                                 " must agree in their first dimension"));
    Tensor* out = SMW_TRY(s.allocate(0, DType::kVariant, handles.shape()));
    for (int64_t i = 0; i < handles.numElements(); ++i) {
      const Tensor one =
          Tensor::view(DType::kVariant, Shape(), handles.buffer(),
                       static_cast<const std::byte*>(handles.raw()) - handles.buffer()->data() +
                           i * int64_t(sizeof(VariantValue)));
      auto list = SMW_TRY(asTensorList(one))->copy();
      SMW_TRY(checkDType(*list, t.dtype()));
      SMW_TRY(checkRows(t, list->elementShape()));
      list->tensors().push_back(SMW_TRY(rows(t, i, -1)));
      out->data<VariantValue>()[i] = VariantValue(list);
    }
    return {};
  });
}

constexpr OpDef kOps[] = {
    {"TensorListConcat", "input_handle -> tensor, lengths", resolveConcatList},
    {"TensorListConcatV2", "input_handle, element_shape, leading_dims -> tensor, lengths",
     resolveConcatList},
    {"TensorListFromTensor", "tensor, element_shape -> output_handle", resolveFromTensor},
    {"TensorListGather", "input_handle, indices, element_shape -> values", resolveGatherList},
    {"TensorListPushBackBatch", "input_handles, tensor -> output_handles", resolvePushBackBatch},
    {"TensorListScatter", "tensor, indices, element_shape -> output_handle", resolveScatterList},
    {"TensorListScatterIntoExistingList", "input_handle, tensor, indices -> output_handle",
     resolveScatterIntoExisting},
    {"TensorListScatterV2", "tensor, indices, element_shape, num_elements -> output_handle",
     resolveScatterList},
    {"TensorListSplit", "tensor, element_shape, lengths -> output_handle", resolveSplitList},
    {"TensorListStack", "input_handle, element_shape -> tensor", resolveStack},
};

}  // namespace

std::span<const OpDef> tensorListPackOps() { return kOps; }

}  // namespace smw
