// Element types as kernels see them: how the bytes are read, and nothing about graphs.
#pragma once

#include <complex>
#include <cstddef>
#include <cstdint>

#include "tensor/half.h"

namespace smw::kernels {

enum class Elem : uint8_t {
  kF32,
  kF64,
  kF16,
  kBf16,
  kI8,
  kI16,
  kI32,
  kI64,
  kU8,
  kU16,
  kU32,
  kU64,
  kBool,
  kC64,
  kC128,
  kNone
};

using c64 = std::complex<float>;
using c128 = std::complex<double>;

/// Bytes of one element; 0 for kNone.
inline size_t elemSize(Elem e) {
  constexpr uint8_t kSizes[] = {4, 8, 2, 2, 1, 2, 4, 8, 1, 2, 4, 8, 1, 8, 16, 0};
  return kSizes[size_t(e)];
}

inline bool isFloat(Elem e) { return e <= Elem::kBf16; }
inline bool isComplex(Elem e) { return e == Elem::kC64 || e == Elem::kC128; }
/// Integers, signed and unsigned, without bool.
inline bool isInt(Elem e) { return e >= Elem::kI8 && e <= Elem::kU64; }
inline bool isUnsigned(Elem e) { return e >= Elem::kU8 && e <= Elem::kU64; }

/// The type in which rare arithmetic on `e` is done, blockwise: float32 for half and bfloat16,
/// complex128 for complex64, int64 for the smaller integers and bool. uint64 and the rest are their
/// own.
inline Elem wide(Elem e) {
  if (e == Elem::kF16 || e == Elem::kBf16) return Elem::kF32;
  if (e == Elem::kC64) return Elem::kC128;
  if (e == Elem::kBool || (isInt(e) && e != Elem::kU64)) return Elem::kI64;
  return e;
}

/// Elements converted at a time where a kernel works in another type than the one in memory.
inline constexpr int64_t kBlock = 256;
/// Room for a block of any element type.
struct alignas(16) Block {
  std::byte bytes[kBlock * 16];
};

}  // namespace smw::kernels
