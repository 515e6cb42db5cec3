#include "base/crc32c.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>

namespace smw {
namespace {

std::span<const std::byte> bytes(const std::string& s) { return std::as_bytes(std::span(s)); }

TEST(Crc32c, KnownValues) {  // RFC 3720, appendix B.4
  EXPECT_EQ(crc32c(bytes("123456789")), 0xE3069283u);
  EXPECT_EQ(crc32c(bytes(std::string(32, '\0'))), 0x8A9136AAu);
  EXPECT_EQ(crc32c(bytes(std::string(32, '\xFF'))), 0x62A8AB43u);
  std::string up;
  for (int i = 0; i < 32; ++i) up += char(i);
  EXPECT_EQ(crc32c(bytes(up)), 0x46DD794Eu);
}

TEST(Crc32c, PiecesGiveTheWhole) {
  std::string s;
  for (int i = 0; i < 300; ++i) s += char(i * 7 + (i >> 3));
  const uint32_t whole = crc32c(bytes(s));
  for (size_t cut = 0; cut <= s.size(); ++cut) {
    const uint32_t head = crc32c(bytes(s.substr(0, cut)));
    EXPECT_EQ(crc32cExtend(head, bytes(s.substr(cut))), whole) << cut;
  }
}

/// A bit at a time, as the polynomial is defined.
uint32_t byBits(std::string_view s) {
  uint32_t c = ~0u;
  for (unsigned char b : s) {
    c ^= b;
    for (int i = 0; i < 8; ++i) c = (c >> 1) ^ (c & 1 ? 0x82F63B78u : 0);
  }
  return ~c;
}

TEST(Crc32c, LongRuns) {
  uint32_t state = 1;
  std::string s;
  for (int i = 0; i < 40'000; ++i) s += char((state = state * 1664525 + 1013904223) >> 24);
  for (size_t n : {13'375, 13'376, 13'377, 13'391, 13'392, 18'191, 18'192, 24'000, 40'000}) {
    const std::string_view all(s.data(), n);
    const uint32_t whole = byBits(all);
    EXPECT_EQ(crc32c(std::as_bytes(std::span(all))), whole) << n;
    for (size_t cut : {size_t(1), size_t(100), n - 13'376 + n % 16, n - 1}) {
      const uint32_t head = crc32c(std::as_bytes(std::span(all.substr(0, cut))));
      EXPECT_EQ(crc32cExtend(head, std::as_bytes(std::span(all.substr(cut)))), whole) << n << cut;
    }
  }
}

TEST(Crc32c, MaskGoesBothWays) {
  for (uint32_t v : {0u, 1u, 0xE3069283u, 0xFFFFFFFFu}) {
    EXPECT_NE(crc32cMask(v), v);
    EXPECT_EQ(crc32cUnmask(crc32cMask(v)), v);
  }
}

}  // namespace
}  // namespace smw
