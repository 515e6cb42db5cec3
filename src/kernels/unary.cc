#include "kernels/unary.h"

#include "kernels/cast.h"

namespace smw::kernels {
namespace {

bool givesBool(UnaryOp op) {
  return op == UnaryOp::kIsFinite || op == UnaryOp::kIsInf || op == UnaryOp::kIsNan;
}
bool givesReal(UnaryOp op) {
  return op == UnaryOp::kAbs || op == UnaryOp::kAngle || op == UnaryOp::kReal ||
         op == UnaryOp::kImag;
}

void logicalNot(const void* x, void* y, int64_t n, const UnaryParams&) {
  for (int64_t i = 0; i < n; ++i) static_cast<bool*>(y)[i] = !static_cast<const bool*>(x)[i];
}

}  // namespace

UnaryKernel unaryKernel(UnaryOp op, Elem e, const UnaryParams& p) {
  UnaryKernel k{.in = e, .out = e, .params = p};
  if (isComplex(e)) {
    k.loop = unaryLoopC128(op);
    k.loopIn = k.loopOut = Elem::kC128;
    if (givesReal(op)) k.loopOut = Elem::kF64, k.out = e == Elem::kC64 ? Elem::kF32 : Elem::kF64;
    return k;
  }
  if (isFloat(e)) {
    k.loopIn = e == Elem::kF64 ? Elem::kF64 : Elem::kF32;
    k.loop = e == Elem::kF64 ? unaryLoopF64(op) : unaryLoopF32(op);
    if (!k.loop) k.loop = unaryLoopF64(op), k.loopIn = Elem::kF64;
    k.loopOut = k.loopIn;
  } else {
    k.loopIn = k.loopOut = e == Elem::kU64 ? Elem::kU64 : Elem::kI64;
    k.loop = e == Elem::kU64 ? unaryLoopU64(op) : unaryLoopI64(op);
    if (e == Elem::kBool) {
      k.loop = op == UnaryOp::kLogicalNot ? logicalNot : nullptr;
      k.loopIn = k.loopOut = Elem::kBool;
    }
    if (!k.loop && isInt(e)) k.loop = unaryLoopF64(op), k.loopIn = k.loopOut = Elem::kF64;
    if (op == UnaryOp::kPopulationCount) {
      // Sign extension would add ones: count the bits of the unsigned type of the same width.
      constexpr Elem kUnsigned[] = {Elem::kU8, Elem::kU16, Elem::kU32, Elem::kU64};
      if (!isUnsigned(e)) k.in = kUnsigned[size_t(e) - size_t(Elem::kI8)];
      k.out = Elem::kU8;
    }
  }
  if (givesBool(op)) k.loopOut = k.out = Elem::kBool;
  return k;
}

void runUnary(const UnaryKernel& k, const void* x, void* y, int64_t begin, int64_t end) {
  const size_t inSize = elemSize(k.in), outSize = elemSize(k.out);
  const std::byte* from = static_cast<const std::byte*>(x) + size_t(begin) * inSize;
  std::byte* to = static_cast<std::byte*>(y) + size_t(begin) * outSize;
  if (k.in == k.loopIn && k.out == k.loopOut) return k.loop(from, to, end - begin, k.params);
  Block a, b;
  for (int64_t i = begin; i < end; i += kBlock) {
    const int64_t m = end - i < kBlock ? end - i : kBlock;
    const void* in = from;
    if (k.in != k.loopIn) cast(k.in, from, k.loopIn, a.bytes, m), in = a.bytes;
    void* out = k.out == k.loopOut ? static_cast<void*>(to) : b.bytes;
    k.loop(in, out, m, k.params);
    if (k.out != k.loopOut) cast(k.loopOut, b.bytes, k.out, to, m);
    from += size_t(m) * inSize;
    to += size_t(m) * outSize;
  }
}

}  // namespace smw::kernels
