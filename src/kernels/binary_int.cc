// Integers: int32 has loops of its own where models use them; the rest works in int64, whose low
// bits are the narrow type's result, and uint64 differs from it where signs matter.
#include "kernels/binary_loop.h"

namespace smw::kernels {
namespace {

using B = BinaryOp;

/// The three patterns of steps apart, so that the compiler vectorises each.
template <typename T, typename R, R (*F)(T, T)>
bool fastMap(const void* as, int stepA, const void* bs, int stepB, void* out, int64_t n,
             const BinaryParams& p) {
  const T* a = static_cast<const T*>(as);
  const T* b = static_cast<const T*>(bs);
  R* y = static_cast<R*>(out);
  if (stepA && stepB) {
    for (int64_t i = 0; i < n; ++i) y[i] = F(a[i], b[i]);
  } else if (stepA) {
    const T s = *b;
    for (int64_t i = 0; i < n; ++i) y[i] = F(a[i], s);
  } else {
    return binaryMap<T, R, F>(as, stepA, bs, stepB, out, n, p);
  }
  return true;
}

/// F(a, b) -> T, with `ok` to clear where b is not accepted.
template <typename T, T (*F)(T, T, bool&)>
bool checkedMap(const void* as, int stepA, const void* bs, int stepB, void* out, int64_t n,
                const BinaryParams&) {
  const T* a = static_cast<const T*>(as);
  const T* b = static_cast<const T*>(bs);
  bool ok = true;
  for (int64_t i = 0; i < n; ++i) static_cast<T*>(out)[i] = F(a[i * stepA], b[i * stepB], ok);
  return ok;
}

// Division by -1 goes by negation: the quotient of the smallest integer does not fit and would
// trap.
template <typename T>
T quotient(T a, T b) {
  return b == T(-1) && T(-1) < 0 ? T(0 - uint64_t(a)) : T(a / b);
}
template <typename T>
T remainder(T a, T b) {
  return b == T(-1) && T(-1) < 0 ? T(0) : T(a % b);
}
template <typename T>
T truncateDiv(T a, T b, bool& ok) {
  return b == 0 ? (ok = false, T(0)) : quotient(a, b);
}
template <typename T>
T truncateMod(T a, T b, bool& ok) {
  return b == 0 ? (ok = false, T(0)) : remainder(a, b);
}
template <typename T>
T floorDiv(T a, T b, bool& ok) {
  if (b == 0) return ok = false, T(0);
  return T(quotient(a, b) - (remainder(a, b) != 0 && (a < 0) != (b < 0)));
}
template <typename T>
T floorMod(T a, T b, bool& ok) {
  if (b == 0) return ok = false, T(0);
  const T r = remainder(a, b);
  return r != 0 && (a < 0) != (b < 0) ? T(r + b) : r;
}
template <typename T>
T power(T a, T b, bool& ok) {
  if (b < 0) return ok = false, T(0);
  uint64_t r = 1, base = uint64_t(a);
  for (uint64_t e = uint64_t(b); e; e >>= 1, base *= base)
    if (e & 1) r *= base;
  return T(r);
}

template <typename T, bool kLeft>
bool shift(const void* as, int stepA, const void* bs, int stepB, void* out, int64_t n,
           const BinaryParams& p) {
  const T* a = static_cast<const T*>(as);
  const T* b = static_cast<const T*>(bs);
  const T most = T(p.bits - 1);
  for (int64_t i = 0; i < n; ++i) {
    T by = b[i * stepB];
    by = by < 0 ? T(0) : by > most ? most : by;
    static_cast<T*>(out)[i] = kLeft ? T(uint64_t(a[i * stepA]) << by) : T(a[i * stepA] >> by);
  }
  return true;
}

using S = int64_t;
using W = uint64_t;

/// What does not look at the sign.
BinaryLoop wrapping(BinaryOp op) {
  switch (op) {
    case B::kAdd:
      return binaryMap<W, W, [](W a, W b) { return a + b; }>;
    case B::kSub:
      return binaryMap<W, W, [](W a, W b) { return a - b; }>;
    case B::kMul:
      return binaryMap<W, W, [](W a, W b) { return a * b; }>;
    case B::kSquaredDifference:
      return binaryMap<W, W, [](W a, W b) { return (a - b) * (a - b); }>;
    case B::kBitwiseAnd:
      return binaryMap<W, W, [](W a, W b) { return a & b; }>;
    case B::kBitwiseOr:
      return binaryMap<W, W, [](W a, W b) { return a | b; }>;
    case B::kBitwiseXor:
      return binaryMap<W, W, [](W a, W b) { return a ^ b; }>;
    case B::kEqual:
      return binaryMap<W, bool, [](W a, W b) { return a == b; }>;
    case B::kNotEqual:
      return binaryMap<W, bool, [](W a, W b) { return a != b; }>;
    case B::kLogicalAnd:
      return binaryMap<W, bool, [](W a, W b) { return a && b; }>;
    case B::kLogicalOr:
      return binaryMap<W, bool, [](W a, W b) { return a || b; }>;
    default:
      return nullptr;
  }
}
/// What does.
template <typename T>
BinaryLoop ordered(BinaryOp op) {
  switch (op) {
    case B::kDiv:
    case B::kTruncateDiv:
      return checkedMap<T, truncateDiv<T>>;
    case B::kTruncateMod:
      return checkedMap<T, truncateMod<T>>;
    case B::kFloorDiv:
      return checkedMap<T, floorDiv<T>>;
    case B::kFloorMod:
      return checkedMap<T, floorMod<T>>;
    case B::kPow:
      return checkedMap<T, power<T>>;
    case B::kMaximum:
      return binaryMap<T, T, [](T a, T b) { return a < b ? b : a; }>;
    case B::kMinimum:
      return binaryMap<T, T, [](T a, T b) { return b < a ? b : a; }>;
    case B::kLess:
      return binaryMap<T, bool, [](T a, T b) { return a < b; }>;
    case B::kLessEqual:
      return binaryMap<T, bool, [](T a, T b) { return a <= b; }>;
    case B::kGreater:
      return binaryMap<T, bool, [](T a, T b) { return a > b; }>;
    case B::kGreaterEqual:
      return binaryMap<T, bool, [](T a, T b) { return a >= b; }>;
    case B::kLeftShift:
      return shift<T, true>;
    case B::kRightShift:
      return shift<T, false>;
    default:
      return wrapping(op);
  }
}

}  // namespace

BinaryLoop binaryLoopI64(BinaryOp op) { return ordered<S>(op); }
BinaryLoop binaryLoopU64(BinaryOp op) { return ordered<W>(op); }

BinaryLoop binaryLoopBool(BinaryOp op) {
  using T = uint8_t;
  switch (op) {
    case B::kLogicalAnd:
      return fastMap<T, bool, [](T a, T b) { return bool(a & b); }>;
    case B::kLogicalOr:
      return fastMap<T, bool, [](T a, T b) { return bool(a | b); }>;
    case B::kEqual:
      return fastMap<T, bool, [](T a, T b) { return a == b; }>;
    case B::kNotEqual:
      return fastMap<T, bool, [](T a, T b) { return a != b; }>;
    default:
      return nullptr;
  }
}

BinaryLoop binaryLoopI32(BinaryOp op) {
  using T = int32_t;
  using V = uint32_t;
  switch (op) {
    case B::kAdd:
      return fastMap<V, V, [](V a, V b) { return a + b; }>;
    case B::kSub:
      return fastMap<V, V, [](V a, V b) { return a - b; }>;
    case B::kMul:
      return fastMap<V, V, [](V a, V b) { return a * b; }>;
    case B::kMaximum:
      return fastMap<T, T, [](T a, T b) { return a < b ? b : a; }>;
    case B::kMinimum:
      return fastMap<T, T, [](T a, T b) { return b < a ? b : a; }>;
    case B::kEqual:
      return fastMap<T, bool, [](T a, T b) { return a == b; }>;
    case B::kNotEqual:
      return fastMap<T, bool, [](T a, T b) { return a != b; }>;
    case B::kLess:
      return fastMap<T, bool, [](T a, T b) { return a < b; }>;
    case B::kLessEqual:
      return fastMap<T, bool, [](T a, T b) { return a <= b; }>;
    case B::kGreater:
      return fastMap<T, bool, [](T a, T b) { return a > b; }>;
    case B::kGreaterEqual:
      return fastMap<T, bool, [](T a, T b) { return a >= b; }>;
    default:
      return nullptr;
  }
}

}  // namespace smw::kernels
