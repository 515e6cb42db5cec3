// Variables of TF2 (handles) and TF1 (references; here the same handles).
#include "ops/families.h"
#include "ops/update.h"
#include "ops/variable.h"

namespace smw {
namespace {

constexpr std::string_view kAnonymous = "cd2c89b7-88b7-44c8-ad83-06c2a9158347";

Status setHandle(Step& s, ResourceHandle handle) {
  Tensor t = SMW_TRY(Tensor::allocate(DType::kResource, Shape()));
  *t.data<ResourceHandle>() = std::move(handle);
  s.setOutput(0, std::move(t));
  return {};
}

/// The variable that shared_name (or the node's name) stands for, made without a value at first
/// use. VarHandleOp, Variable, VariableV2.
Status resolveHandle(Resolver& r) {
  const DType dtype = SMW_TRY(r.attr<DType>("dtype"));
  const PartialShape shape = r.attrOr("shape", PartialShape());
  std::string name = r.attrOr("shared_name", ""), container = r.attrOr("container", "");
  const bool anonymous = name == kAnonymous;
  if (name.empty() || anonymous) name = r.node();
  r.addOutput(DType::kResource, Shape());
  return r.tensorKernel([=](Step& s) -> Status {
    const auto create = [&]() -> Result<Ref<Resource>> {
      return Ref<Resource>(makeRef<Variable>(name, dtype, shape));
    };
    if (anonymous) return setHandle(s, SMW_TRY(create()));
    return setHandle(s, SMW_TRY(s.context().resources().findOrCreate(container, name, create)));
  });
}

/// resource -> its value, of attribute dtype.
Status resolveReadVariableOp(Resolver& r) {
  const DType dtype = SMW_TRY(r.attr<DType>("dtype"));
  if (const Tensor* handle = r.peekValue(0))
    if (const auto v = SMW_TRY(asVariable(*handle)); v->dtype() == dtype)
      if (const auto shape = v->shape().fullyKnown()) r.addOutput(dtype, *shape);
  return r.tensorKernel([dtype](Step& s) -> Status {
    const auto v = SMW_TRY(asVariable(s.input(0)));
    Tensor value = SMW_TRY(readVariable(*v));
    if (value.dtype() != dtype)
      return invalidArgument("Trying to read variable with wrong dtype. Expected ",
                             dtypeName(dtype), " got ", dtypeName(value.dtype()));
    s.setOutput(0, std::move(value));
    return {};
  });
}

Status checkAssign(const Variable& v, const Tensor& value, bool validateShape) {
  if (value.dtype() != v.dtype())
    return invalidArgument("Trying to assign variable ", v.name(), " with wrong dtype. Expected ",
                           dtypeName(v.dtype()), " got ", dtypeName(value.dtype()));
  if (validateShape && !v.shape().matches(value.shape()))
    return invalidArgument("Trying to assign to variable ", v.name(),
                           " a tensor with wrong shape. Expected ", v.shape().toString(), " got ",
                           value.shape());
  return {};
}

/// resource, value ->. The shape is checked where attribute validate_shape asks for it.
Status resolveAssignVariableOp(Resolver& r) {
  const bool validate = r.attrOr("validate_shape", false);
  return r.tensorKernel([validate](Step& s) -> Status {
    const auto v = SMW_TRY(asVariable(s.input(0)));
    SMW_TRY(checkAssign(*v, s.input(1), validate));
    v->assign(s.take(1));
    return {};
  });
}

/// ref, value -> output_ref.
Status resolveAssign(Resolver& r) {
  const bool validate = r.attrOr("validate_shape", true);
  r.addOutput(DType::kResource, Shape());
  return r.tensorKernel([validate](Step& s) -> Status {
    const auto v = SMW_TRY(asVariable(s.input(0)));
    SMW_TRY(checkAssign(*v, s.input(1), validate));
    v->assign(s.take(1));
    s.setOutput(0, s.take(0));
    return {};
  });
}

/// Changes a variable by a value of its shape. `outputs` 1: TF1's, which hands on the reference.
Status updateVariable(Resolver& r, Update update, int outputs) {
  const DType dtype = r.dtype(1);
  const UpdateFn apply = SMW_TRY(updateFn(r, update, dtype));
  if (dtype == DType::kBool || dtype == DType::kString) return r.unsupportedDType(dtype);
  if (outputs) r.addOutput(DType::kResource, Shape());
  return r.tensorKernel([apply, dtype, outputs](Step& s) -> Status {
    const auto v = SMW_TRY(asVariable(s.input(0)));
    const Tensor& by = s.input(1);
    const Shape shape = SMW_TRY(readVariable(*v)).shape();
    if (v->value().dtype() != dtype)
      return invalidArgument("variable ", v->name(), " is of dtype ", dtypeName(v->value().dtype()),
                             ", not ", dtypeName(dtype));
    if (!(by.shape() == shape))
      return invalidArgument("Cannot update variable with shape ", shape,
                             " using a Tensor with shape ", by.shape(), ", shapes must be equal.");
    SMW_TRY(changeVariable(*v, [&](Tensor& t) -> Status {
      apply(t.raw(), by.raw(), t.numElements());
      return {};
    }));
    if (outputs) s.setOutput(0, s.take(0));
    return {};
  });
}
template <Update U, int kOutputs>
Status resolveUpdate(Resolver& r) {
  return updateVariable(r, U, kOutputs);
}

/// resource or ref -> bool scalar.
Status resolveIsInitialized(Resolver& r) {
  r.addOutput(DType::kBool, Shape());
  return r.tensorKernel([](Step& s) -> Status {
    const auto v = asVariable(s.input(0));
    Tensor* out = SMW_TRY(s.allocate(0, DType::kBool, Shape()));
    *out->data<bool>() = v && (*v)->initialized();
    return {};
  });
}

/// resource -> the shape of its value, int32 or int64.
Status resolveVariableShape(Resolver& r) {
  const DType t = r.attrOr("out_type", DType::kInt32);
  return r.tensorKernel([t](Step& s) -> Status {
    const auto v = SMW_TRY(asVariable(s.input(0)));
    const Shape shape = SMW_TRY(readVariable(*v)).shape();
    Tensor* out = SMW_TRY(s.allocate(0, t, Shape({shape.rank()})));
    for (int i = 0; i < shape.rank(); ++i)
      if (t == DType::kInt64)
        out->data<int64_t>()[i] = shape[i];
      else
        out->data<int32_t>()[i] = int32_t(shape[i]);
    return {};
  });
}

/// The handle's resource loses its value.
Status resolveDestroyResourceOp(Resolver& r) {
  return r.tensorKernel([](Step& s) -> Status {
    if (auto v = asVariable(s.input(0))) (*v)->assign(Tensor());
    return {};
  });
}

/// Values are never shared with a writer here, so there is nothing to switch off.
Status resolveDisableCopyOnRead(Resolver& r) {
  return r.tensorKernel([](Step&) -> Status { return {}; });
}

/// ref or resource -> the value before it is counted up; OUT_OF_RANGE at attribute limit.
Status resolveCountUpTo(Resolver& r) {
  const int64_t limit = SMW_TRY(r.attr<int64_t>("limit"));
  const DType t = SMW_TRY(r.attr<DType>("T"));
  r.addOutput(t, Shape());
  return r.tensorKernel([limit, t](Step& s) -> Status {
    const auto v = SMW_TRY(asVariable(s.input(0)));
    const Tensor before = SMW_TRY(readVariable(*v));
    if (!before.shape().isScalar() || before.dtype() != t)
      return invalidArgument("input is not a scalar counter: ", before.describe());
    const int64_t n = SMW_TRY(before.toInts())[0];
    if (n >= limit) return outOfRange("Reached limit of ", limit);
    v->assign(t == DType::kInt64 ? SMW_TRY(Tensor::scalar<int64_t>(n + 1))
                                 : SMW_TRY(Tensor::scalar<int32_t>(int32_t(n + 1))));
    s.setOutput(0, before);
    return {};
  });
}

constexpr Effect kState = Effect::kStateful;
constexpr OpDef kOps[] = {
    {"Assign", "ref&, value -> output_ref&", resolveAssign, kState},
    {"AssignAdd", "ref&, value -> output_ref&", resolveUpdate<Update::kAdd, 1>, kState},
    {"AssignAddVariableOp", "resource, value ->", resolveUpdate<Update::kAdd, 0>, kState},
    {"AssignSub", "ref&, value -> output_ref&", resolveUpdate<Update::kSub, 1>, kState},
    {"AssignSubVariableOp", "resource, value ->", resolveUpdate<Update::kSub, 0>, kState},
    {"AssignVariableOp", "resource, value ->", resolveAssignVariableOp, kState},
    {"CountUpTo", "ref& -> output", resolveCountUpTo, kState},
    {"DestroyResourceOp", "resource ->", resolveDestroyResourceOp, kState},
    {"DisableCopyOnRead", "resource ->", resolveDisableCopyOnRead, kState},
    {"IsVariableInitialized", "ref& -> is_initialized", resolveIsInitialized, kState},
    {"ReadVariableOp", "resource -> value", resolveReadVariableOp, kState},
    {"ResourceCountUpTo", "resource -> output", resolveCountUpTo, kState},
    {"VarHandleOp", "-> resource", resolveHandle, kState},
    {"VarIsInitializedOp", "resource -> is_initialized", resolveIsInitialized, kState},
    {"Variable", "-> ref&", resolveHandle, kState},
    {"VariableShape", "input -> output", resolveVariableShape, kState},
    {"VariableV2", "-> ref&", resolveHandle, kState},
};

}  // namespace

std::span<const OpDef> variableOps() { return kOps; }

}  // namespace smw
