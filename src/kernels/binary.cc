#include "kernels/binary.h"

#include "kernels/cast.h"

namespace smw::kernels {

BinaryKernel binaryKernel(BinaryOp op, Elem e, const BinaryParams& p, const BinaryLoops* rare) {
  BinaryKernel k{.in = e, .loopIn = wide(e), .loopOut = wide(e), .out = e, .params = p};
  k.params.bits = int(elemSize(e)) * 8;
  switch (k.loopIn) {
    case Elem::kF32:
      k.loop = rare ? rare->f32(op) : binaryLoopF32(op);
      if (k.loop) break;
      k.loopIn = k.loopOut = Elem::kF64;
      [[fallthrough]];
    case Elem::kF64:
      k.loop = rare ? rare->f64(op) : binaryLoopF64(op);
      break;
    case Elem::kC128:
      k.loop = rare ? rare->c128(op) : binaryLoopC128(op);
      break;
    case Elem::kU64:
      k.loop = rare ? rare->u64(op) : binaryLoopU64(op);
      break;
    case Elem::kI64:
      if (e == Elem::kI32 && !rare) k.loop = binaryLoopI32(op);
      if (k.loop)
        k.loopIn = k.loopOut = Elem::kI32;
      else
        k.loop = rare ? rare->i64(op) : binaryLoopI64(op);
      break;
    default:
      break;
  }
  if (e == Elem::kBool) k.loop = binaryLoopBool(op), k.loopIn = e;
  if (op == BinaryOp::kNextAfter && e != Elem::kF32 && e != Elem::kF64) k.loop = nullptr;
  if (isComparison(op)) k.loopOut = k.out = Elem::kBool;
  return k;
}

bool runBinary(const BinaryKernel& k, const void* a, int stepA, const void* b, int stepB, void* out,
               int64_t n) {
  if (k.in == k.loopIn && k.out == k.loopOut) return k.loop(a, stepA, b, stepB, out, n, k.params);
  const size_t inSize = elemSize(k.in), outSize = elemSize(k.out);
  const auto* fromA = static_cast<const std::byte*>(a);
  const auto* fromB = static_cast<const std::byte*>(b);
  auto* to = static_cast<std::byte*>(out);
  const bool widens = k.in != k.loopIn, narrows = k.out != k.loopOut;
  Block wideA, wideB, result;
  bool ok = true;
  for (int64_t i = 0; i < n; i += kBlock) {
    const int64_t m = n - i < kBlock ? n - i : kBlock;
    if (widens && (stepA || i == 0)) cast(k.in, fromA, k.loopIn, wideA.bytes, stepA ? m : 1);
    if (widens && (stepB || i == 0)) cast(k.in, fromB, k.loopIn, wideB.bytes, stepB ? m : 1);
    ok &= k.loop(widens ? wideA.bytes : fromA, stepA, widens ? wideB.bytes : fromB, stepB,
                 narrows ? result.bytes : to, m, k.params);
    if (narrows) cast(k.loopOut, result.bytes, k.out, to, m);
    if (stepA) fromA += size_t(m) * inSize;
    if (stepB) fromB += size_t(m) * inSize;
    to += size_t(m) * outSize;
  }
  return ok;
}

bool runBinary(const BinaryKernel& k, const BroadcastPlan& plan, const void* a, const void* b,
               void* out, int64_t begin, int64_t end) {
  const void* in[] = {a, b};
  const size_t size = elemSize(k.in), sizes[] = {size, size};
  return broadcastRuns(
      plan, in, sizes, out, elemSize(k.out), begin, end,
      [](const void* kernel, const void* const* x, const int* step, void* y, int64_t n) {
        return runBinary(*static_cast<const BinaryKernel*>(kernel), x[0], step[0], x[1], step[1], y,
                         n);
      },
      &k);
}

}  // namespace smw::kernels
