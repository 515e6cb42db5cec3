// float16 and bfloat16 as storage types: arithmetic happens in float32.
#pragma once

#include <bit>
#include <cstdint>

namespace smw {

/// float32 -> IEEE float16, to nearest even, with subnormals, infinities and NaN.
inline uint16_t floatToHalfBits(float f) {
  const uint32_t x = std::bit_cast<uint32_t>(f), sign = (x >> 16) & 0x8000, a = x & 0x7FFFFFFF;
  if (a >= 0x7F800000) return uint16_t(sign | 0x7C00 | (a > 0x7F800000 ? 0x200 : 0));
  if (a >= 0x477FF000) return uint16_t(sign | 0x7C00);  // rounds to infinity
  if (a < 0x38800000) {                                 // subnormal: let the FPU round at 2^-24
    const float r = std::bit_cast<float>(a) + 0.5f;
    return uint16_t(sign | (std::bit_cast<uint32_t>(r) - 0x3F000000));
  }
  const uint32_t odd = (a >> 13) & 1;
  return uint16_t(sign | ((a - 0x38000000 + 0xFFF + odd) >> 13));
}
inline float halfBitsToFloat(uint16_t h) {
  const uint32_t sign = uint32_t(h & 0x8000) << 16, e = (h >> 10) & 31, m = h & 0x3FF;
  if (e == 31) return std::bit_cast<float>(sign | 0x7F800000 | (m << 13));
  if (e == 0) {
    const float f = float(m) * 0x1p-24f;
    return sign ? -f : f;
  }
  return std::bit_cast<float>(sign | ((e + 112) << 23) | (m << 13));
}

/// IEEE float16.
struct half {
  uint16_t bits = 0;
  half() = default;
  explicit half(float f) : bits(floatToHalfBits(f)) {}
  operator float() const { return halfBitsToFloat(bits); }
};

/// The upper half of a float32, rounded to nearest even.
struct bfloat16 {
  uint16_t bits = 0;
  bfloat16() = default;
  explicit bfloat16(float f) {
    const uint32_t x = std::bit_cast<uint32_t>(f);
    if ((x & 0x7FFFFFFF) > 0x7F800000)
      bits = uint16_t((x >> 16) | 0x40);
    else
      bits = uint16_t((x + 0x7FFF + ((x >> 16) & 1)) >> 16);
  }
  operator float() const { return std::bit_cast<float>(uint32_t(bits) << 16); }
};

}  // namespace smw
