#include "savedmodel/table.h"

#include <gtest/gtest.h>

#include "savedmodel/snappy.h"
#include "support/writers.h"

namespace smw {
namespace {

using testing::snappyCompress;
using testing::TableWriterOptions;
using testing::writeTable;
using Entries = std::map<std::string, std::string>;

std::span<const std::byte> bytes(const std::string& s) { return std::as_bytes(std::span(s)); }

Result<Entries> readBack(const std::string& file, bool verify = true) {
  Entries entries;
  SMW_TRY(readTable(bytes(file), {.verify = verify},
                    [&](std::string_view k, std::string_view v) -> Status {
                      entries.emplace(k, v);
                      return {};
                    }));
  return entries;
}

Entries sample(int n) {
  Entries e;
  for (int i = 0; i < n; ++i)
    e["layer_" + std::to_string(i / 7) + "/kernel" + std::to_string(i)] =
        std::string(size_t(i % 50), char('a' + i % 26));
  e[""] = "header";
  e[std::string("\0\xFF\x01", 3)] = std::string("\0", 1);
  return e;
}

TEST(Table, ReadsWhatWasWritten) {
  for (const int n : {0, 1, 15, 16, 17, 500})
    for (const size_t block : {1, 64, 4096})
      for (const int interval : {1, 2, 16})
        for (const bool compress : {false, true}) {
          const Entries e = sample(n);
          const auto r = readBack(writeTable(e, {block, interval, compress}));
          ASSERT_TRUE(r) << r.error().message();
          EXPECT_EQ(*r, e) << n << ' ' << block << ' ' << interval << ' ' << compress;
        }
}

TEST(Table, EveryTruncationIsAnError) {
  for (const bool compress : {false, true}) {
    const std::string file = writeTable(sample(40), {64, 4, compress});
    for (size_t n = 0; n < file.size(); ++n) {
      const auto r = readBack(file.substr(0, n));
      ASSERT_FALSE(r) << n;
      EXPECT_EQ(r.error().code(), Code::kDataLoss);
    }
  }
}

TEST(Table, EveryFlippedBitIsAnErrorOrHarmless) {
  const Entries e = sample(40);
  for (const bool compress : {false, true}) {
    const std::string file = writeTable(e, {64, 4, compress});
    int caught = 0;
    for (size_t i = 0; i < file.size() * 8; ++i) {
      std::string harmed = file;
      harmed[i / 8] ^= char(1 << (i % 8));
      if (const auto r = readBack(harmed)) {
        EXPECT_EQ(*r, e) << i;  // in the padding of the footer or the unused meta index
      } else {
        ++caught;
      }
      (void)readBack(harmed, false);  // must not crash either
    }
    EXPECT_GT(caught, int(file.size()) * 7);
  }
}

TEST(Snappy, RoundTrips) {
  std::string random, text;
  uint32_t x = 1;
  for (int i = 0; i < 200000; ++i) {
    x = x * 1664525 + 1013904223;
    random += char(x >> 24);
    text += "abcdefgh"[(x >> 28) & 7 & uint32_t(i >> 10)];
  }
  for (const std::string& s :
       {std::string(), std::string("a"), std::string(61, 'x'), std::string(5000, 'y'), random, text,
        text.substr(0, 300) + random.substr(0, 70000) + text.substr(0, 300)}) {
    const auto r = snappyUncompress(bytes(snappyCompress(s)), 1 << 20);
    ASSERT_TRUE(r) << r.error().message();
    EXPECT_EQ(*r, s);
  }
}

TEST(Snappy, BadInputIsRefused) {
  using namespace std::string_literals;
  for (const std::string& s : {
           ""s,                          // no length
           "\xFF\xFF\xFF\xFF\xFF\xFF"s,  // a length without end
           "\x05\x08"
           "ab"s,  // a literal that ends too early
           "\x01\x04"
           "ab"s,  // more than was claimed
           "\x04\x00"
           "a\x05\x05"s,  // a copy from before the start
           "\x04\x00"
           "a\x01\x00"s,  // a copy of itself
           "\x08\x00"
           "a\x05\x01"s,  // less than was claimed
           "\x04\xF0"s,   // a length byte is missing
           "\x04\xFC\xFF\xFF\xFF\xFF"
           "a"s,
           "\xFF\xFF\xFF\xFF\x0F\x00"
           "a"s,
       }) {
    const auto r = snappyUncompress(bytes(s), 1 << 20);
    ASSERT_FALSE(r);
    EXPECT_EQ(r.error().code(), Code::kDataLoss);
  }
  const auto tooBig = snappyUncompress(bytes(snappyCompress(std::string(5000, 'a'))), 4999);
  ASSERT_FALSE(tooBig);
  EXPECT_EQ(tooBig.error().code(), Code::kResourceExhausted);
}

}  // namespace
}  // namespace smw
