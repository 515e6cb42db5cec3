// The rarer ways between TensorLists and tensors: by indices, by lengths, joined end to end.
#include "ops/families.h"
#include "ops/tensor_list_rows.h"

namespace smw {
namespace {

/// input_handle, indices: int32 vector, element_shape -> values (indices, ...).
Status resolveGatherList(Resolver& r) {
  const DType t = SMW_TRY(elementDType(r));
  SMW_TRY(declareRows(r, 2, t, r.shape(1).numElements()));
  return r.tensorKernel([t](Step& s) -> Status {
    const TensorList& list = *SMW_TRY(asTensorList(s.input(0)));
    SMW_TRY(checkListDType(list, t));
    const Dims picked = SMW_TRY(s.input(1).toInts());
    return stackEntries(s, list, SMW_TRY(elementShapeOf(s.input(2))), &picked);
  });
}

/// Puts row i of `t` at entry indices[i] of `list`, which grows as needed up to `limit` (-1: any).
Status scatterInto(TensorList& list, const Tensor& t, const Tensor& indices, int64_t limit) {
  const Dims at = SMW_TRY(indices.toInts());
  if (int64_t(at.size()) != t.shape()[0])
    return invalidArgument("Specified ", at.size(), " indices for a tensor with ", t.shape()[0],
                           " rows");
  for (size_t i = 0; i < at.size(); ++i) {
    if (at[i] < 0)
      return invalidArgument("Indices in TensorListScatter must all be non-negative. Saw " +
                             cat(at[i]));
    if (at[i] >= kMostListEntries || (limit >= 0 && at[i] >= limit))
      return invalidArgument("TensorListScatter: Trying to scatter at index ", at[i],
                             " in list with size ", limit < 0 ? kMostListEntries : limit);
    if (at[i] >= int64_t(list.tensors().size())) list.tensors().resize(size_t(at[i]) + 1);
    list.tensors()[size_t(at[i])] = SMW_TRY(rowsOf(t, int64_t(i), -1));
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
    if (n < -1) return invalidArgument("TensorListScatter expects num_elements >= -1, found: ", n);
    auto list = makeRef<TensorList>(t.dtype(), std::move(shape));
    SMW_TRY(scatterInto(*list, t, s.input(1), n));
    if (n > kMostListEntries) return resourceExhausted("a TensorList of ", n, " elements");
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
    SMW_TRY(checkListDType(given, t.dtype()));
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
      if (n < 0) return invalidArgument("Invalid value in lengths: ", n);
      if (n > t.shape()[0] - at)
        return invalidArgument("Attempting to slice [", at, ", ", at, " + ", n,
                               "] from tensor with length ", t.shape()[0]);
      Tensor part = SMW_TRY(rowsOf(t, at, n));
      if (!list->elementShape().matches(part.shape()))
        return invalidArgument("TensorListSplit requires element_shape ",
                               list->elementShape().toString(), " to fit ", part.shape());
      list->tensors().push_back(std::move(part));
      at += n;
    }
    if (at != t.shape()[0])
      return invalidArgument("Unused values in tensor. Length of tensor: ", t.shape()[0],
                             " Values used: ", at);
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
    SMW_TRY(checkListDType(list, t));
    const PartialShape given = v2 ? SMW_TRY(elementShapeOf(s.input(1))) : attribute;
    const Dims leading = v2 ? SMW_TRY(s.input(2).toInts()) : Dims();
    // Entries agree on everything but the first dimension.
    const auto tail = [](const PartialShape& p) {
      return p.unknownRank() ? p : PartialShape(p.dims().subspan(1));
    };
    PartialShape inner, whole = SMW_TRY(mergeShapes(given, list.elementShape()));
    if (!whole.unknownRank() && whole.rank() < 1)
      return invalidArgument("Concat requires elements to be at least vectors, found scalars ",
                             "instead.");
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
      return invalidArgument("All except the first dimension must be fully defined when ",
                             "concating an empty tensor list. element_shape: ", whole.toString());
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
        return invalidArgument("element ", i, " of the list has no value and no known length");
      lengths.push_back(n);
      total = SMW_TRY(add(total, n));
    }
    Tensor* out = SMW_TRY(s.allocate(0, t, SMW_TRY(prependDim(total, *innerShape))));
    auto* to = static_cast<std::byte*>(out->raw());
    for (size_t i = 0; i < lengths.size(); ++i) {
      // fits: a part of the output.
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
      return invalidArgument("input_handles ", handles.describe(), " and tensor ", t.describe(),
                             " must agree in their first dimension");
    Tensor* out = SMW_TRY(s.allocate(0, DType::kVariant, handles.shape()));
    for (int64_t i = 0; i < handles.numElements(); ++i) {
      const Tensor one =
          Tensor::view(DType::kVariant, Shape(), handles.buffer(),
                       static_cast<const std::byte*>(handles.raw()) - handles.buffer()->data() +
                           i * int64_t(sizeof(VariantValue)));
      auto list = SMW_TRY(asTensorList(one))->copy();
      SMW_TRY(checkListDType(*list, t.dtype()));
      SMW_TRY(checkRows(t, list->elementShape()));
      list->tensors().push_back(SMW_TRY(rowsOf(t, i, -1)));
      out->data<VariantValue>()[i] = VariantValue(list);
    }
    return {};
  });
}

constexpr OpDef kOps[] = {
    {"TensorListConcat", "input_handle -> tensor, lengths", resolveConcatList},
    {"TensorListConcatV2", "input_handle, element_shape, leading_dims -> tensor, lengths",
     resolveConcatList},
    {"TensorListGather", "input_handle, indices, element_shape -> values", resolveGatherList},
    {"TensorListPushBackBatch", "input_handles, tensor -> output_handles", resolvePushBackBatch},
    {"TensorListScatter", "tensor, indices, element_shape -> output_handle", resolveScatterList},
    {"TensorListScatterIntoExistingList", "input_handle, tensor, indices -> output_handle",
     resolveScatterIntoExisting},
    {"TensorListScatterV2", "tensor, indices, element_shape, num_elements -> output_handle",
     resolveScatterList},
    {"TensorListSplit", "tensor, element_shape, lengths -> output_handle", resolveSplitList},
};

}  // namespace

std::span<const OpDef> tensorListSplitOps() { return kOps; }

}  // namespace smw
