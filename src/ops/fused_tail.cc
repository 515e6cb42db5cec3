#include "ops/fused_tail.h"

#include <algorithm>

#include "kernels/binary.h"
#include "ops/elementwise.h"
#include "ops/reshaped.h"

namespace smw {

namespace {

using kernels::UnaryOp;

struct Named {
  std::string_view name;
  UnaryOp op;
};
constexpr Named kActivations[] = {
    {"Elu", UnaryOp::kElu},
    {"GeluErf", UnaryOp::kGeluErf},
    {"GeluTanh", UnaryOp::kGeluTanh},
    {"HardSwish", UnaryOp::kHardSwish},
    {"LeakyRelu", UnaryOp::kLeakyRelu},
    {"Mish", UnaryOp::kMish},
    {"Relu", UnaryOp::kRelu},
    {"Relu6", UnaryOp::kRelu6},
    {"Selu", UnaryOp::kSelu},
    {"Sigmoid", UnaryOp::kSigmoid},
    {"Silu", UnaryOp::kSilu},
    {"Softplus", UnaryOp::kSoftplus},
    {"Softsign", UnaryOp::kSoftsign},
    {"Tanh", UnaryOp::kTanh},
};

constexpr int64_t aligned(int64_t bytes) { return (bytes + 63) / 64 * 64; }

void applyUnary(const void* context, float* p, int64_t n) {
  const auto& k = *static_cast<const kernels::UnaryKernel*>(context);
  k.loop(p, p, n, k.params);
}

}  // namespace

Result<std::optional<UnaryOp>> FusedTail::activation(std::string_view name) {
  if (name.empty()) return std::nullopt;
  for (const Named& a : kActivations)
    if (a.name == name) return a.op;
  return unimplemented("the activation '", name, "'");
}

Result<FusedTail> FusedTail::plan(Resolver& r, int input, const Shape& made, int64_t columns,
                                  int64_t& scratchBytes) {
  FusedTail t;
  t.columns_ = columns;
  Shape product = made;
  if (r.attrOr("reshape", false))
    product = SMW_TRY(reshaped(made, SMW_TRY(r.ints(r.numInputs() - 1))));
  else if (const auto axes = r.attrOr("squeeze", std::vector<int64_t>()); !axes.empty())
    product = SMW_TRY(squeezed(made, axes));
  Shape out = product;
  const auto next = [&](std::string_view what) -> Result<int> {
    if (input >= r.numInputs() || r.dtype(input) != DType::kFloat)
      return invalidArgument("the ", what, " is missing, or not float32");
    return input++;
  };
  if (r.attrOr("bias", false)) {
    t.bias_ = SMW_TRY(next("bias"));
    const int64_t n = r.shape(t.bias_).numElements();
    if (n != columns && n != 1)
      return invalidArgument("a bias of ", n, " values for ", columns, " columns");
    if (n != columns) {
      t.splatOffset_ = aligned(scratchBytes);
      scratchBytes = SMW_TRY(add(t.splatOffset_, SMW_TRY(mul(columns, sizeof(float)))));
    }
  }
  if (r.attrOr("residual", false)) {
    t.residual_ = SMW_TRY(next("residual"));
    const Shape& residual = r.shape(t.residual_);
    out = SMW_TRY(broadcastShapes(product, residual));
    t.apart_ = !(residual == product);
    if (t.apart_) {
      t.sum_ = SMW_TRY(broadcastOver(out, {product, residual}));
      t.scratchOffset_ = aligned(scratchBytes);
      scratchBytes =
          SMW_TRY(add(t.scratchOffset_, SMW_TRY(mul(product.numElements(), sizeof(float)))));
    }
  }
  if (const auto op = SMW_TRY(activation(r.attrOr("activation", "")))) {
    if (!t.apart_ && (*op == UnaryOp::kRelu || *op == UnaryOp::kRelu6)) {
      t.fixed_.lo = 0;
      if (*op == UnaryOp::kRelu6) t.fixed_.hi = 6;
    } else {
      t.activation_ =
          kernels::unaryKernel(*op, kernels::Elem::kF32, {.alpha = r.attrOr("alpha", 0.2f)});
      if (!t.activation_) return internal("an activation without a float32 kernel");
    }
  }
  if (t.residual_ >= 0 && !t.apart_)
    r.addOutputReusing(t.residual_, DType::kFloat, out);
  else
    r.addOutput(DType::kFloat, out);
  return t;
}

float* FusedTail::destination(const Args& a) const {
  return apart_ ? reinterpret_cast<float*>(a.scratch<std::byte>() + scratchOffset_)
                : a.out<float>(0);
}

kernels::Epilogue FusedTail::epilogue(const Args& a) const {
  kernels::Epilogue e = fixed_;
  if (bias_ >= 0) e.bias = a.in<float>(bias_);
  if (splatOffset_ >= 0) {
    float* splat = reinterpret_cast<float*>(a.scratch<std::byte>() + splatOffset_);
    std::fill_n(splat, columns_, *a.in<float>(bias_));
    e.bias = splat;
  }
  if (apart_) return e;
  if (residual_ >= 0) e.residual = a.in<float>(residual_);
  if (activation_) {
    e.post = applyUnary;
    e.postContext = &activation_;
  }
  return e;
}

void FusedTail::finish(const Args& a) const {
  if (!apart_) return;
  const auto add = kernels::binaryKernel(kernels::BinaryOp::kAdd, kernels::Elem::kF32);
  float* out = a.out<float>(0);
  runBinaryParallel(a.context, add, sum_, destination(a), a.inputs[residual_], out);
  if (activation_)
    a.context.parallel().run(sum_.total, kElementGrain, [&](int64_t begin, int64_t end) {
      kernels::runUnary(activation_, out, out, begin, end);
    });
}

}  // namespace smw
