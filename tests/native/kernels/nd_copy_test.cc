#include "kernels/nd_copy.h"

#include <gtest/gtest.h>

#include <cstring>
#include <numeric>
#include <random>

namespace smw::kernels {
namespace {

/// Splits every range into pieces, as a pool does.
class Pieces : public Parallel {
 public:
  int threads() const override { return 3; }
  void run(int64_t n, int64_t grain, RangeFn fn) override {
    for (int64_t i = 0; i < n; i += grain) fn(i, std::min(n, i + grain), 0);
  }
};

/// Element by element, from the definition.
void reference(std::span<const NdCopy::Dim> dims, int64_t in, int64_t out, int size,
               const unsigned char* from, unsigned char* to) {
  if (dims.empty()) {
    std::memcpy(to + out * size, from + in * size, size_t(size));
    return;
  }
  for (int64_t i = 0; i < dims[0].size; ++i)
    reference(dims.subspan(1), in + i * dims[0].in, out + i * dims[0].out, size, from, to);
}

void check(std::span<const NdCopy::Dim> dims, int64_t inOffset, int64_t outOffset, int64_t inSize,
           int64_t outSize, int size) {
  // One byte off any alignment.
  std::vector<unsigned char> from(size_t(inSize * size) + 1), to(size_t(outSize * size) + 1, 0xEE);
  for (size_t i = 0; i < from.size(); ++i) from[i] = (unsigned char)(i * 37 + 11);
  auto want = to;
  reference(dims, inOffset, outOffset, size, from.data() + 1, want.data() + 1);
  Pieces pieces;
  for (Parallel* p : {&serial(), static_cast<Parallel*>(&pieces)}) {
    auto got = to;
    ndCopy(*p, NdCopy::make(dims, inOffset, outOffset), size, from.data() + 1, got.data() + 1);
    ASSERT_EQ(got, want);
  }
}

TEST(NdCopy, PermutesReversesAndRepeats) {
  std::mt19937 random(1);
  for (int round = 0; round < 300; ++round) {
    const int rank = int(random() % 5);
    std::vector<NdCopy::Dim> dims(static_cast<size_t>(rank));
    std::vector<size_t> order(dims.size());
    std::iota(order.begin(), order.end(), size_t(0));
    std::shuffle(order.begin(), order.end(), random);
    int64_t in = 1, out = 1, inOffset = 0;
    for (size_t i = dims.size(); i-- > 0;) {
      dims[i].size = int64_t(random() % 6);
      dims[i].out = out;
      out *= std::max<int64_t>(1, dims[i].size);
    }
    for (size_t k : order) {
      NdCopy::Dim& d = dims[k];
      d.in = in;
      if (random() % 4 == 0) {
        d.in = 0;
        continue;
      }
      in *= std::max<int64_t>(1, d.size);
      if (random() % 4 == 0 && d.size > 0) {
        inOffset += (d.size - 1) * d.in;
        d.in = -d.in;
      }
    }
    for (int size : {1, 2, 4, 8, 16}) check(dims, inOffset, 0, in, out, size);
  }
}

TEST(NdCopy, CopiesRunsOfAnyLength) {
  for (int64_t n = 0; n <= 67; ++n)
    for (int size : {1, 2, 4, 8, 16}) {
      const NdCopy::Dim dims[] = {{5, n + 3, n + 1}, {n, 1, 1}};
      check(dims, 2, 1, 5 * (n + 3) + 2, 5 * (n + 1) + 1, size);
    }
}

TEST(NdCopy, SplitsLargeCopies) {
  const NdCopy::Dim dims[] = {{40, 5000, 1}, {5000, 1, 40}};
  check(dims, 0, 0, 200000, 200000, 4);
  const NdCopy::Dim flat[] = {{300000, 1, 1}};
  check(flat, 0, 0, 300000, 300000, 2);
}

TEST(NdCopy, SeesContiguousCopies) {
  const NdCopy::Dim joined[] = {{3, 20, 20}, {1, 7, 9}, {4, 5, 5}, {5, 1, 1}};
  EXPECT_TRUE(NdCopy::make(joined).contiguous());
  const NdCopy::Dim swapped[] = {{3, 1, 4}, {4, 3, 1}};
  EXPECT_FALSE(NdCopy::make(swapped).contiguous());
}

TEST(FillElements, RepeatsTheValue) {
  for (int size : {1, 2, 4, 8, 16})
    for (int64_t n = 0; n < 40; ++n) {
      std::vector<unsigned char> value(size_t(size), 0), out(size_t(n * size) + 1, 0xEE),
          want = out;
      for (int i = 0; i < size; ++i) value[size_t(i)] = (unsigned char)(i + 1);
      for (int64_t i = 0; i < n; ++i)
        std::memcpy(want.data() + i * size, value.data(), size_t(size));
      fillElements(size, value.data(), out.data(), n);
      ASSERT_EQ(out, want);
    }
}

}  // namespace
}  // namespace smw::kernels
