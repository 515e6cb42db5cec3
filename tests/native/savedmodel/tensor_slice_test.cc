#include "savedmodel/tensor_slice.h"

#include <gtest/gtest.h>

#include <cstring>

#include "savedmodel/ordered_code.h"

namespace smw {
namespace {

std::string hex(const std::string& s) {
  std::string out;
  for (const char c : s) {
    char two[3];
    snprintf(two, sizeof two, "%02x", unsigned(uint8_t(c)));
    out += two;
  }
  return out;
}

TEST(OrderedCode, Numbers) {
  const auto number = [](int64_t v) {
    std::string s;
    appendOrderedInt(s, v);
    return hex(s);
  };
  EXPECT_EQ(number(0), "80");
  EXPECT_EQ(number(-1), "7f");
  EXPECT_EQ(number(63), "bf");
  EXPECT_EQ(number(-64), "40");
  EXPECT_EQ(number(64), "c040");
  EXPECT_EQ(number(-65), "3fbf");
  EXPECT_EQ(number(8191), "dfff");
  EXPECT_EQ(number(8192), "e02000");
  EXPECT_EQ(number(INT64_MAX), "ffc07fffffffffffffff");
  EXPECT_EQ(number(INT64_MIN), "003f8000000000000000");
  std::string s;
  appendOrderedUint(s, 0);
  appendOrderedUint(s, 258);
  EXPECT_EQ(hex(s), "00020102");
}

TEST(OrderedCode, KeepsTheOrder) {
  std::string last;
  for (int64_t v = -70000; v < 70000; v += 7) {
    std::string s;
    appendOrderedInt(s, v);
    EXPECT_LT(last, s) << v;
    last = s;
  }
}

TEST(TensorSlice, KeysAsTensorFlowWritesThem) {
  // In the index of a checkpoint of a variable "w" of shape [6,4], cut in two along the rows.
  const auto slice = *TensorSlice::parse("0,3:-");
  EXPECT_EQ(hex(encodeTensorNameSlice("w", slice)),
            "00"
            "770001"
            "0102"
            "8083"
            "807f");
}

TEST(TensorSlice, ParsesAndRefuses) {
  const auto s = TensorSlice::parse("2,5:-:0,1");
  ASSERT_TRUE(s);
  EXPECT_EQ(s->toString(), "2,5:-:0,1");
  EXPECT_FALSE(s->isFull());
  EXPECT_TRUE(TensorSlice::parse("-:-")->isFull());
  EXPECT_TRUE(TensorSlice::parse("")->isFull());
  for (const char* bad : {"1", "a,b", "1,", ",1", "1,2:", "1,2,3", "-1,2", "1, 2"})
    EXPECT_FALSE(TensorSlice::parse(bad)) << bad;
  EXPECT_TRUE(s->within({7, 4, 1}));
  EXPECT_FALSE(s->within({6, 4, 1}));
  EXPECT_FALSE(s->within({7, 4}));
}

TEST(TensorSlice, ShapeAndSlice) {
  EXPECT_FALSE(parseShapeAndSlice("")->has_value());
  const auto s = *parseShapeAndSlice("10 4 2,3:-");
  ASSERT_TRUE(s);
  EXPECT_EQ(s->fullShape, (Shape{10, 4}));
  EXPECT_EQ(s->slice.toString(), "2,3:-");
  for (const char* bad : {"10", "10 4 8,3:-", "10 2,3:-", "x 0,1"})
    EXPECT_FALSE(parseShapeAndSlice(bad)) << bad;
}

// Every way to cut a (3,4,5) tensor in two boxes, fed in pieces of every size.
TEST(TensorSlice, CopiesWhatBoxesShare) {
  const Dims lengths{3, 4, 5};
  std::vector<uint16_t> whole(60);
  for (size_t i = 0; i < 60; ++i) whole[i] = uint16_t(1000 + i);
  const TensorSlice full{.starts = Dims{0, 0, 0}, .lengths = lengths};
  for (size_t axis = 0; axis < 3; ++axis)
    for (int64_t cut = 0; cut <= lengths[axis]; ++cut)
      for (const size_t piece : {2, 6, 14, 120}) {
        std::vector<uint16_t> back(60, 0);
        int64_t elements = 0;
        for (const bool upper : {false, true}) {
          TensorSlice box = full;
          box.starts[axis] = upper ? cut : 0;
          box.lengths[axis] = upper ? lengths[axis] - cut : cut;
          const size_t n = size_t(box.lengths[0] * box.lengths[1] * box.lengths[2]);
          elements += commonElements(full, box);
          std::vector<uint16_t> part(n);
          const auto wholeBytes = std::as_bytes(std::span(whole));
          if (n > 0)
            copyBoxRun(full, 0, wholeBytes, box, reinterpret_cast<std::byte*>(part.data()), 2);
          const auto bytes = std::as_bytes(std::span(part));
          for (size_t at = 0; at < bytes.size(); at += piece)
            copyBoxRun(box, int64_t(at), bytes.subspan(at, std::min(piece, bytes.size() - at)),
                       full, reinterpret_cast<std::byte*>(back.data()), 2);
        }
        EXPECT_EQ(elements, 60);
        EXPECT_EQ(back, whole) << axis << ' ' << cut << ' ' << piece;
      }
}

}  // namespace
}  // namespace smw
