#include "kernels/gemm.h"

#include "kernels/reference.h"

namespace smw::kernels::test {
namespace {

struct Case {
  int64_t m, k, n;
  bool transposeA = false, transposeB = false;
  bool bias = false, residual = false;
};

std::vector<float> reference(const Case& t, const MatMul& s, const Floats& a, const Floats& b,
                             const Epilogue& e) {
  std::vector<float> c(size_t(t.m * t.n));
  for (int64_t i = 0; i < t.m; ++i)
    for (int64_t j = 0; j < t.n; ++j) {
      double sum = 0;
      for (int64_t l = 0; l < t.k; ++l)
        sum += double(a[i * s.aRow + l * s.aCol]) * b[l * s.bRow + j * s.bCol];
      c[size_t(i * t.n + j)] = finish(e, sum, j, e.residual ? e.residual[i * t.n + j] : 0);
    }
  return c;
}

void check(const Case& t, int misalign = 0) {
  SCOPED_TRACE(testing::Message() << t.m << "x" << t.k << "x" << t.n << " ta " << t.transposeA
                                  << " tb " << t.transposeB << " bias " << t.bias << " residual "
                                  << t.residual);
  const MatMul s = MatMul::contiguous(t.m, t.k, t.n, t.transposeA, t.transposeB);
  const Floats a(t.m * t.k, 1, misalign), b(t.k * t.n, 2, misalign), bias(t.n, 3, misalign),
      residual(t.m * t.n, 4, misalign);
  Epilogue e{.lo = -0.75f, .hi = 1.5f};
  if (t.bias) e.bias = bias.data();
  if (t.residual) e.residual = residual.data();
  const std::vector<float> want = reference(t, s, a, b, e);

  Floats packed(packedFloats(t.k, t.n), 5), c(t.m * t.n, 6, misalign);
  packB(b.data(), t.k, t.n, s.bRow, s.bCol, packed.data());
  gemmPacked(serial(), t.m, t.k, t.n, a.data(), s.aRow, s.aCol, packed.data(), c.data(), t.n, e);
  expectClose(c.data(), want.data(), t.m * t.n, double(t.k), "packed");

  Threads three(3);
  Floats d(t.m * t.n, 7);
  gemmPacked(three, t.m, t.k, t.n, a.data(), s.aRow, s.aCol, packed.data(), d.data(), t.n, e);
  expectSameBits(d.data(), c.data(), t.m * t.n, "three threads");

  Floats scratch(matmulScratch(s, 1), 8);
  matmul(serial(), s, a.data(), b.data(), c.data(), e, scratch.data());
  expectClose(c.data(), want.data(), t.m * t.n, double(t.k), "unpacked");
  scratch = Floats(matmulScratch(s, 3), 9);
  matmul(three, s, a.data(), b.data(), d.data(), e, scratch.data());
  expectSameBits(d.data(), c.data(), t.m * t.n, "unpacked, three threads");
}

TEST(Gemm, SmallSizes) {
  for (int64_t m : {0, 1, 2, 3, 4, 5, 6, 7, 11, 12, 13, 18})
    for (int64_t n : {0, 1, 7, 8, 9, 16, 23})
      for (int64_t k : {0, 1, 2, 3, 4, 5, 7, 8, 9, 33})
        for (int transposes = 0; transposes < 4; ++transposes)
          check({m, k, n, (transposes & 1) != 0, (transposes & 2) != 0, (m + n) % 2 == 0,
                 k % 2 == 0});
}

TEST(Gemm, Misaligned) {
  for (int misalign : {1, 2, 3})
    for (int64_t m : {1, 6, 8}) check({m, 37, 29, false, misalign == 2, true, true}, misalign);
}

TEST(Gemm, ManyBlocks) {
  check({70, 300, 130, false, false, true, true});
  check({13, 5000, 40, false, true, true, true});  // K is summed in parts
  check({13, 4100, 21, true, false, true, false});
  check({1, 6000, 100, false, false, true, true});
  check({2, 513, 1030, false, true, true, true});
}

TEST(Gemm, RowsApartAndResidualInPlace) {
  const int64_t m = 9, k = 4500, n = 19, aRow = 4600, cRow = 24;
  const Floats a(m * aRow, 1), b(k * n, 2);
  Floats c(m * cRow, 3), packed(packedFloats(k, n), 4);
  const Floats before = c;
  packB(b.data(), k, n, n, 1, packed.data());
  gemmPacked(serial(), m, k, n, a.data(), aRow, 1, packed.data(), c.data(), cRow,
             {.residual = c.data()});
  for (int64_t i = 0; i < m; ++i)
    for (int64_t j = 0; j < cRow; ++j) {
      double want = before[i * cRow + j];
      for (int64_t l = 0; j < n && l < k; ++l) want += double(a[i * aRow + l]) * b[l * n + j];
      ASSERT_NEAR(c[i * cRow + j], want, 1e-4) << i << " " << j;
    }
}

TEST(Gemm, PostSeesEveryElementOnce) {
  const int64_t m = 13, k = 3000, n = 21;
  const Floats a(m * k, 1), b(k * n, 2);
  Floats c(m * n, 3), d(m * n, 3), packed(packedFloats(k, n), 4);
  packB(b.data(), k, n, n, 1, packed.data());
  const float offset = 3;
  const Epilogue e{.post =
                       [](const void* x, float* p, int64_t count) {
                         for (int64_t i = 0; i < count; ++i) p[i] += *static_cast<const float*>(x);
                       },
                   .postContext = &offset};
  gemmPacked(serial(), m, k, n, a.data(), k, 1, packed.data(), c.data(), n, {});
  gemmPacked(serial(), m, k, n, a.data(), k, 1, packed.data(), d.data(), n, e);
  for (int64_t i = 0; i < m * n; ++i) ASSERT_EQ(d[i], c[i] + 3);
}

TEST(Gemm, NanPassesTheClamp) {
  for (int64_t n : {8, 3}) {
    std::vector<float> a{NAN}, b(size_t(n), 1.f), c(size_t(n), 0.f), packed(8);
    packB(b.data(), 1, n, n, 1, packed.data());
    gemmPacked(serial(), 1, 1, n, a.data(), 1, 1, packed.data(), c.data(), n, {.lo = 0, .hi = 6});
    for (float x : c) EXPECT_TRUE(std::isnan(x));
  }
}

TEST(BatchMatMul, BroadcastsByOffsets) {
  for (int64_t batch : {1, 5}) {
    for (int transposes = 0; transposes < 4; ++transposes) {
      for (int64_t m : {1, 4, 20}) {
        const int64_t k = 19, n = 27;
        const bool ta = transposes & 1, tb = transposes & 2;
        const MatMul s = MatMul::contiguous(m, k, n, ta, tb);
        const Floats a(batch * m * k, 1), b(k * n, 2), bias(n, 3);
        std::vector<int64_t> aOffset, bOffset;
        for (int64_t i = 0; i < batch; ++i)
          aOffset.push_back((batch - 1 - i) * m * k), bOffset.push_back(0);
        for (int threads : {1, 3}) {
          Threads pool(threads);
          Floats c(batch * m * n, 4), scratch(matmulScratch(s, threads), 5);
          batchMatMul(pool, s, batch, a.data(), aOffset.data(), b.data(), bOffset.data(), c.data(),
                      {.bias = bias.data()}, scratch.data());
          for (int64_t i = 0; i < batch; ++i)
            for (int64_t r = 0; r < m; ++r)
              for (int64_t j = 0; j < n; ++j) {
                double want = bias[j];
                for (int64_t l = 0; l < k; ++l)
                  want += double(a[aOffset[size_t(i)] + r * s.aRow + l * s.aCol]) *
                          b[l * s.bRow + j * s.bCol];
                ASSERT_NEAR(c[(i * m + r) * n + j], want, 1e-5);
              }
        }
      }
    }
  }
}

TEST(Pack, ColumnsAreScaledInPlace) {
  for (int64_t n : {1, 7, 8, 19})
    for (int64_t step : {0, 1}) {
      const int64_t k = 5;
      const Floats b(k * n, 1), scale(n, 2);
      Floats scaled(k * n, 3), want(packedFloats(k, n), 4), got(want.size(), 5);
      for (int64_t i = 0; i < k * n; ++i) scaled[i] = b[i] * scale[i % n * step];
      packB(scaled.data(), k, n, n, 1, want.data());
      packB(b.data(), k, n, n, 1, got.data());
      scalePackedColumns(got.data(), k, n, scale.data(), step, got.data());
      expectSameBits(got.data(), want.data(), want.size(), "scaled");
    }
}

TEST(Pack, StreamInSlicesOfAnyLength) {
  for (int64_t groups : {1, 3})
    for (int64_t k : {1, 5, 12})
      for (int64_t groupN : {1, 5, 8, 20}) {
        const int64_t n = groups * groupN;
        const Floats b(k * n, 1);
        std::vector<float> want(size_t(groups * packedFloats(k, groupN)), -1.f);
        for (int64_t g = 0; g < groups; ++g)
          packB(b.data() + g * groupN, k, groupN, n, 1, want.data() + g * packedFloats(k, groupN));
        for (size_t slice : {1, 3, 4, 7, 50, 4096}) {
          std::vector<float> got(want.size(), -2.f);
          PackBStream stream(k, n, got.data(), PackBStream::Source::kRows, groups);
          std::span<const std::byte> bytes(reinterpret_cast<const std::byte*>(b.data()),
                                           size_t(k * n) * 4);
          for (; !bytes.empty(); bytes = bytes.subspan(std::min(slice, bytes.size())))
            stream.write(bytes.first(std::min(slice, bytes.size())));
          EXPECT_EQ(stream.remaining(), 0);
          ASSERT_EQ(got, want) << k << " " << n << " " << groups << " " << slice;
        }
      }
}

TEST(Pack, StreamOfTransposedSource) {
  for (int64_t k : {1, 6, 9})
    for (int64_t n : {1, 8, 13}) {
      const Floats b(k * n, 1);
      std::vector<float> want(size_t(packedFloats(k, n)), -1.f);
      packB(b.data(), k, n, 1, k, want.data());
      for (size_t slice : {1, 5, 32, 1000}) {
        std::vector<float> got(want.size(), -2.f);
        PackBStream stream(k, n, got.data(), PackBStream::Source::kColumns);
        std::span<const std::byte> bytes(reinterpret_cast<const std::byte*>(b.data()),
                                         size_t(k * n) * 4);
        for (; !bytes.empty(); bytes = bytes.subspan(std::min(slice, bytes.size())))
          stream.write(bytes.first(std::min(slice, bytes.size())));
        ASSERT_EQ(got, want);
      }
    }
}

}  // namespace
}  // namespace smw::kernels::test
