// The Philox4x32-10 generator (Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", 2011)
// and the numbers TensorFlow makes of its bits.
#pragma once

#include <array>
#include <bit>
#include <cstdint>

#include "tensor/half.h"

namespace smw {

/// A counter of 128 bits, mixed under a key of 64.
class Philox {
 public:
  using Block = std::array<uint32_t, 4>;

  Philox() = default;
  /// As TensorFlow seeds it: the key is `lo`, the counter's upper half `hi`.
  Philox(uint64_t lo, uint64_t hi)
      : counter_{0, 0, uint32_t(hi), uint32_t(hi >> 32)}, key_{uint32_t(lo), uint32_t(lo >> 32)} {}
  Philox(const Block& counter, std::array<uint32_t, 2> key) : counter_(counter), key_(key) {}

  /// The next 128 bits.
  Block operator()() {
    Block b = counter_;
    std::array<uint32_t, 2> k = key_;
    for (int i = 0; i < 10; ++i) {
      const uint64_t p0 = uint64_t(0xD2511F53) * b[0], p1 = uint64_t(0xCD9E8D57) * b[2];
      b = {uint32_t(p1 >> 32) ^ b[1] ^ k[0], uint32_t(p1), uint32_t(p0 >> 32) ^ b[3] ^ k[1],
           uint32_t(p0)};
      k[0] += 0x9E3779B9;
      k[1] += 0xBB67AE85;
    }
    skip(1);
    return b;
  }

  /// Passes over n blocks.
  void skip(uint64_t n) {
    const uint64_t low = counter_[0] | uint64_t(counter_[1]) << 32, sum = low + n;
    counter_[0] = uint32_t(sum);
    counter_[1] = uint32_t(sum >> 32);
    if (sum < low && ++counter_[2] == 0) ++counter_[3];
  }

 private:
  Block counter_{};
  std::array<uint32_t, 2> key_{};
};

// Random bits as the fraction of a number in [1, 2), minus 1: uniform in [0, 1).
inline float uniformFloat(uint32_t x) {
  return std::bit_cast<float>((x & 0x7FFFFF) | 0x3F800000) - 1.0f;
}
inline double uniformDouble(uint32_t x0, uint32_t x1) {
  const uint64_t fraction = uint64_t(x0 & 0xFFFFF) << 32 | x1;
  return std::bit_cast<double>(fraction | uint64_t(1023) << 52) - 1.0;
}
inline half uniformHalf(uint32_t x) {
  return half(halfBitsToFloat(uint16_t((x & 0x3FF) | 15 << 10)) - 1.0f);
}
inline bfloat16 uniformBfloat16(uint32_t x) {
  bfloat16 v;
  v.bits = uint16_t((x & 0x7F) | 127 << 7);
  return bfloat16(float(v) - 1.0f);
}

}  // namespace smw
