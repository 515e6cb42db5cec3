#include "base/checked.h"

#include <gtest/gtest.h>

#include <limits>

namespace smw {
namespace {

constexpr int64_t kMax = std::numeric_limits<int64_t>::max();

TEST(Checked, MultipliesUpToTheLargestSize) {
  EXPECT_EQ(mul(0, kMax).value(), 0);
  EXPECT_EQ(mul(1, kMax).value(), kMax);
  EXPECT_EQ(mul(int64_t{1} << 31, int64_t{1} << 31).value(), int64_t{1} << 62);
  EXPECT_FALSE(mul(2, kMax).has_value());
  EXPECT_FALSE(mul(int64_t{1} << 32, int64_t{1} << 31).has_value());
}

TEST(Checked, AddsUpToTheLargestSize) {
  EXPECT_EQ(add(kMax - 1, 1).value(), kMax);
  EXPECT_FALSE(add(kMax, 1).has_value());
}

TEST(Checked, RefusesNegativeSizes) {
  EXPECT_FALSE(mul(-1, 0).has_value());
  EXPECT_FALSE(mul(-1, -1).has_value());
  EXPECT_FALSE(add(-1, 2).has_value());
  EXPECT_EQ(add(5, -2).error().code(), Code::kInvalidArgument);
}

}  // namespace
}  // namespace smw
