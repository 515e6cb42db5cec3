// Elementwise functions of two operands, broadcast.
#pragma once

#include "kernels/broadcast.h"
#include "kernels/elem.h"

namespace smw::kernels {

/// TensorFlow's ops of these names. Div truncates integers and divides the rest; Mod is
/// TruncateMod. The ones in ...Grad take what their ops take, in that order.
enum class BinaryOp : uint8_t {
  kAdd,
  kSub,
  kMul,
  kDiv,
  kDivNoNan,
  kMulNoNan,
  kFloorDiv,
  kFloorMod,
  kTruncateDiv,
  kTruncateMod,
  kMaximum,
  kMinimum,
  kPow,
  kSquaredDifference,
  kXlogy,
  kXdivy,
  kXlog1py,
  kAtan2,
  kNextAfter,
  kApproximateEqual,
  kEqual,
  kNotEqual,
  kLess,
  kLessEqual,
  kGreater,
  kGreaterEqual,
  kLogicalAnd,
  kLogicalOr,
  kBitwiseAnd,
  kBitwiseOr,
  kBitwiseXor,
  kLeftShift,
  kRightShift,
  // Special functions, in float64.
  kIgamma,
  kIgammac,
  kIgammaGradA,
  kPolygamma,
  kZeta,
  // Gradients, from here on.
  kEluGrad,
  kLeakyReluGrad,
  kReciprocalGrad,
  kRelu6Grad,
  kReluGrad,
  kRsqrtGrad,
  kSeluGrad,
  kSigmoidGrad,
  kSoftplusGrad,
  kSoftsignGrad,
  kSqrtGrad,
  kTanhGrad,
};
/// True for the ops that give bool.
inline bool isComparison(BinaryOp op) {
  return op >= BinaryOp::kApproximateEqual && op <= BinaryOp::kLogicalOr;
}

struct BinaryParams {
  float tolerance = 1e-5f;  // ApproximateEqual
  int bits = 64;            // of the type in memory, for shifts
  float alpha = 0.2f;       // LeakyReluGrad's slope
};
/// Steps are 0 or 1 element. False where an integer was divided by zero or raised to a negative
/// power; such elements become 0.
using BinaryLoop = bool (*)(const void* a, int stepA, const void* b, int stepB, void* out,
                            int64_t n, const BinaryParams& p);

/// As UnaryKernel: elements pass from `in` to `loopIn`, and from `loopOut` to `out`.
struct BinaryKernel {
  BinaryLoop loop = nullptr;
  Elem in = Elem::kNone, loopIn = Elem::kNone, loopOut = Elem::kNone, out = Elem::kNone;
  BinaryParams params{};
  explicit operator bool() const { return loop != nullptr; }
};

/// Where loops of ops that few models use are looked up, by the type they work in; each gives null
/// where it has none. Their ops name them, so that a link without those ops is without the loops.
struct BinaryLoops {
  BinaryLoop (*f32)(BinaryOp), (*f64)(BinaryOp), (*c128)(BinaryOp), (*i64)(BinaryOp),
      (*u64)(BinaryOp);
};
extern const BinaryLoops gradLoops;
extern const BinaryLoops specialLoops;

/// False where the function is not defined for `e`. `rare` holds the ops that are not among the
/// common ones.
BinaryKernel binaryKernel(BinaryOp op, Elem e, const BinaryParams& p = {},
                          const BinaryLoops* rare = nullptr);

/// Elements [begin, end) of the output; false as BinaryLoop. `out` may be an operand that lies in
/// memory as the output does.
bool runBinary(const BinaryKernel& k, const BroadcastPlan& plan, const void* a, const void* b,
               void* out, int64_t begin, int64_t end);
/// The same for one run, without a plan.
bool runBinary(const BinaryKernel& k, const void* a, int stepA, const void* b, int stepB, void* out,
               int64_t n);

/// The loops by type; null where there is none. Used by binaryKernel.
BinaryLoop binaryLoopF32(BinaryOp op);
BinaryLoop binaryLoopF64(BinaryOp op);
BinaryLoop binaryLoopC128(BinaryOp op);
BinaryLoop binaryLoopI32(BinaryOp op);  // the ones worth a loop of their own
BinaryLoop binaryLoopI64(BinaryOp op);
BinaryLoop binaryLoopBool(BinaryOp op);  // of bytes 0 and 1
BinaryLoop binaryLoopU64(BinaryOp op);

}  // namespace smw::kernels
