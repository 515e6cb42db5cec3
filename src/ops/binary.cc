// Elementwise functions of two operands, and sums of more.
#include <cstring>

#include "ops/element_op.h"
#include "ops/elementwise.h"
#include "ops/families.h"

namespace smw {
namespace {

using B = kernels::BinaryOp;

/// x, y: broadcast -> z.
template <B kOp>
Status binary(Resolver& r) {
  return resolveBinary(r, kOp);
}

Error divisionByZero() { return invalidArgument("Integer division by zero"); }
Error negativePower() {
  return invalidArgument("Integers to negative integer powers are not allowed");
}
// TensorFlow reports these two as an error of its own.
Error truncatedByZero() { return internal("Integer division by zero"); }

template <B kOp>
Status division(Resolver& r) {
  return resolveBinary(r, kOp, {}, divisionByZero);
}
template <B kOp>
Status truncation(Resolver& r) {
  return resolveBinary(r, kOp, {}, truncatedByZero);
}
Status resolvePow(Resolver& r) { return resolveBinary(r, B::kPow, {}, negativePower); }
Status resolveApproximateEqual(Resolver& r) {
  if (!(r.shape(0) == r.shape(1)))
    return invalidArgument("x and y must be of the same shape. x shape: ", r.shape(0),
                           ". y shape: ", r.shape(1));
  return resolveBinary(r, B::kApproximateEqual, {.tolerance = r.attrOr("tolerance", 1e-5f)});
}

/// Calls f(a, b, out) on strings, broadcast.
template <typename Out, typename F>
Status strings(Resolver& r, DType outType, F f) {
  const Shape out = SMW_TRY(broadcastShapes(r.shape(0), r.shape(1)));
  const auto plan = SMW_TRY(broadcastOver(out, {r.shape(0), r.shape(1)}));
  r.addOutput(outType, out);
  return r.kernel([plan, f](const Args& a) {
    const size_t sizes[] = {sizeof(std::string), sizeof(std::string)};
    const void* in[] = {a.inputs[0], a.inputs[1]};
    kernels::broadcastRuns(
        plan, in, sizes, a.outputs[0], sizeof(Out), 0, plan.total,
        [](const void* fn, const void* const* x, const int* step, void* y, int64_t n) {
          const auto* p = static_cast<const std::string*>(x[0]);
          const auto* q = static_cast<const std::string*>(x[1]);
          for (int64_t i = 0; i < n; ++i)
            (*static_cast<const F*>(fn))(p[i * step[0]], q[i * step[1]], static_cast<Out*>(y)[i]);
          return true;
        },
        &f);
  });
}

/// Numbers, or strings to be joined.
Status resolveAdd(Resolver& r) {
  if (r.dtype(0) == DType::kString && r.dtype(1) == DType::kString)
    return strings<std::string>(
        r, DType::kString,
        [](const std::string& a, const std::string& b, std::string& y) { y = a + b; });
  return resolveBinary(r, B::kAdd);
}

/// Shapes that do not broadcast count as unequal where incompatible_shape_error is false.
template <bool kEqual>
Status resolveEqual(Resolver& r) {
  if (!r.attrOr("incompatible_shape_error", true) && !broadcastShapes(r.shape(0), r.shape(1))) {
    r.addValue(SMW_TRY(Tensor::scalar<bool>(!kEqual)));
    return r.nothing();
  }
  if (r.dtype(0) == DType::kString && r.dtype(1) == DType::kString)
    return strings<bool>(r, DType::kBool, [](const std::string& a, const std::string& b, bool& y) {
      y = (a == b) == kEqual;
    });
  return resolveBinary(r, kEqual ? B::kEqual : B::kNotEqual);
}

/// inputs: N tensors of one shape -> their sum.
Status resolveAddN(Resolver& r) {
  const auto k = kernels::binaryKernel(B::kAdd, elemOf(r.dtype(0)));
  if (!k) return r.unsupportedDType(r.dtype(0));
  for (int i = 1; i < r.numInputs(); ++i) {
    SMW_TRY(requireSameDType(r, 0, i));
    if (!(r.shape(i) == r.shape(0)))
      return invalidArgument("Inputs to operation ", r.op(),
                             " must have the same size and shape. Input 0: ", r.shape(0),
                             " != input ", i, ": ", r.shape(i));
  }
  // A third input that is the first one too would be read after it was overwritten.
  OutputInfo& out = r.addOutput(r.dtype(0), r.shape(0));
  if (r.numInputs() <= 2) out.mayReuse = 0;
  return r.kernel([k, inputs = r.numInputs(), size = dtypeSize(r.dtype(0)),
                   n = r.shape(0).numElements()](const Args& a) {
    a.context.parallel().run(n, kElementGrain, [&](int64_t begin, int64_t end) {
      const auto at = [&](void* p) { return static_cast<std::byte*>(p) + size_t(begin) * size; };
      std::byte* out = at(a.outputs[0]);
      if (inputs == 1 && out != at(a.inputs[0]))
        std::memcpy(out, at(a.inputs[0]), size_t(end - begin) * size);
      for (int i = 1; i < inputs; ++i)
        runBinary(k, i == 1 ? at(a.inputs[0]) : out, 1, at(a.inputs[i]), 1, out, end - begin);
    });
  });
}

/// value is (N, ..., C), or (N, C, ...) for data_format NCHW; bias is (C).
Status resolveBiasAdd(Resolver& r) {
  SMW_TRY(requireSameDType(r, 0, 1));
  SMW_TRY(r.requireVector(1, "bias"));
  const int rank = r.rank(0);
  if (rank < 2)
    return invalidArgument("Input tensor must be at least 2D: " + r.shape(0).toString());
  const std::string format = r.attrOr("data_format", "NHWC");
  const bool channelsFirst = format.starts_with("NC");
  const int axis = channelsFirst ? 1 : rank - 1;
  if (r.shape(0)[axis] != r.shape(1)[0])
    return invalidArgument(
        "Must provide as many biases as the channel dimension of the input tensor: ", r.shape(1),
        " vs. ", r.shape(0)[axis], " in ", r.shape(0));
  Dims bias(size_t(rank - axis), 1);
  bias[0] = r.shape(1)[0];
  const auto k = kernels::binaryKernel(B::kAdd, elemOf(r.dtype(0)));
  if (!k) return r.unsupportedDType(r.dtype(0));
  const Shape over = SMW_TRY(Shape::make(bias));
  const auto plan = SMW_TRY(broadcastOver(r.shape(0), {r.shape(0), over}));
  r.addOutputReusing(0, r.dtype(0), r.shape(0));
  if (ElementOp* l = ElementOp::wanted(r)) return l->setBinary(k, r.shape(0), over);
  return r.kernel([k, plan](const Args& a) {
    runBinaryParallel(a.context, k, plan, a.inputs[0], a.inputs[1], a.outputs[0]);
  });
}
Status resolveBiasAddV1(Resolver& r) { return resolveBiasAdd(r); }

constexpr OpDef kOps[] = {
    {"Add", "x, y -> z", resolveAdd},
    {"AddN", "inputs*N -> sum", resolveAddN},
    {"AddV2", "x, y -> z", binary<B::kAdd>},
    {"ApproximateEqual", "x, y -> z", resolveApproximateEqual},
    {"Atan2", "y, x -> z", binary<B::kAtan2>},
    {"BiasAdd", "value, bias -> output", resolveBiasAdd},
    {"BiasAddV1", "value, bias -> output", resolveBiasAddV1},
    {"BitwiseAnd", "x, y -> z", binary<B::kBitwiseAnd>},
    {"BitwiseOr", "x, y -> z", binary<B::kBitwiseOr>},
    {"BitwiseXor", "x, y -> z", binary<B::kBitwiseXor>},
    {"Div", "x, y -> z", division<B::kDiv>},
    {"DivNoNan", "x, y -> z", binary<B::kDivNoNan>},
    {"Equal", "x, y -> z", resolveEqual<true>},
    {"FloorDiv", "x, y -> z", division<B::kFloorDiv>},
    {"FloorMod", "x, y -> z", division<B::kFloorMod>},
    {"Greater", "x, y -> z", binary<B::kGreater>},
    {"GreaterEqual", "x, y -> z", binary<B::kGreaterEqual>},
    {"LeftShift", "x, y -> z", binary<B::kLeftShift>},
    {"Less", "x, y -> z", binary<B::kLess>},
    {"LessEqual", "x, y -> z", binary<B::kLessEqual>},
    {"LogicalAnd", "x, y -> z", binary<B::kLogicalAnd>},
    {"LogicalOr", "x, y -> z", binary<B::kLogicalOr>},
    {"Maximum", "x, y -> z", binary<B::kMaximum>},
    {"Minimum", "x, y -> z", binary<B::kMinimum>},
    {"Mod", "x, y -> z", division<B::kTruncateMod>},
    {"Mul", "x, y -> z", binary<B::kMul>},
    {"MulNoNan", "x, y -> z", binary<B::kMulNoNan>},
    {"NextAfter", "x1, x2 -> output", binary<B::kNextAfter>},
    {"NotEqual", "x, y -> z", resolveEqual<false>},
    {"Pow", "x, y -> z", resolvePow},
    {"RealDiv", "x, y -> z", binary<B::kDiv>},
    {"RightShift", "x, y -> z", binary<B::kRightShift>},
    {"SquaredDifference", "x, y -> z", binary<B::kSquaredDifference>},
    {"Sub", "x, y -> z", binary<B::kSub>},
    {"TruncateDiv", "x, y -> z", truncation<B::kTruncateDiv>},
    {"TruncateMod", "x, y -> z", truncation<B::kTruncateMod>},
    {"Xdivy", "x, y -> z", binary<B::kXdivy>},
    {"Xlog1py", "x, y -> z", binary<B::kXlog1py>},
    {"Xlogy", "x, y -> z", binary<B::kXlogy>},
};

}  // namespace

std::span<const OpDef> binaryOps() { return kOps; }

}  // namespace smw
