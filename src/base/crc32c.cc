#include "base/crc32c.h"

#include <array>
#include <cstring>

namespace smw {
namespace {

// Sliced by sixteen: table[k][b] is the effect of byte b followed by k zero bytes. Made at first
// use: 16 KB that a download need not carry.
constexpr size_t kSlices = 16;
using Table = std::array<std::array<uint32_t, 256>, kSlices>;

Table makeTable() {
  Table t;
  for (uint32_t b = 0; b < 256; ++b) {
    uint32_t c = b;
    for (int i = 0; i < 8; ++i) c = (c >> 1) ^ (c & 1 ? 0x82F63B78u : 0);
    t[0][b] = c;
  }
  for (size_t k = 1; k < kSlices; ++k)
    for (uint32_t b = 0; b < 256; ++b) t[k][b] = (t[k - 1][b] >> 8) ^ t[0][t[k - 1][b] & 0xFF];
  return t;
}

}  // namespace

uint32_t crc32cExtend(uint32_t crc, std::span<const std::byte> bytes) {
  static const Table t = makeTable();
  const auto* p = reinterpret_cast<const uint8_t*>(bytes.data());
  size_t n = bytes.size();
  uint32_t c = ~crc;
  const auto word = [&](size_t at) {
    uint32_t w;
    std::memcpy(&w, p + at, 4);
    return w;
  };
  // The effect of four bytes with `after` bytes of the sixteen behind them.
  const auto effect = [&](uint32_t w, size_t after) __attribute__((always_inline)) {
    return t[after + 3][w & 0xFF] ^ t[after + 2][(w >> 8) & 0xFF] ^ t[after + 1][(w >> 16) & 0xFF] ^
           t[after][w >> 24];
  };
  // Only the first word waits for the sum so far.
  for (; n >= kSlices; p += kSlices, n -= kSlices)
    c = effect(word(0) ^ c, 12) ^ (effect(word(4), 8) ^ effect(word(8), 4) ^ effect(word(12), 0));
  for (; n; ++p, --n) c = (c >> 8) ^ t[0][(c ^ *p) & 0xFF];
  return ~c;
}

}  // namespace smw
