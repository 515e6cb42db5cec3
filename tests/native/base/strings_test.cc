#include "base/strings.h"

#include <gtest/gtest.h>

namespace smw {
namespace {

TEST(Cat, LiteralsAreTextAndNotTruth) {
  const char* pointer = "from a pointer";
  EXPECT_EQ(cat("a ", pointer, ' ', std::string("b"), ' ', true, ' ', 3),
            "a from a pointer b true 3");
}

TEST(Join, CutsAfterTheLimit) {
  EXPECT_EQ(join({"a", "b", "c"}), "a, b, c");
  EXPECT_EQ(join({"a", "b", "c"}, ", ", 1), "a and 2 more");
}

}  // namespace
}  // namespace smw
