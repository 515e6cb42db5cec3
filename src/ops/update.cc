#include "ops/update.h"

#include <algorithm>
#include <type_traits>

#include "ops/dispatch.h"

namespace smw {

namespace {

template <typename T, Update U>
T apply(const T& a, const T& b) {
  if constexpr (U == Update::kAssign) {
    return b;
  } else if constexpr (std::is_same_v<T, std::string>) {
    return a + b;
  } else if constexpr (std::is_same_v<T, bool>) {
    return U == Update::kAdd ? (a || b) : (a != b);
  } else if constexpr (std::is_same_v<T, half> || std::is_same_v<T, bfloat16>) {
    return T(apply<float, U>(float(a), float(b)));
  } else if constexpr (U == Update::kMin || U == Update::kMax) {
    if constexpr (std::is_same_v<T, complex64> || std::is_same_v<T, complex128>)
      return b;
    else
      return U == Update::kMin ? std::min(a, b) : std::max(a, b);
  } else if constexpr (std::is_integral_v<T> && U != Update::kDiv) {
    // Unsigned arithmetic of at least int's width wraps around.
    using W = std::make_unsigned_t<std::conditional_t<(sizeof(T) < 4), uint32_t, T>>;
    if constexpr (U == Update::kAdd) return T(W(a) + W(b));
    if constexpr (U == Update::kSub) return T(W(a) - W(b));
    if constexpr (U == Update::kMul) return T(W(a) * W(b));
  } else if constexpr (std::is_integral_v<T>) {
    if (b == 0) return 0;
    if constexpr (std::is_signed_v<T>)
      if (b == T(-1)) return apply<T, Update::kSub>(T(0), a);
    return T(a / b);
  } else {
    if constexpr (U == Update::kAdd) return a + b;
    if constexpr (U == Update::kSub) return a - b;
    if constexpr (U == Update::kMul) return a * b;
    return a / b;
  }
}

template <typename T, Update U>
void update(void* to, const void* from, int64_t n) {
  T* t = static_cast<T*>(to);
  const T* f = static_cast<const T*>(from);
  for (int64_t i = 0; i < n; ++i) t[i] = apply<T, U>(t[i], f[i]);
}

/// U over the number types; unsigned integers serve signed ones of their width where the bits are
/// the same.
template <Update U>
UpdateFn arithmetic(DType t) {
  constexpr bool kBySign = U == Update::kDiv || U == Update::kMin || U == Update::kMax;
  constexpr bool kOrdered = U == Update::kMin || U == Update::kMax;
  switch (t) {
    case DType::kFloat:
      return update<float, U>;
    case DType::kDouble:
      return update<double, U>;
    case DType::kHalf:
      return update<half, U>;
    case DType::kBfloat16:
      return update<bfloat16, U>;
    case DType::kInt8:
      return update<std::conditional_t<kBySign, int8_t, uint8_t>, U>;
    case DType::kInt16:
      return update<std::conditional_t<kBySign, int16_t, uint16_t>, U>;
    case DType::kInt32:
      return update<std::conditional_t<kBySign, int32_t, uint32_t>, U>;
    case DType::kInt64:
      return update<std::conditional_t<kBySign, int64_t, uint64_t>, U>;
    case DType::kUint8:
      return update<uint8_t, U>;
    case DType::kUint16:
      return update<uint16_t, U>;
    case DType::kUint32:
      return update<uint32_t, U>;
    case DType::kUint64:
      return update<uint64_t, U>;
    case DType::kComplex64:
      return kOrdered ? nullptr : update<complex64, U>;
    case DType::kComplex128:
      return kOrdered ? nullptr : update<complex128, U>;
    case DType::kBool:
      return U == Update::kAdd || U == Update::kSub ? update<bool, U> : nullptr;
    case DType::kString:
      return U == Update::kAdd ? update<std::string, U> : nullptr;
    default:
      return nullptr;
  }
}

UpdateFn assignment(DType t) {
  if (t == DType::kString) return update<std::string, Update::kAssign>;
  if (t == DType::kResource) return update<ResourceHandle, Update::kAssign>;
  if (t == DType::kVariant) return update<VariantValue, Update::kAssign>;
  switch (dtypeSize(t)) {
    case 1:
      return update<uint8_t, Update::kAssign>;
    case 2:
      return update<uint16_t, Update::kAssign>;
    case 4:
      return update<uint32_t, Update::kAssign>;
    case 8:
      return update<uint64_t, Update::kAssign>;
    case 16:
      return update<Bytes16, Update::kAssign>;
    default:
      return nullptr;
  }
}

}  // namespace

UpdateFn updateFn(Update u, DType t) {
  switch (u) {
    case Update::kAssign:
      return assignment(t);
    case Update::kAdd:
      return arithmetic<Update::kAdd>(t);
    case Update::kSub:
      return arithmetic<Update::kSub>(t);
    case Update::kMul:
      return arithmetic<Update::kMul>(t);
    case Update::kDiv:
      return arithmetic<Update::kDiv>(t);
    case Update::kMin:
      return arithmetic<Update::kMin>(t);
    case Update::kMax:
      return arithmetic<Update::kMax>(t);
  }
  return nullptr;
}

Result<UpdateFn> updateFn(const Resolver& r, Update u, DType dtype) {
  if (UpdateFn f = updateFn(u, dtype)) return f;
  return r.unsupportedDType(dtype);
}

}  // namespace smw
