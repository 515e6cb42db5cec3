#include "kernels/cast.h"

#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <cstring>
#include <vector>

namespace smw::kernels {
namespace {

TEST(Cast, EveryHalfThereAndBack) {
  std::vector<uint16_t> h(65536), back(65536);
  for (size_t i = 0; i < h.size(); ++i) h[i] = uint16_t(i);
  std::vector<float> f(65536);
  halfToFloat(h.data(), f.data(), 65535);  // an odd length: the tail too
  for (size_t i = 0; i < 65535; ++i) {
    const float want = halfBitsToFloat(h[i]);
    ASSERT_TRUE(std::isnan(want) ? std::isnan(f[i]) : f[i] == want) << i;
    ASSERT_EQ(std::signbit(want), std::signbit(f[i]));
  }
  floatToHalf(f.data(), back.data(), 65535);
  for (size_t i = 0; i < 65535; ++i)
    if (!std::isnan(f[i])) ASSERT_EQ(back[i], h[i]);
}

TEST(Cast, FloatToHalfAndBfloat16) {
  for (uint64_t b = 0; b < (1ull << 32); b += 65537 * 3 + 1) {
    const float x[5] = {std::bit_cast<float>(uint32_t(b)), 65519.9f, 65520.0f, 5.9604645e-8f,
                        -0.0f};
    uint16_t h[5], w[5];
    floatToHalf(x, h, 5);
    floatToBfloat16(x, w, 5);
    for (int i = 0; i < 5; ++i) {
      ASSERT_EQ(h[i], half(x[i]).bits) << x[i];
      if (!std::isnan(x[i])) ASSERT_EQ(w[i], bfloat16(x[i]).bits) << x[i];
    }
  }
}

const Elem kAll[] = {Elem::kF32, Elem::kF64, Elem::kF16,  Elem::kBf16, Elem::kI8,
                     Elem::kI16, Elem::kI32, Elem::kI64,  Elem::kU8,   Elem::kU16,
                     Elem::kU32, Elem::kU64, Elem::kBool, Elem::kC64,  Elem::kC128};

TEST(Cast, SmallValuesSurviveEveryPair) {
  for (Elem from : kAll)
    for (Elem to : kAll)
      for (int n : {0, 1, 3, 67, 300, 515}) {
        std::vector<double> want(size_t(n) + 1), got(size_t(n) + 1);
        for (int i = 0; i < n; ++i)
          want[size_t(i)] = from == Elem::kBool || to == Elem::kBool ? i % 2 : i % 100;
        std::vector<std::byte> a(size_t(n) * 16 + 32), b(size_t(n) * 16 + 32, std::byte(0x5A));
        cast(Elem::kF64, want.data(), from, a.data() + elemSize(from), n);
        cast(from, a.data() + elemSize(from), to, b.data() + elemSize(to), n);
        ASSERT_EQ(int(b[size_t(n + 1) * elemSize(to)]), 0x5A) << "wrote past the end";
        cast(to, b.data() + elemSize(to), Elem::kF64, got.data(), n);
        for (int i = 0; i < n; ++i)
          ASSERT_EQ(got[size_t(i)], want[size_t(i)]) << int(from) << "->" << int(to);
      }
}

template <typename T>
T one(Elem from, double x, Elem to) {
  std::byte a[16] = {};
  T t = {};
  cast(Elem::kF64, &x, from, a, 1);
  cast(from, a, to, &t, 1);
  return t;
}

TEST(Cast, WhatDoesNotFit) {  // as TensorFlow on x86
  for (Elem f : {Elem::kF32, Elem::kF64}) {
    EXPECT_EQ(one<int32_t>(f, 3e9, Elem::kI32), INT32_MIN);
    EXPECT_EQ(one<int32_t>(f, NAN, Elem::kI32), INT32_MIN);
    EXPECT_EQ(one<int64_t>(f, -1e19, Elem::kI64), INT64_MIN);
    EXPECT_EQ(one<uint8_t>(f, 300, Elem::kU8), 44);
    EXPECT_EQ(one<uint8_t>(f, -1.5, Elem::kU8), 255);
    EXPECT_EQ(one<int8_t>(f, 200, Elem::kI8), -56);
    EXPECT_EQ(one<int16_t>(f, 5e9, Elem::kI16), 0);
    EXPECT_EQ(one<uint32_t>(f, 1e10, Elem::kU32), 1410065408u);
    EXPECT_EQ(one<uint32_t>(f, -1, Elem::kU32), 4294967295u);
    EXPECT_EQ(one<uint64_t>(f, NAN, Elem::kU64), 1ull << 63);
    EXPECT_EQ(one<uint64_t>(f, -3e9, Elem::kU64), uint64_t(-3000000000ll));
    EXPECT_EQ(one<uint8_t>(f, NAN, Elem::kBool), 1);
    EXPECT_EQ(one<uint8_t>(f, 0.25, Elem::kBool), 1);
  }
  EXPECT_EQ(one<uint64_t>(Elem::kF64, 1e19, Elem::kU64), 10000000000000000000ull);
}

TEST(Cast, Truncate) {
  const double x = 1.0 + 0x1.fp-23;
  float f;
  castTruncate(Elem::kF64, &x, Elem::kF32, &f, 1);
  EXPECT_EQ(f, 1.0f + 0x1p-23f);
  const float y = 1.999f;
  uint16_t b;
  castTruncate(Elem::kF32, &y, Elem::kBf16, &b, 1);
  EXPECT_EQ(b, 0x3FFF);
}

}  // namespace
}  // namespace smw::kernels
