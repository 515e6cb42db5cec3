#include "ops/attrs.h"

#include <gtest/gtest.h>

namespace smw {
namespace {

TEST(Attrs, ACopyIsChangedAlone) {
  Attrs a;
  a.set("T", DType::kFloat);
  a.set("axis", int64_t{1});
  Attrs b = a;
  EXPECT_EQ(&a.all(), &b.all());
  b.set("axis", int64_t{2});
  b.set("name", std::string("b"));
  EXPECT_EQ(a.getOr("axis", int64_t{0}), 1);
  EXPECT_FALSE(a.has("name"));
  EXPECT_EQ(b.getOr("axis", int64_t{0}), 2);
  EXPECT_EQ(b.getOr("T", DType::kInvalid), DType::kFloat);
  Attrs c = b;
  c.erase("T");
  EXPECT_TRUE(b.has("T"));
  EXPECT_FALSE(c.has("T"));
  EXPECT_EQ(c.getOr("name", ""), "b");
}

TEST(Attrs, ValuesGivenFromACopyOutliveIt) {
  Attrs a;
  {
    Attrs b;
    b.set("list", std::vector<int64_t>{1, 2, 3});
    a = b;
    b.erase("list");
  }
  EXPECT_EQ(*a.get<std::vector<int64_t>>("list"), (std::vector<int64_t>{1, 2, 3}));
}

TEST(Attrs, NothingIsSetAtFirst) {
  Attrs a;
  EXPECT_TRUE(a.all().empty());
  a.erase("T");
  EXPECT_FALSE(a.has("T"));
  EXPECT_EQ(a.get<bool>("T").error().code(), Code::kInvalidArgument);
}

}  // namespace
}  // namespace smw
