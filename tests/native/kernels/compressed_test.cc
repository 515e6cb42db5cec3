// Products with compressed weights against the plain convolution with what those weights stand for.
#include "kernels/compressed.h"

#include "kernels/reference.h"

namespace smw::kernels::test {
namespace {

constexpr Compressed::Kind kKinds[] = {Compressed::kHalf, Compressed::kInt8};

struct Weights {
  Compressed format;
  Floats plain, packed, expanded;  // row-major; compressed; panels again
  CompressionError error;

  Weights(Compressed::Kind kind, const Conv& s)
      : format{kind, s.window.kernelSize(), s.inChannels, s.outChannels} {
    plain = Floats(s.filterRows() * s.outChannels, 2);
    const int64_t panels = packedFloats(format.rows(), format.columns);
    Floats given(panels, 3);
    packB(plain.data(), format.rows(), format.columns, format.columns, 1, given.data());
    packed = Floats(format.floats(), 4);
    EXPECT_TRUE(compress(format, given.data(), packed.data(), error));
    expanded = Floats(panels, 5);
    expand(format, packed.data(), panelsOf(format.columns), expanded.data());
  }
  float at(int64_t row, int64_t column) const {
    return expanded[(column / kPanel * format.rows() + row) * kPanel + column % kPanel];
  }
};

Conv convOf(int64_t size, int64_t kernel, int64_t stride, int64_t in, int64_t out, int64_t batch) {
  Conv s{.batch = batch, .inChannels = in, .outChannels = out};
  for (int d = 1; d < 3; ++d) {
    s.window.in[d] = size;
    s.window.kernel[d] = kernel;
    s.window.stride[d] = stride;
    s.window.padBefore[d] = kernel / 2;
    s.window.out[d] = (size + stride - 1) / stride;
  }
  return s;
}

/// The largest error that activations rounded to integers may make at each output, and the square
/// of the usual one.
struct Bounds {
  std::vector<double> most, square;
};

void check(Compressed::Kind kind, const Conv& s, int misalign = 0) {
  SCOPED_TRACE(testing::Message() << "kind " << int(kind) << " size " << s.window.in[1]
                                  << " kernel " << s.window.kernel[1] << " stride "
                                  << s.window.stride[1] << " channels " << s.inChannels << " to "
                                  << s.outChannels << " batch " << s.batch);
  const int64_t inPixels = s.window.inSize(), inSize = s.batch * inPixels * s.inChannels,
                outSize = s.batch * s.window.outSize() * s.outChannels;
  const Weights w(kind, s);
  Floats inp(inSize, 1, misalign);
  // Images of different ranges, the second one without negative values.
  for (int64_t i = inPixels * s.inChannels; i < inSize; ++i) inp[i] = std::abs(inp[i]) * 3;
  const Floats bias(s.outChannels, 6), residual(outSize, 7);
  std::vector<double> sums(static_cast<size_t>(outSize)), most(sums), square(sums);
  eachTap(s.window, s.batch, [&](int64_t o, int64_t tap, int64_t i) {
    const double step = (i / inPixels ? 3.0 : 2.0) / 127;
    for (int64_t c = 0; c < s.inChannels; ++c)
      for (int64_t n = 0; n < s.outChannels; ++n) {
        const double v = w.at(tap * s.inChannels + c, n);
        const auto out = size_t(o * s.outChannels + n);
        sums[out] += double(inp[i * s.inChannels + c]) * v;
        most[out] += std::abs(v) * step / 2;
        square[out] += v * v * step * step / 12;
      }
  });
  const Epilogue e{.bias = bias.data(), .residual = residual.data(), .lo = -20, .hi = 20};
  Threads three(3);
  Floats out(outSize, 8, misalign), out3(outSize, 9);
  Floats scratch(compressedScratch(w.format, s, 1), 10),
      scratch3(compressedScratch(w.format, s, 3), 11);
  compressedConv(serial(), w.format, s, inp.data(), w.packed.data(), out.data(), e, scratch.data());
  double seen = 0, usual = 0;
  for (int64_t i = 0; i < outSize; ++i) {
    const double want = finish(e, sums[size_t(i)], i % s.outChannels, residual[i]);
    const double rounding = 1e-6 * double(s.filterRows());
    const double d = std::abs(double(out[i]) - want);
    ASSERT_LE(d, rounding + (kind == Compressed::kInt8 ? most[size_t(i)] : 0)) << "output " << i;
    seen += d * d;
    usual += square[size_t(i)] + rounding * rounding;
  }
  EXPECT_LE(std::sqrt(seen), 2 * std::sqrt(usual));
  compressedConv(three, w.format, s, inp.data(), w.packed.data(), out3.data(), e, scratch3.data());
  expectSameBits(out3.data(), out.data(), outSize, "three threads");
}

TEST(Compressed, WeightsComeBack) {
  for (const int64_t channels : {1, 3, 4, 6, 33})
    for (const int64_t columns : {1, 7, 8, 9, 40})
      for (const auto kind : kKinds) {
        const Conv s = convOf(3, 3, 1, channels, columns, 1);
        const Weights w(kind, s);
        double most = 0;
        for (int64_t j = 0; j < columns; ++j) {
          double largest = 0;
          for (int64_t i = 0; i < s.filterRows(); ++i)
            largest = std::max(largest, std::abs(double(w.plain[i * columns + j])));
          for (int64_t i = 0; i < s.filterRows(); ++i) {
            const double want = w.plain[i * columns + j], d = std::abs(w.at(i, j) - want);
            most = std::max(most, d);
            EXPECT_LE(d,
                      kind == Compressed::kHalf ? std::abs(want) * 0x1p-11 + 1e-9 : largest / 253);
          }
        }
        EXPECT_DOUBLE_EQ(w.error.most, most);
        EXPECT_GT(w.error.squaresOfWeights, w.error.squares);
      }
}

TEST(Compressed, Products) {
  for (const auto kind : kKinds)
    for (const int64_t k : {1, 5, 32, 67, 300})
      for (const int64_t n : {1, 8, 13, 64})
        for (const int64_t m : {1, 2, 6, 7, 25}) check(kind, convOf(1, 1, 1, k, n, m), int(m % 3));
}

TEST(Compressed, Convolutions) {
  for (const auto kind : kKinds)
    for (const int64_t channels : {2, 24, 33})
      for (const int64_t columns : {5, 32, 41}) {
        for (const int64_t kernel : {1, 3, 5})
          for (const int64_t stride : {1, 2})
            check(kind, convOf(7, kernel, stride, channels, columns, 2), int(kernel) % 4);
      }
}

TEST(Compressed, AWideBlockIsMadeInParts) {
  for (const auto kind : kKinds) check(kind, convOf(4, 3, 1, 256, 80, 1));
}

TEST(Compressed, ScaledColumns) {
  for (const auto kind : kKinds) {
    Weights w(kind, convOf(3, 3, 1, 5, 19, 1));
    const Floats scale(19, 12);
    scaleColumns(w.format, w.packed.data(), scale.data(), 1);
    Floats after(packedFloats(w.format.rows(), 19), 13);
    expand(w.format, w.packed.data(), panelsOf(19), after.data());
    for (int64_t i = 0; i < w.format.rows(); ++i)
      for (int64_t j = 0; j < 19; ++j) {
        const int64_t at = (j / kPanel * w.format.rows() + i) * kPanel + j % kPanel;
        EXPECT_NEAR(after[at], w.at(i, j) * scale[j], 1e-6);
      }
  }
}

TEST(Compressed, WhatIsNotFinite) {
  for (const auto kind : kKinds) {
    const Conv s = convOf(4, 1, 1, 32, 8, 1);
    const Weights w(kind, s);
    Floats inp(16 * 32, 1), out(16 * 8, 2), scratch(compressedScratch(w.format, s, 1), 3);
    inp[5 * 32 + 3] = NAN;
    compressedConv(serial(), w.format, s, inp.data(), w.packed.data(), out.data(), {},
                   scratch.data());
    for (int64_t i = 0; i < 16 * 8; ++i) EXPECT_EQ(std::isnan(out[i]), i / 8 == 5) << i;
    Floats panels(32 * 8, 4), to(w.format.floats(), 5);
    panels[7] = INFINITY;
    CompressionError error;
    EXPECT_FALSE(compress(w.format, panels.data(), to.data(), error));
    // Columns of zeros, and of what is too small for a scale.
    std::fill_n(panels.data(), 32 * 8, 0.f);
    panels[1] = 1e-44f;
    EXPECT_TRUE(compress(w.format, panels.data(), to.data(), error));
    compressedConv(serial(), w.format, s, inp.data(), to.data(), out.data(), {}, scratch.data());
    EXPECT_NEAR(out[0], 0, 1e-40);
  }
}

TEST(Compressed, AnImageOfOneValue) {
  for (const float value : {0.f, 1e-44f, 5.f, -5.f, 1e30f}) {
    const Conv s = convOf(3, 1, 1, 32, 8, 1);
    const Weights w(Compressed::kInt8, s);
    Floats inp(9 * 32, 1), out(9 * 8, 2), scratch(compressedScratch(w.format, s, 1), 3);
    std::fill_n(inp.data(), 9 * 32, value);
    compressedConv(serial(), w.format, s, inp.data(), w.packed.data(), out.data(), {},
                   scratch.data());
    for (int64_t j = 0; j < 8; ++j) {
      double sum = 0;
      for (int64_t i = 0; i < 32; ++i) sum += w.at(i, j);
      EXPECT_NEAR(out[j], float(sum * value), std::abs(sum * value) * 1e-5 + 1e-30);
    }
  }
}

}  // namespace
}  // namespace smw::kernels::test
