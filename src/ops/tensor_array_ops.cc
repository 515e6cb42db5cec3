// TensorArrayV3 and its ops, and StackV2: what TF1 loops keep their values in. `flow` is a float
// scalar that only orders the ops.
#include "ops/families.h"
#include "ops/tensor_array.h"
#include "ops/tensor_list.h"

namespace smw {
namespace {

Status setHandle(Step& s, Ref<Resource> resource) {
  Tensor* t = SMW_TRY(s.allocate(0, DType::kResource, Shape()));
  *t->data<ResourceHandle>() = std::move(resource);
  return {};
}

Status setFlow(Step& s, int output) {
  *SMW_TRY(s.allocate(output, DType::kFloat, Shape()))->data<float>() = 0;
  return {};
}

Result<int64_t> scalarInput(Step& s, int i, std::string_view name) {
  const Tensor& t = s.input(i);
  if (t.numElements() != 1) return invalidArgument(name, " must be a scalar, got ", t.describe());
  return SMW_TRY(t.toInts())[0];
}

void declareHandleAndFlow(Resolver& r) {
  r.addOutput(DType::kResource, Shape());
  r.addOutput(DType::kFloat, Shape());
}

/// size: int32 scalar -> handle, flow.
Status resolveTensorArray(Resolver& r) {
  const DType t = SMW_TRY(r.attr<DType>("dtype"));
  const PartialShape shape = r.attrOr("element_shape", PartialShape());
  const bool dynamic = r.attrOr("dynamic_size", false), clear = r.attrOr("clear_after_read", true),
             identical = r.attrOr("identical_element_shapes", false);
  declareHandleAndFlow(r);
  return r.tensorKernel([=](Step& s) -> Status {
    const int64_t n = SMW_TRY(scalarInput(s, 0, "size"));
    if (n < 0) return invalidArgument("Size should be >= 0, got ", n);
    if (n > kMostListEntries) return resourceExhausted("a TensorArray of ", n, " elements");
    auto a = makeRef<TensorArray>(t, shape, n);
    a->dynamicSize = dynamic;
    a->clearAfterRead = clear;
    a->identicalElementShapes = identical;
    SMW_TRY(setHandle(s, a));
    return setFlow(s, 1);
  });
}

/// handle, flow_in -> grad_handle, flow_out: the array of the gradients called attribute source.
Status resolveGrad(Resolver& r) {
  const std::string source = r.attrOr("source", "");
  declareHandleAndFlow(r);
  return r.tensorKernel([source](Step& s) -> Status {
    const auto a = SMW_TRY(asTensorArray(s.input(0)));
    SMW_TRY(setHandle(s, SMW_TRY(a->gradient(source))));
    return setFlow(s, 1);
  });
}

/// handle, index, value, flow_in -> flow_out.
Status resolveWrite(Resolver& r) {
  r.addOutput(DType::kFloat, Shape());
  return r.tensorKernel([](Step& s) -> Status {
    const auto a = SMW_TRY(asTensorArray(s.input(0)));
    SMW_TRY(a->write(SMW_TRY(scalarInput(s, 1, "index")), s.take(2)));
    return setFlow(s, 0);
  });
}

/// handle, index, flow_in -> value.
Status resolveRead(Resolver& r) {
  const DType t = SMW_TRY(r.attr<DType>("dtype"));
  return r.tensorKernel([t](Step& s) -> Status {
    const auto a = SMW_TRY(asTensorArray(s.input(0)));
    if (a->dtype() != t)
      return invalidArgument("TensorArray dtype is ", dtypeName(a->dtype()),
                             " but Op requested dtype ", dtypeName(t), ".");
    s.setOutput(0, SMW_TRY(a->read(SMW_TRY(scalarInput(s, 1, "index")))));
    return {};
  });
}

/// Entries of one shape below each other (gather), or joined along their first dimension (concat,
/// where `lengths` gets those).
Status joinEntries(Step& s, TensorArray& a, const Dims& indices, const PartialShape& shapeAttr,
                   Dims* lengths) {
  std::vector<Tensor> parts;
  for (int64_t i : indices) parts.push_back(SMW_TRY(a.read(i)));
  const auto tail = [&](const Shape& t) { return Shape::make(t.dims().subspan(1)); };
  Shape each;
  int64_t rows = 0;
  if (parts.empty()) {
    const PartialShape p = SMW_TRY(mergeShapes(shapeAttr, a.elementShape()));
    const auto known = p.fullyKnown();
    if (!known)
      return invalidArgument("TensorArray has size zero, but element shape ", p.toString(),
                             " is not fully defined. Currently only static shapes are ",
                             "supported when packing zero-size TensorArrays.");
    each = *known;
    if (lengths && each.rank() > 0) each = SMW_TRY(tail(each));
  }
  for (size_t i = 0; i < parts.size(); ++i) {
    const Shape& t = parts[i].shape();
    if (lengths && t.rank() < 1)
      return invalidArgument(
          "Concat saw a scalar shape at an index but requires at least vectors.");
    const Shape one = lengths ? SMW_TRY(tail(t)) : t;
    if (i == 0) each = one;
    if (!(one == each))
      return invalidArgument("TensorArray has inconsistent shapes.  Index 0 has shape: ",
                             parts[0].shape(), " but index ", i, " has shape: ", t);
    const int64_t n = lengths ? t[0] : 1;
    if (lengths) lengths->push_back(n);
    rows = SMW_TRY(add(rows, n));
  }
  Dims dims(each.dims());
  dims.insert(0, rows);
  Tensor* out = SMW_TRY(s.allocate(0, a.dtype(), SMW_TRY(Shape::make(dims))));
  auto* to = static_cast<std::byte*>(out->raw());
  for (const Tensor& p : parts) {
    copyElements(a.dtype(), to, p.raw(), p.numElements());
    to += p.numBytes();
  }
  return {};
}

/// handle, indices: int32 vector, flow_in -> value (indices, ...).
Status resolveGatherV3(Resolver& r) {
  const DType t = SMW_TRY(r.attr<DType>("dtype"));
  const PartialShape shape = r.attrOr("element_shape", PartialShape());
  if (const auto known = shape.fullyKnown(); known && r.rank(1) == 1) {
    Dims dims(known->dims());
    dims.insert(0, r.shape(1)[0]);
    r.addOutput(t, SMW_TRY(Shape::make(dims)));
  }
  return r.tensorKernel([t, shape](Step& s) -> Status {
    const auto a = SMW_TRY(asTensorArray(s.input(0)));
    if (a->dtype() != t)
      return invalidArgument("TensorArray dtype is ", dtypeName(a->dtype()),
                             " but Op requested dtype ", dtypeName(t), ".");
    return joinEntries(s, *a, SMW_TRY(s.input(1).toInts()), shape, nullptr);
  });
}

/// handle, flow_in -> value: all entries joined, lengths: int64 vector.
Status resolveConcatV3(Resolver& r) {
  return r.tensorKernel([](Step& s) -> Status {
    const auto a = SMW_TRY(asTensorArray(s.input(0)));
    Dims all, lengths;
    for (int64_t i = 0; i < a->size(); ++i) all.push_back(i);
    SMW_TRY(joinEntries(s, *a, all, PartialShape(), &lengths));
    Tensor* out = SMW_TRY(s.allocate(1, DType::kInt64, Shape({int64_t(lengths.size())})));
    std::copy(lengths.begin(), lengths.end(), out->data<int64_t>());
    return {};
  });
}

/// Rows [begin, begin + n) of `t` as a tensor of their own; without the outer dimension where n <
/// 0.
Result<Tensor> copyRows(const Tensor& t, int64_t begin, int64_t n) {
  Dims dims(t.shape().dims().subspan(1));
  const int64_t row = SMW_TRY(Shape::make(dims)).numElements();
  if (n >= 0) dims.insert(0, n);
  Tensor out = SMW_TRY(Tensor::allocate(t.dtype(), SMW_TRY(Shape::make(dims))));
  copyElements(t.dtype(), out.raw(),
               static_cast<const std::byte*>(t.raw()) + begin * row * int64_t(dtypeSize(t.dtype())),
               out.numElements());
  return out;
}

/// handle, indices: int32 (n), value (n, ...), flow_in -> flow_out.
Status resolveScatterV3(Resolver& r) {
  r.addOutput(DType::kFloat, Shape());
  return r.tensorKernel([](Step& s) -> Status {
    const auto a = SMW_TRY(asTensorArray(s.input(0)));
    const Dims at = SMW_TRY(s.input(1).toInts());
    const Tensor& value = s.input(2);
    if (value.shape().rank() < 1 || value.shape()[0] != int64_t(at.size()))
      return invalidArgument("Expected len(indices) == values.shape[0], but saw: ", at.size(),
                             " vs. ", value.shape());
    for (size_t i = 0; i < at.size(); ++i)
      SMW_TRY(a->write(at[i], SMW_TRY(copyRows(value, int64_t(i), -1))));
    return setFlow(s, 0);
  });
}

/// handle, value, lengths: int64 vector, flow_in -> flow_out.
Status resolveSplitV3(Resolver& r) {
  r.addOutput(DType::kFloat, Shape());
  return r.tensorKernel([](Step& s) -> Status {
    const auto a = SMW_TRY(asTensorArray(s.input(0)));
    const Tensor& value = s.input(1);
    const Dims lengths = SMW_TRY(s.input(2).toInts());
    if (value.shape().rank() < 1)
      return invalidArgument("Expected value to be at least a vector, but received shape: ",
                             value.describe());
    int64_t at = 0;
    for (size_t i = 0; i < lengths.size(); ++i) {
      if (lengths[i] < 0 || lengths[i] > value.shape()[0] - at)
        return invalidArgument("Expected sum of lengths to be equal to values.shape[0], but ",
                               "length ", lengths[i], " at row ", at, " does not fit ",
                               value.shape()[0]);
      SMW_TRY(a->write(int64_t(i), SMW_TRY(copyRows(value, at, lengths[i]))));
      at += lengths[i];
    }
    if (at != value.shape()[0])
      return invalidArgument("Expected sum of lengths to be equal to values.shape[0], but sum ",
                             "of lengths is ", at, " and value's shape is: ", value.shape());
    return setFlow(s, 0);
  });
}

/// handle, flow_in -> int32 scalar.
Status resolveSize(Resolver& r) {
  r.addOutput(DType::kInt32, Shape());
  return r.tensorKernel([](Step& s) -> Status {
    const auto a = SMW_TRY(asTensorArray(s.input(0)));
    *SMW_TRY(s.allocate(0, DType::kInt32, Shape()))->data<int32_t>() = int32_t(a->size());
    return {};
  });
}

Status resolveClose(Resolver& r) {
  return r.tensorKernel([](Step& s) -> Status {
    SMW_TRY(asTensorArray(s.input(0)))->close();
    return {};
  });
}

/// A stack of tensors of one dtype.
class Stack : public Resource {
 public:
  std::string_view kind() const override { return "Stack"; }
  std::vector<Tensor> entries;
  int64_t most = -1;
};

Result<Ref<Stack>> asStack(const Tensor& handle) {
  const ResourceHandle* h = handle.dtype() == DType::kResource && handle.numElements() == 1
                                ? handle.data<ResourceHandle>()
                                : nullptr;
  if (!h || !*h || (*h)->kind() != "Stack")
    return invalidArgument("a Stack's handle is needed, got ", handle.describe());
  return Ref<Stack>(static_cast<Stack*>(h->get()));
}

/// max_size: int32 scalar, negative for any -> handle.
Status resolveStack(Resolver& r) {
  r.addOutput(DType::kResource, Shape());
  return r.tensorKernel([](Step& s) -> Status {
    auto stack = makeRef<Stack>();
    stack->most = SMW_TRY(scalarInput(s, 0, "max_size"));
    return setHandle(s, stack);
  });
}

/// handle, elem -> elem.
Status resolveStackPush(Resolver& r) {
  r.addOutput(r.dtype(1), r.shape(1));
  return r.tensorKernel([](Step& s) -> Status {
    const auto stack = SMW_TRY(asStack(s.input(0)));
    const int64_t n = int64_t(stack->entries.size());
    if ((stack->most >= 0 && n >= stack->most) || n >= kMostListEntries)
      return invalidArgument("Stack overflowed: its max_size is ", stack->most);
    Tensor t = s.take(1);
    stack->entries.push_back(t);
    s.setOutput(0, std::move(t));
    return {};
  });
}

/// handle -> elem.
Status resolveStackPop(Resolver& r) {
  return r.tensorKernel([](Step& s) -> Status {
    const auto stack = SMW_TRY(asStack(s.input(0)));
    if (stack->entries.empty()) return invalidArgument("Stack is empty when calling Pop()");
    s.setOutput(0, std::move(stack->entries.back()));
    stack->entries.pop_back();
    return {};
  });
}

Status resolveStackClose(Resolver& r) {
  return r.tensorKernel([](Step& s) -> Status {
    SMW_TRY(asStack(s.input(0)))->entries.clear();
    return {};
  });
}

constexpr Effect kState = Effect::kStateful;
constexpr OpDef kOps[] = {
    {"StackCloseV2", "handle ->", resolveStackClose, kState},
    {"StackPopV2", "handle -> elem", resolveStackPop, kState},
    {"StackPushV2", "handle, elem -> output", resolveStackPush, kState},
    {"StackV2", "max_size -> handle", resolveStack, kState},
    {"TensorArrayCloseV3", "handle ->", resolveClose, kState},
    {"TensorArrayConcatV3", "handle, flow_in -> value, lengths", resolveConcatV3, kState},
    {"TensorArrayGatherV3", "handle, indices, flow_in -> value", resolveGatherV3, kState},
    {"TensorArrayGradV3", "handle, flow_in -> grad_handle, flow_out", resolveGrad, kState},
    {"TensorArrayReadV3", "handle, index, flow_in -> value", resolveRead, kState},
    {"TensorArrayScatterV3", "handle, indices, value, flow_in -> flow_out", resolveScatterV3,
     kState},
    {"TensorArraySizeV3", "handle, flow_in -> size", resolveSize, kState},
    {"TensorArraySplitV3", "handle, value, lengths, flow_in -> flow_out", resolveSplitV3, kState},
    {"TensorArrayV3", "size -> handle, flow", resolveTensorArray, kState},
    {"TensorArrayWriteV3", "handle, index, value, flow_in -> flow_out", resolveWrite, kState},
};

}  // namespace

std::span<const OpDef> tensorArrayOps() { return kOps; }

}  // namespace smw
