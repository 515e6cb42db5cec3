#include "ops/elementwise.h"

#include <atomic>
#include <vector>

#include "ops/element_op.h"

namespace smw {

using kernels::Elem;

kernels::Elem elemOf(DType t) {
  switch (t) {
    case DType::kFloat:
      return Elem::kF32;
    case DType::kDouble:
      return Elem::kF64;
    case DType::kHalf:
      return Elem::kF16;
    case DType::kBfloat16:
      return Elem::kBf16;
    case DType::kInt8:
    case DType::kQint8:
      return Elem::kI8;
    case DType::kInt16:
    case DType::kQint16:
      return Elem::kI16;
    case DType::kInt32:
    case DType::kQint32:
      return Elem::kI32;
    case DType::kInt64:
      return Elem::kI64;
    case DType::kUint8:
    case DType::kQuint8:
      return Elem::kU8;
    case DType::kUint16:
    case DType::kQuint16:
      return Elem::kU16;
    case DType::kUint32:
      return Elem::kU32;
    case DType::kUint64:
      return Elem::kU64;
    case DType::kBool:
      return Elem::kBool;
    case DType::kComplex64:
      return Elem::kC64;
    case DType::kComplex128:
      return Elem::kC128;
    default:
      return Elem::kNone;
  }
}

DType dtypeOf(Elem e) {
  constexpr DType kTypes[] = {
      DType::kFloat, DType::kDouble,    DType::kHalf,       DType::kBfloat16,
      DType::kInt8,  DType::kInt16,     DType::kInt32,      DType::kInt64,
      DType::kUint8, DType::kUint16,    DType::kUint32,     DType::kUint64,
      DType::kBool,  DType::kComplex64, DType::kComplex128, DType::kInvalid};
  return kTypes[size_t(e)];
}

Status requireSameDType(Resolver& r, int a, int b) {
  if (r.dtype(a) == r.dtype(b)) return {};
  return invalidArgument("op ", r.op(), " got inputs of ", dtypeName(r.dtype(a)), " and ",
                         dtypeName(r.dtype(b)));
}

Status ElementOp::set(kernels::RunFn fn, std::initializer_list<Shape> operandShapes) {
  loop.run = fn;
  for (const Shape& s : operandShapes) shapes[loop.operands++] = s;
  return {};
}

Status ElementOp::setBinary(const kernels::BinaryKernel& k, const Shape& a, const Shape& b) {
  loop.binary = k;
  return set(
      [](const void* self, const void* const* in, const int* step, void* out, int64_t n) {
        return runBinary(static_cast<const ElementLoop*>(self)->binary, in[0], step[0], in[1],
                         step[1], out, n);
      },
      {a, b});
}

Status resolveUnary(Resolver& r, kernels::UnaryOp op, const kernels::UnaryParams& p) {
  const kernels::UnaryKernel k = kernels::unaryKernel(op, elemOf(r.dtype(0)), p);
  if (!k) return r.unsupportedDType(r.dtype(0));
  const bool sameType = k.out == elemOf(r.dtype(0));
  const DType out = sameType ? r.dtype(0) : dtypeOf(k.out);
  if (dtypeSize(out) == dtypeSize(r.dtype(0)))
    r.addOutputReusing(0, out, r.shape(0));
  else
    r.addOutput(out, r.shape(0));
  if (ElementOp* l = ElementOp::wanted(r)) {
    l->loop.unary = k;
    return l->set(
        [](const void* self, const void* const* in, const int*, void* to, int64_t n) {
          runUnary(static_cast<const ElementLoop*>(self)->unary, in[0], to, 0, n);
          return true;
        },
        {r.shape(0)});
  }
  return r.kernel([k, n = r.shape(0).numElements()](const Args& a) {
    a.context.parallel().run(n, kElementGrain / 4, [&](int64_t begin, int64_t end) {
      runUnary(k, a.inputs[0], a.outputs[0], begin, end);
    });
  });
}

Result<kernels::BroadcastPlan> broadcastOver(const Shape& out,
                                             std::initializer_list<Shape> operands) {
  std::vector<std::span<const int64_t>> dims;
  for (const Shape& s : operands) dims.push_back(s.dims());
  kernels::BroadcastPlan plan;
  if (!kernels::planBroadcast(out.dims(), dims, plan))
    return unimplemented("broadcasting to ", out, " has too many dimensions");
  return plan;
}

bool runBinaryParallel(OpContext& context, const kernels::BinaryKernel& k,
                       const kernels::BroadcastPlan& plan, const void* x, const void* y,
                       void* out) {
  std::atomic<bool> ok = true;
  context.parallel().run(plan.total, kElementGrain, [&](int64_t begin, int64_t end) {
    if (!runBinary(k, plan, x, y, out, begin, end)) ok.store(false, std::memory_order_relaxed);
  });
  return ok;
}

Status resolveBinary(Resolver& r, kernels::BinaryOp op, const kernels::BinaryParams& p,
                     Error (*failure)(), const kernels::BinaryLoops* rare) {
  SMW_TRY(requireSameDType(r, 0, 1));
  const DType t = r.dtype(0);
  const kernels::BinaryKernel k = kernels::binaryKernel(op, elemOf(t), p, rare);
  if (!k) return r.unsupportedDType(t);
  const DType outType = kernels::isComparison(op) ? DType::kBool : t;
  const Shape out = SMW_TRY(broadcastShapes(r.shape(0), r.shape(1)));
  const auto plan = SMW_TRY(broadcastOver(out, {r.shape(0), r.shape(1)}));
  const bool sameSize = dtypeSize(outType) == dtypeSize(t);
  if (sameSize && r.shape(0) == out)
    r.addOutputReusing(0, outType, out);
  else if (sameSize && r.shape(1) == out)
    r.addOutputReusing(1, outType, out);
  else
    r.addOutput(outType, out);
  if (ElementOp* l = ElementOp::wanted(r)) {
    l->loop.failure = failure;
    return l->setBinary(k, r.shape(0), r.shape(1));
  }
  // Small tensors, of which some graphs have a thousand: one run, and no more kept than it needs.
  if (plan.rank == 1 && plan.total <= kElementGrain)
    return r.kernel([k, failure, stepX = int(plan.strides[0][0]), stepY = int(plan.strides[1][0]),
                     n = int(plan.total)](const Args& a) -> Status {
      if (!runBinary(k, a.inputs[0], stepX, a.inputs[1], stepY, a.outputs[0], n) && failure)
        return failure();
      return {};
    });
  return r.kernel([k, plan, failure](const Args& a) -> Status {
    if (!runBinaryParallel(a.context, k, plan, a.inputs[0], a.inputs[1], a.outputs[0]) && failure)
      return failure();
    return {};
  });
}

}  // namespace smw
