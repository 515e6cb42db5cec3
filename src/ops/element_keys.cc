#include "ops/element_keys.h"

#include <bit>
#include <type_traits>

namespace smw {

namespace {

template <typename T>
uint64_t orderKey(const T& v) {
  if constexpr (std::is_same_v<T, float> || std::is_same_v<T, double>) {
    if (v != v) return kNaNKey;
    using Bits = std::conditional_t<sizeof(T) == 4, uint32_t, uint64_t>;
    constexpr Bits kSign = Bits(1) << (sizeof(T) * 8 - 1);
    const Bits bits = std::bit_cast<Bits>(v == 0 ? T(0) : v);
    return bits & kSign ? Bits(~bits) : bits | kSign;
  } else if constexpr (std::is_same_v<T, half> || std::is_same_v<T, bfloat16>) {
    return orderKey(float(v));
  } else if constexpr (std::is_signed_v<T>) {
    return uint64_t(int64_t(v)) ^ uint64_t(1) << 63;
  } else {
    return uint64_t(v);
  }
}

template <typename T>
void orderKeysOf(const void* p, int64_t n, uint64_t* keys) {
  for (int64_t i = 0; i < n; ++i) keys[i] = orderKey(static_cast<const T*>(p)[i]);
}

using OrderKeys = void (*)(const void*, int64_t, uint64_t*);
OrderKeys orderKeysFor(DType t) {
  switch (t) {
    case DType::kFloat:
      return orderKeysOf<float>;
    case DType::kDouble:
      return orderKeysOf<double>;
    case DType::kHalf:
      return orderKeysOf<half>;
    case DType::kBfloat16:
      return orderKeysOf<bfloat16>;
    case DType::kInt8:
      return orderKeysOf<int8_t>;
    case DType::kInt16:
      return orderKeysOf<int16_t>;
    case DType::kInt32:
      return orderKeysOf<int32_t>;
    case DType::kInt64:
      return orderKeysOf<int64_t>;
    case DType::kUint8:
    case DType::kBool:
      return orderKeysOf<uint8_t>;
    case DType::kUint16:
      return orderKeysOf<uint16_t>;
    case DType::kUint32:
      return orderKeysOf<uint32_t>;
    case DType::kUint64:
      return orderKeysOf<uint64_t>;
    default:
      return nullptr;
  }
}

/// Calls each(i) for the elements of type T that have a bit under `mask`; -0 has its sign masked
/// off.
template <typename T, typename F>
void nonZero(const void* p, int64_t n, T mask, F&& each) {
  for (int64_t i = 0; i < n; ++i)
    if (static_cast<const T*>(p)[i] & mask) each(i);
}

template <typename F>
void forNonZero(DType t, const void* p, int64_t n, F&& each) {
  const bool real = isFloating(t);
  switch (t) {
    case DType::kComplex64:
      return nonZero<uint64_t>(p, n, 0x7FFFFFFF7FFFFFFF, each);
    case DType::kComplex128:
      for (int64_t i = 0; i < n; ++i)
        if (static_cast<const complex128*>(p)[i] != complex128()) each(i);
      return;
    default:
      break;
  }
  switch (dtypeSize(t)) {
    case 1:
      return nonZero<uint8_t>(p, n, 0xFF, each);
    case 2:
      return nonZero<uint16_t>(p, n, real ? 0x7FFF : 0xFFFF, each);
    case 4:
      return nonZero<uint32_t>(p, n, real ? 0x7FFFFFFF : 0xFFFFFFFF, each);
    default:
      return nonZero<uint64_t>(p, n, real ? ~uint64_t(0) >> 1 : ~uint64_t(0), each);
  }
}

}  // namespace

Status requireKeys(const Resolver& r, DType t) {
  if (orderKeysFor(t)) return {};
  return r.unsupportedDType(t);
}

void orderKeys(DType t, const void* elements, int64_t n, uint64_t* keys) {
  orderKeysFor(t)(elements, n, keys);
}

void equalityKeys(DType t, const void* elements, int64_t n, uint64_t* keys, int64_t firstNaN) {
  orderKeys(t, elements, n, keys);
  if (!isFloating(t)) return;
  // Keys of numbers end at that of infinity; above it there is room for 2^52 NaNs.
  for (int64_t i = 0; i < n; ++i)
    if (keys[i] == kNaNKey) keys[i] -= uint64_t(firstNaN + i);
}

int64_t countNonZero(DType t, const void* elements, int64_t n) {
  int64_t count = 0;
  forNonZero(t, elements, n, [&](int64_t) { ++count; });
  return count;
}

void nonZeroIndices(DType t, const void* elements, int64_t n, int64_t* indices) {
  forNonZero(t, elements, n, [&](int64_t i) { *indices++ = i; });
}

}  // namespace smw
