// Elementwise functions of one operand, on contiguous elements.
#pragma once

#include "kernels/elem.h"

namespace smw::kernels {

/// TensorFlow's ops of these names. The last ones are what graph passes fuse into one step.
enum class UnaryOp : uint8_t {
  kAbs,
  kAcos,
  kAcosh,
  kAngle,
  kAsin,
  kAsinh,
  kAtan,
  kAtanh,
  kCeil,
  kConj,
  kCos,
  kCosh,
  kDigamma,
  kElu,
  kErf,
  kErfc,
  kErfinv,
  kExp,
  kExpm1,
  kFloor,
  kImag,
  kInvert,
  kIsFinite,
  kIsInf,
  kIsNan,
  kLeakyRelu,
  kLgamma,
  kLog,
  kLog1p,
  kLogicalNot,
  kNdtri,
  kNeg,
  kPopulationCount,
  kReal,
  kReciprocal,
  kRelu,
  kRelu6,
  kRint,
  kRsqrt,
  kSelu,
  kSigmoid,
  kSign,
  kSin,
  kSinh,
  kSoftplus,
  kSoftsign,
  kSqrt,
  kSquare,
  kTan,
  kTanh,
  kSilu,
  kGeluErf,
  kGeluTanh,
  kMish,
  kHardSwish,
};

struct UnaryParams {
  float alpha = 0.2f;  // LeakyRelu's slope
};
using UnaryLoop = void (*)(const void* x, void* y, int64_t n, const UnaryParams& p);

/// A function and the types it passes through: elements are converted from `in` to `loopIn`, and
/// what the loop gives, `loopOut`, to `out`, a block at a time; equal types cost nothing.
struct UnaryKernel {
  UnaryLoop loop = nullptr;
  Elem in = Elem::kNone, loopIn = Elem::kNone, loopOut = Elem::kNone, out = Elem::kNone;
  UnaryParams params{};
  explicit operator bool() const { return loop != nullptr; }
};

/// False where the function is not defined for `e`. Abs, Angle, Real and Imag of complex numbers
/// give the real type of the same precision; IsFinite, IsInf, IsNan give bool; PopulationCount
/// gives uint8.
UnaryKernel unaryKernel(UnaryOp op, Elem e, const UnaryParams& p = {});

/// y[i] = f(x[i]) for i in [begin, end). y may be x where the elements are equally large.
void runUnary(const UnaryKernel& k, const void* x, void* y, int64_t begin, int64_t end);

/// The loops by type; null where there is none. Used by unaryKernel.
UnaryLoop unaryLoopF32(UnaryOp op);
UnaryLoop unaryLoopF64(UnaryOp op);
UnaryLoop unaryLoopC128(UnaryOp op);
UnaryLoop unaryLoopI64(UnaryOp op);
UnaryLoop unaryLoopU64(UnaryOp op);

}  // namespace smw::kernels
