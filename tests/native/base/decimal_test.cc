// Against the C library's strtod and strtof, which are exact.
#include "base/decimal.h"

#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <random>
#include <string>

namespace smw {
namespace {

void same(const std::string& s) {
  char* wantEnd;
  const char* end;
  const double want = std::strtod(s.c_str(), &wantEnd);
  const double v = parseDouble(s.c_str(), &end);
  EXPECT_EQ(std::bit_cast<uint64_t>(v), std::bit_cast<uint64_t>(want)) << s;
  EXPECT_EQ(end - s.c_str(), wantEnd - s.c_str()) << s;
  const float f = parseFloat(s.c_str(), &end), wantF = std::strtof(s.c_str(), &wantEnd);
  EXPECT_EQ(std::bit_cast<uint32_t>(f), std::bit_cast<uint32_t>(wantF)) << s;
  EXPECT_EQ(end - s.c_str(), wantEnd - s.c_str()) << s;
}

TEST(Decimal, Texts) {
  for (const char* s : {"0",
                        "-0",
                        "1",
                        "-1.5",
                        "0.1",
                        ".5",
                        "5.",
                        "1e5",
                        "1E+5",
                        "1e-5",
                        "1e",
                        "1e+",
                        "1.5x",
                        "x",
                        "",
                        "-",
                        ".",
                        "inf",
                        "-INF",
                        "infinity",
                        "infinit",
                        "00012.5e3",
                        "0.000e5",
                        "0e99999",
                        "1e400",
                        "-1e400",
                        "1e-400",
                        "1e99999999999",
                        "1e-99999999999",
                        "4.9e-324",
                        "2.4703282292062327e-324",
                        "2.4703282292062328e-324",
                        "2.2250738585072011e-308",
                        "2.2250738585072014e-308",
                        "1.7976931348623157e308",
                        "1.7976931348623159e308",
                        "9007199254740993",
                        "9007199254740992.9999",
                        "9007199254740993.00000000000000000000000000000000001",
                        "3.4028235677973366e38",
                        "1.401298464324817e-45",
                        "7.006492321624085e-46",
                        "7.006492321624086e-46",
                        "16777217",
                        "16777217.0000000001",
                        "123456789012345678901234567890",
                        "1.00000005960464477539062500001"})
    same(s);
  EXPECT_TRUE(std::isnan(parseDouble("nan")));
}

TEST(Decimal, MoreDigitsThanAreKept) {
  // Half way between two doubles but for a digit far behind.
  const std::string half = "9007199254740993." + std::string(900, '0');
  same(half);
  same(half + "1");
  same(std::string(900, '1') + "e-890");
  same("0." + std::string(900, '0') + "123e900");
}

TEST(Decimal, AnyNumber) {
  std::mt19937_64 random(1);
  char text[64];
  for (int i = 0; i < 4'000; ++i) {
    const double v = std::bit_cast<double>(random());
    if (!std::isfinite(v)) continue;
    for (const char* format : {"%.17g", "%.16g", "%.6g", "%.25g"}) {
      std::snprintf(text, sizeof text, format, v);
      same(text);
    }
    const float f = std::bit_cast<float>(uint32_t(random()));
    if (!std::isfinite(f)) continue;
    std::snprintf(text, sizeof text, "%.9g", double(f));
    same(text);
    EXPECT_EQ(parseFloat(text), f);
  }
}

}  // namespace
}  // namespace smw
