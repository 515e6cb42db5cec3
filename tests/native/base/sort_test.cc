#include "base/sort.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <random>
#include <vector>

namespace smw {
namespace {

TEST(Sort, AsTheStandardOne) {
  std::mt19937 random(1);
  for (size_t n = 0; n < 200; ++n) {
    std::vector<int> v(n);
    for (int& x : v) x = int(random() % (n + 1));
    std::vector<int> want = v, down = v;
    std::sort(want.begin(), want.end());
    sort(v);
    EXPECT_EQ(v, want);
    std::reverse(want.begin(), want.end());
    sortBy(down, std::greater<int>());
    EXPECT_EQ(down, want);
  }
}

}  // namespace
}  // namespace smw
