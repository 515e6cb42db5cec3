#include "vfs/path.h"

#include <gtest/gtest.h>

namespace smw {
namespace {

TEST(Path, Normalizes) {
  EXPECT_EQ(normalizePath(""), "");
  EXPECT_EQ(normalizePath("/"), "");
  EXPECT_EQ(normalizePath("./a//b/"), "a/b");
  EXPECT_EQ(normalizePath("a\\b\\c.pb"), "a/b/c.pb");
  EXPECT_EQ(normalizePath("a/./b/../c"), "a/c");
  EXPECT_EQ(normalizePath("a/b/../.."), "");
  EXPECT_EQ(normalizePath("...\xC3\xA9/ x"), "...\xC3\xA9/ x");
}

TEST(Path, NothingLeavesTheRoot) {
  EXPECT_FALSE(normalizePath(".."));
  EXPECT_FALSE(normalizePath("a/../../b"));
  EXPECT_FALSE(normalizePath("/../etc/passwd"));
  EXPECT_FALSE(normalizePath("a\\..\\..\\b"));
  EXPECT_FALSE(normalizePath(std::string_view("a\0b", 3)));
}

TEST(Path, Parts) {
  EXPECT_EQ(joinPath("", "x"), "x");
  EXPECT_EQ(joinPath("a", "x"), "a/x");
  EXPECT_EQ(joinPath("a", ""), "a");
  EXPECT_EQ(directoryOf("a/b/c"), "a/b");
  EXPECT_EQ(directoryOf("c"), "");
  EXPECT_EQ(baseName("a/b/c"), "c");
  EXPECT_EQ(baseName("c"), "c");
}

}  // namespace
}  // namespace smw
