// What follows a product in the fused ops: bias, residual, activation.
#pragma once

#include <optional>

#include "kernels/broadcast.h"
#include "kernels/epilogue.h"
#include "kernels/unary.h"
#include "ops/resolver.h"

namespace smw {

/// activation(shape(product + bias) + residual), from the attributes
/// - bias, residual: bool; the inputs follow the product's own, in this order. The bias has one
///   value for each output column (or a single one); the residual broadcasts against the product.
/// - reshape: bool; the product gets the shape that the last input says before the residual is
///   added. squeeze: or it loses these dimensions of size 1.
/// - activation: a TensorFlow op's name (Relu, Relu6, LeakyRelu, Sigmoid, ...), Silu, GeluErf,
///   GeluTanh, HardSwish, Mish, or "" for none; alpha: LeakyRelu's slope.
class FusedTail {
 public:
  /// `product` is the shape that the product alone has, `columns` its last dimensions as one.
  /// Declares output 0. `scratch` is what the product needs; more may be added to it.
  static Result<FusedTail> plan(Resolver& r, int firstInput, const Shape& product, int64_t columns,
                                int64_t& scratchBytes);

  /// The activation by its name; nothing for "".
  static Result<std::optional<kernels::UnaryOp>> activation(std::string_view name);

  bool hasResidual() const { return residual_ >= 0; }
  /// Where the product is to be stored. The Epilogue is valid while `a` and this live.
  float* destination(const Args& a) const;
  kernels::Epilogue epilogue(const Args& a) const;
  /// After the product: what the epilogue could not do.
  void finish(const Args& a) const;

 private:
  int bias_ = -1, residual_ = -1;  // inputs
  int64_t columns_ = 0;
  kernels::Epilogue fixed_;
  kernels::UnaryKernel activation_;  // where the clamp does not do
  // Where the residual has another shape than the product, the product goes to scratch first.
  bool apart_ = false;
  int64_t scratchOffset_ = 0;
  kernels::BroadcastPlan sum_;
  int64_t splatOffset_ = -1;  // in scratch: a single bias value, repeated
};

}  // namespace smw
