// TensorLists entry by entry. A list is changed in place where its handle has one holder, which is
// what keeps loops over time steps linear.
#include "ops/families.h"
#include "ops/tensor_list.h"

namespace smw {
namespace {

Result<DType> elementDType(const Resolver& r) { return r.attr<DType>("element_dtype"); }

Result<int64_t> scalarInput(Step& s, int i, std::string_view name) {
  const Tensor& t = s.input(i);
  if (t.numElements() != 1) return invalidArgument(name, " must be a scalar, got ", t.describe());
  return SMW_TRY(t.toInts())[0];
}

Status resizeEntries(TensorList& list, int64_t n) {
  if (n > kMostListEntries) return resourceExhausted("a TensorList of ", n, " elements");
  list.tensors().resize(size_t(n));
  return {};
}

Status checkElement(const TensorList& list, const Tensor& t) {
  if (t.dtype() != list.dtype())
    return invalidArgument("Invalid data types; list elements ", dtypeName(list.dtype()),
                           " but tried to append ", dtypeName(t.dtype()));
  if (!list.elementShape().matches(t.shape()))
    return invalidArgument("Tried to set a tensor with incompatible shape at a list index. ",
                           "Item element shape: ", t.shape(),
                           " list shape: ", list.elementShape().toString());
  return {};
}

/// A kernel that gives out one list. The output's shape is known: a scalar.
template <typename F>
Status listKernel(Resolver& r, F f) {
  r.addOutput(DType::kVariant, Shape());
  return r.tensorKernel([f = std::move(f)](Step& s) -> Status {
    Ref<TensorList> list = SMW_TRY(f(s));
    return setTensorList(s, 0, std::move(list));
  });
}

/// element_shape, max_num_elements: int32 scalar -> handle.
Status resolveEmptyTensorList(Resolver& r) {
  const DType t = SMW_TRY(elementDType(r));
  return listKernel(r, [t](Step& s) -> Result<Ref<TensorList>> {
    PartialShape shape = SMW_TRY(elementShapeOf(s.input(0)));
    return makeRef<TensorList>(t, std::move(shape), SMW_TRY(scalarInput(s, 1, "max_num_elements")));
  });
}

/// element_shape, num_elements: int32 scalar -> handle of as many entries without a value.
Status resolveTensorListReserve(Resolver& r) {
  const DType t = SMW_TRY(elementDType(r));
  return listKernel(r, [t](Step& s) -> Result<Ref<TensorList>> {
    PartialShape shape = SMW_TRY(elementShapeOf(s.input(0)));
    const int64_t n = SMW_TRY(scalarInput(s, 1, "num_elements"));
    if (n < 0)
      return invalidArgument("The num_elements to reserve must be a non negative number, but got ",
                             n);
    auto list = makeRef<TensorList>(t, std::move(shape));
    SMW_TRY(resizeEntries(*list, n));
    return list;
  });
}

/// input_handle, tensor -> output_handle.
Status resolveTensorListPushBack(Resolver& r) {
  return listKernel(r, [](Step& s) -> Result<Ref<TensorList>> {
    const TensorList& given = *SMW_TRY(asTensorList(s.input(0)));
    SMW_TRY(checkElement(given, s.input(1)));
    if (given.maxNumElements() >= 0 && int64_t(given.tensors().size()) >= given.maxNumElements())
      return invalidArgument("Tried to push item into a full list list size: ",
                             given.tensors().size(), " max_num_elements: ", given.maxNumElements());
    auto list = SMW_TRY(takeTensorList(s, 0));
    list->tensors().push_back(s.take(1));
    return list;
  });
}

/// input_handle, index: int32 scalar, item -> output_handle.
Status resolveTensorListSetItem(Resolver& r) {
  const bool resize = r.attrOr("resize_if_index_out_of_bounds", false);
  return listKernel(r, [resize](Step& s) -> Result<Ref<TensorList>> {
    const TensorList& given = *SMW_TRY(asTensorList(s.input(0)));
    SMW_TRY(checkElement(given, s.input(2)));
    const int64_t i = SMW_TRY(scalarInput(s, 1, "index")), n = int64_t(given.tensors().size());
    if (i < 0 || (i >= n && !resize))
      return invalidArgument("Trying to modify element ", i, " in a list with ", n, " elements.");
    auto list = SMW_TRY(takeTensorList(s, 0));
    if (i >= n) SMW_TRY(resizeEntries(*list, i + 1));
    list->tensors()[size_t(i)] = s.take(2);
    return list;
  });
}

/// input_handle, size: int32 scalar -> output_handle.
Status resolveTensorListResize(Resolver& r) {
  return listKernel(r, [](Step& s) -> Result<Ref<TensorList>> {
    const int64_t n = SMW_TRY(scalarInput(s, 1, "size"));
    if (n < 0) return invalidArgument("TensorListSlice expects size to be non-negative. Got: ", n);
    auto list = SMW_TRY(takeTensorList(s, 0));
    SMW_TRY(resizeEntries(*list, n));
    return list;
  });
}

/// Two lists of one dtype, one after the other.
Status resolveTensorListConcatLists(Resolver& r) {
  r.addOutput(DType::kVariant, r.shape(0));
  if (!(r.shape(0) == r.shape(1)))
    return invalidArgument("input_a and input_b differ in shape: ", r.shape(0), " and ",
                           r.shape(1));
  return r.kernel([n = r.shape(0).numElements()](const Args& a) -> Status {
    for (int64_t i = 0; i < n; ++i) {
      const VariantValue &va = a.in<VariantValue>(0)[i], &vb = a.in<VariantValue>(1)[i];
      for (const VariantValue* v : {&va, &vb})
        if (!*v || (*v)->kind() != "TensorList")
          return invalidArgument("an input of TensorListConcatLists is not a list");
      const auto &la = static_cast<const TensorList&>(*va),
                 &lb = static_cast<const TensorList&>(*vb);
      if (la.dtype() != lb.dtype())
        return invalidArgument("the lists to concatenate differ in dtype");
      auto list = makeRef<TensorList>(la.dtype(),
                                      SMW_TRY(mergeShapes(la.elementShape(), lb.elementShape())));
      list->tensors() = la.tensors();
      list->tensors().insert(list->tensors().end(), lb.tensors().begin(), lb.tensors().end());
      a.out<VariantValue>(0)[i] = VariantValue(list);
    }
    return {};
  });
}

Status resolveTensorListLength(Resolver& r) {
  r.addOutput(DType::kInt32, Shape());
  return r.tensorKernel([](Step& s) -> Status {
    const TensorList& list = *SMW_TRY(asTensorList(s.input(0)));
    Tensor* out = SMW_TRY(s.allocate(0, DType::kInt32, Shape()));
    *out->data<int32_t>() = int32_t(list.tensors().size());
    return {};
  });
}

/// input_handle -> element_shape of attribute shape_type; the scalar -1 where any shape fits.
Status resolveTensorListElementShape(Resolver& r) {
  const DType t = r.attrOr("shape_type", DType::kInt32);
  return r.tensorKernel([t](Step& s) -> Status {
    const PartialShape shape = SMW_TRY(asTensorList(s.input(0)))->elementShape();
    const Dims dims = shape.unknownRank() ? Dims{-1} : Dims(shape.dims());
    Tensor* out =
        SMW_TRY(s.allocate(0, t, shape.unknownRank() ? Shape() : Shape({int64_t(dims.size())})));
    for (size_t i = 0; i < dims.size(); ++i)
      if (t == DType::kInt64)
        out->data<int64_t>()[i] = dims[i];
      else
        out->data<int32_t>()[i] = int32_t(dims[i]);
    return {};
  });
}

/// Entry i, or zeros where it was never set.
Result<Tensor> entry(const TensorList& list, size_t i, const Tensor& shapeInput) {
  const PartialShape given = SMW_TRY(elementShapeOf(shapeInput));
  const Tensor& t = list.tensors()[i];
  if (t.hasValue()) {
    if (!given.matches(t.shape()))
      return invalidArgument("Incompatible shapes during merge: ", given.toString(), " vs. ",
                             t.shape());
    return t;
  }
  const PartialShape shape = SMW_TRY(commonShape(list, given));
  const auto known = shape.fullyKnown();
  if (!known)
    return invalidArgument("Trying to read an uninitialized element but element_shape is not ",
                           "fully defined, got ", shape.toString(), " instead");
  return zerosFor(list.dtype(), *known);
}

Status checkDType(const TensorList& list, DType t) {
  if (list.dtype() == t) return {};
  return invalidArgument("Invalid data types; op elements ", dtypeName(t), " but list elements ",
                         dtypeName(list.dtype()));
}

/// Declares the next output where input `i`, an element_shape, is known and leaves nothing open.
Status declareElement(Resolver& r, int i, DType t) {
  const Tensor* v = r.peekValue(i);
  if (!v) return {};
  if (const auto shape = SMW_TRY(elementShapeOf(*v)).fullyKnown()) r.addOutput(t, *shape);
  return {};
}

/// input_handle, index: int32 scalar, element_shape -> item.
Status resolveTensorListGetItem(Resolver& r) {
  const DType t = SMW_TRY(elementDType(r));
  SMW_TRY(declareElement(r, 2, t));
  return r.tensorKernel([t](Step& s) -> Status {
    const TensorList& list = *SMW_TRY(asTensorList(s.input(0)));
    SMW_TRY(checkDType(list, t));
    const int64_t i = SMW_TRY(scalarInput(s, 1, "index")), n = int64_t(list.tensors().size());
    if (i < 0 || i >= n)
      return invalidArgument("Trying to access element ", i, " in a list with ", n, " elements.");
    s.setOutput(0, SMW_TRY(entry(list, size_t(i), s.input(2))));
    return {};
  });
}

/// input_handle, element_shape -> output_handle without its last entry, tensor.
Status resolveTensorListPopBack(Resolver& r) {
  const DType t = SMW_TRY(elementDType(r));
  if (const Tensor* v = r.peekValue(1); v && SMW_TRY(elementShapeOf(*v)).fullyKnown())
    r.addOutput(DType::kVariant, Shape());
  SMW_TRY(declareElement(r, 1, t));
  return r.tensorKernel([t](Step& s) -> Status {
    const TensorList& given = *SMW_TRY(asTensorList(s.input(0)));
    SMW_TRY(checkDType(given, t));
    if (given.tensors().empty()) return invalidArgument("Trying to pop from an empty list.");
    s.setOutput(1, SMW_TRY(entry(given, given.tensors().size() - 1, s.input(1))));
    auto list = SMW_TRY(takeTensorList(s, 0));
    list->tensors().pop_back();
    return setTensorList(s, 0, std::move(list));
  });
}

constexpr OpDef kOps[] = {
    {"EmptyTensorList", "element_shape, max_num_elements -> handle", resolveEmptyTensorList},
    {"TensorListConcatLists", "input_a, input_b -> output", resolveTensorListConcatLists},
    {"TensorListElementShape", "input_handle -> element_shape", resolveTensorListElementShape},
    {"TensorListGetItem", "input_handle, index, element_shape -> item", resolveTensorListGetItem},
    {"TensorListLength", "input_handle -> length", resolveTensorListLength},
    {"TensorListPopBack", "input_handle, element_shape -> output_handle, tensor",
     resolveTensorListPopBack},
    {"TensorListPushBack", "input_handle, tensor -> output_handle", resolveTensorListPushBack},
    {"TensorListReserve", "element_shape, num_elements -> handle", resolveTensorListReserve},
    {"TensorListResize", "input_handle, size -> output_handle", resolveTensorListResize},
    {"TensorListSetItem", "input_handle, index, item -> output_handle", resolveTensorListSetItem},
};

}  // namespace

std::span<const OpDef> tensorListOps() { return kOps; }

}  // namespace smw
