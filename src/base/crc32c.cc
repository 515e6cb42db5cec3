#include "base/crc32c.h"

#include <algorithm>
#include <array>
#include <cstring>

namespace smw {
namespace {

// Sliced by eight: table[k][b] is the effect of byte b followed by k zero bytes. Made at first
// use: 8 KB that a download need not carry.
constexpr size_t kSlices = 8;
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

/// The register after `n` bytes more.
uint32_t byTables(uint32_t c, const std::byte* p, size_t n) {
  static const Table t = makeTable();
  const auto word = [&](size_t at) {
    uint32_t w;
    std::memcpy(&w, p + at, 4);
    return w;
  };
  // The effect of four bytes with `after` bytes of the eight behind them.
  const auto effect = [&](uint32_t w, size_t after) __attribute__((always_inline)) {
    return t[after + 3][w & 0xFF] ^ t[after + 2][(w >> 8) & 0xFF] ^ t[after + 1][(w >> 16) & 0xFF] ^
           t[after][w >> 24];
  };
  for (; n >= kSlices; p += kSlices, n -= kSlices) c = effect(word(0) ^ c, 4) ^ effect(word(4), 0);
  for (; n; ++p, --n) c = (c >> 8) ^ t[0][(c ^ uint32_t(*p)) & 0xFF];
  return c;
}

// Most of a long run needs no table. As polynomials over GF(2), modulo CRC-32C's,
//   x^209 = x^144 + x^54 + x^39 + x^14 + 1,
// and the same with x^128 for x: squaring keeps it true. So a block of 16 bytes changes the
// checksum as five copies of it would, 65, 155, 170, 195 and 209 blocks further on. All blocks but
// the last 209 are moved on like this, which takes six loads a block (Russell, "Chorba: A novel
// CRC32 implementation", 2024, has the idea and other exponents).
using Block = uint64_t __attribute__((vector_size(16)));
constexpr size_t kBlock = sizeof(Block), kSpan = 209, kWindow = 512;
constexpr size_t kLong = 4 * kSpan * kBlock;  // less is not worth it

/// As byTables, for a whole number of blocks, more than kSpan.
uint32_t byBlocks(uint32_t c, const std::byte* p, size_t blocks) {
  // The last kSpan blocks, with what was moved on to them; after these the next ones.
  Block w[kWindow] = {};
  const auto next = [&](size_t i) {
    Block b;
    std::memcpy(&b, p + kBlock * i, kBlock);
    return b ^ w[i] ^ w[i + 14] ^ w[i + 39] ^ w[i + 54] ^ w[i + 144];
  };
  Block start = {c, 0};
  for (size_t left = blocks - kSpan; left > 0;) {
    const size_t n = std::min(left, kWindow - kSpan);
    for (size_t i = 0; i < n; ++i, start = Block{}) w[kSpan + i] = next(i) ^ start;
    std::memmove(w, w + n, kSpan * kBlock);
    p += n * kBlock;
    left -= n;
  }
  std::memset(w + kSpan, 0, kSpan * kBlock);  // of the last ones none is moved on
  for (size_t i = 0; i < kSpan; ++i) w[i] = next(i);
  return byTables(0, reinterpret_cast<const std::byte*>(w), kSpan * kBlock);
}

}  // namespace

uint32_t crc32cExtend(uint32_t crc, std::span<const std::byte> bytes) {
  uint32_t c = ~crc;
  if (bytes.size() >= kLong) {
    const size_t blocks = bytes.size() / kBlock;
    c = byBlocks(c, bytes.data(), blocks);
    bytes = bytes.subspan(blocks * kBlock);
  }
  return ~byTables(c, bytes.data(), bytes.size());
}

}  // namespace smw
