#include "kernels/conv.h"

#include "kernels/reference.h"
#include "kernels/winograd.h"

namespace smw::kernels::test {
namespace {

struct Sums {
  std::vector<double> out, dx, dw;
};
Sums reference(const Conv& s, const Floats& inp, const Floats& filter, const Floats& grad) {
  const int64_t gi = s.groupIn(), go = s.groupOut(), oc = s.outChannels;
  Sums r{std::vector<double>(size_t(grad.size())), std::vector<double>(size_t(inp.size())),
         std::vector<double>(size_t(filter.size()))};
  eachTap(s.window, s.batch, [&](int64_t o, int64_t tap, int64_t i) {
    for (int64_t g = 0; g < s.groups; ++g)
      for (int64_t c = 0; c < gi; ++c)
        for (int64_t n = 0; n < go; ++n) {
          const int64_t in = i * s.inChannels + g * gi + c, out = o * oc + g * go + n,
                        f = (tap * gi + c) * oc + g * go + n;
          r.out[size_t(out)] += double(inp[in]) * filter[f];
          r.dx[size_t(in)] += double(grad[out]) * filter[f];
          r.dw[size_t(f)] += double(grad[out]) * inp[in];
        }
  });
  return r;
}

void check(const Conv& s, int misalign = 0) {
  const Window& w = s.window;
  SCOPED_TRACE(testing::Message() << "in " << w.in[0] << "," << w.in[1] << "," << w.in[2]
                                  << " kernel " << w.kernel[0] << "," << w.kernel[1] << ","
                                  << w.kernel[2] << " stride " << w.stride[1] << "," << w.stride[2]
                                  << " dilation " << w.dilation[2] << " channels " << s.inChannels
                                  << " to " << s.outChannels << " groups " << s.groups);
  const int64_t inSize = s.batch * w.inSize() * s.inChannels,
                outSize = s.batch * w.outSize() * s.outChannels,
                filterSize = s.filterRows() * s.outChannels;
  const Floats inp(inSize, 1, misalign), filter(filterSize, 2), grad(outSize, 3, misalign),
      bias(s.outChannels, 4), residual(outSize, 5), dxBias(s.inChannels, 6);
  const Sums want = reference(s, inp, filter, grad);
  Threads three(3);

  const Epilogue e{.bias = bias.data(), .residual = residual.data(), .lo = -1, .hi = 2};
  Floats packed(convPackedFloats(s), 7), out(outSize, 8, misalign), out3(outSize, 9);
  convPack(s, filter.data(), packed.data());
  Floats scratch(convScratch(s, 1), 10, misalign), scratch3(convScratch(s, 3), 11);
  conv(serial(), s, inp.data(), packed.data(), out.data(), e, scratch.data());
  std::vector<float> expected(static_cast<size_t>(outSize));
  for (int64_t i = 0; i < outSize; ++i)
    expected[size_t(i)] = finish(e, want.out[size_t(i)], i % s.outChannels, residual[i]);
  expectClose(out.data(), expected.data(), outSize, double(s.filterRows()), "conv");
  conv(three, s, inp.data(), packed.data(), out3.data(), e, scratch3.data());
  expectSameBits(out3.data(), out.data(), outSize, "conv, three threads");

  for (int tile : {2, 4}) {
    const int64_t floats = winogradPackedFloats(s, tile);
    if (winogradTileOf(s, floats) == 0) continue;  // another kind of convolution
    ASSERT_EQ(winogradTileOf(s, floats), tile);
    Floats points(floats, 19), wOut(outSize, 20), wScratch(winogradScratch(s, tile, 3), 21);
    winogradPack(s, tile, packed.data(), points.data());
    winograd(serial(), s, tile, inp.data(), points.data(), wOut.data(), e, wScratch.data());
    expectClose(wOut.data(), expected.data(), outSize,
                (tile == 2 ? 4 : 100) * double(s.filterRows()), "winograd");
    winograd(three, s, tile, inp.data(), points.data(), out3.data(), e, wScratch.data());
    expectSameBits(out3.data(), wOut.data(), outSize, "winograd, three threads");
  }

  const Epilogue te{.bias = dxBias.data(), .lo = -1, .hi = 2};
  Floats tPacked(convTransposePackedFloats(s), 12), dx(inSize, 13, misalign), dx3(inSize, 14);
  convTransposePack(s, filter.data(), tPacked.data());
  Floats tScratch(convTransposeScratch(s, 1), 15), tScratch3(convTransposeScratch(s, 3), 16);
  convTranspose(serial(), s, grad.data(), tPacked.data(), dx.data(), te, tScratch.data());
  expected.assign(size_t(inSize), 0);
  for (int64_t i = 0; i < inSize; ++i)
    expected[size_t(i)] = finish(te, want.dx[size_t(i)], i % s.inChannels, 0);
  expectClose(dx.data(), expected.data(), inSize, double(w.kernelSize() * s.groupOut()),
              "transposed");
  convTranspose(three, s, grad.data(), tPacked.data(), dx3.data(), te, tScratch3.data());
  expectSameBits(dx3.data(), dx.data(), inSize, "transposed, three threads");

  Floats dw(filterSize, 17), fScratch(convBackpropFilterScratch(s, 1), 18);
  convBackpropFilter(serial(), s, inp.data(), grad.data(), dw.data(), fScratch.data());
  expected.assign(size_t(filterSize), 0);
  for (int64_t i = 0; i < filterSize; ++i) expected[size_t(i)] = float(want.dw[size_t(i)]);
  expectClose(dw.data(), expected.data(), filterSize, double(s.batch * w.outSize()), "by filter");
}

/// A 2-D convolution; skipped where the window does not fit.
void check2d(int64_t h, int64_t w, int64_t kernel, int64_t stride, int64_t dilation, Pad pad,
             int64_t in, int64_t out, int64_t groups = 1, int64_t batch = 1, int misalign = 0) {
  Conv s{.batch = batch, .inChannels = in, .outChannels = out, .groups = groups};
  if (window2d(h, w, kernel, stride, dilation, pad, &s.window)) check(s, misalign);
}

TEST(Conv, KernelsStridesPaddings) {
  for (int64_t kernel : {1, 2, 3, 5})
    for (int64_t stride : {1, 2, 3})
      for (Pad pad : {Pad::kValid, Pad::kSame, Pad::kFull})
        for (int64_t channels : {1, 3, 5})
          check2d(9, 7, kernel, stride, 1, pad, channels, 2 * channels + 1, 1, 2);
}

TEST(Conv, Dilations) {
  for (int64_t dilation : {2, 3})
    for (int64_t stride : {1, 2, 3, 4})
      for (Pad pad : {Pad::kValid, Pad::kSame, Pad::kFull})
        check2d(11, 13, 3, stride, dilation, pad, 4, 9);
}

TEST(Conv, Groups) {
  for (int64_t groups : {2, 4, 8})
    for (int64_t stride : {1, 2})
      check2d(6, 5, 3, stride, 1, Pad::kSame, groups * 3, groups * 5, groups, 2);
  check2d(5, 5, 1, 1, 1, Pad::kValid, 8, 16, 4);
  check2d(4, 4, 3, 1, 1, Pad::kSame, 6, 6, 6);
}

TEST(Conv, ManyChannels) {
  check2d(8, 8, 3, 1, 1, Pad::kSame, 40, 33);
  check2d(7, 7, 3, 2, 1, Pad::kSame, 64, 64);
  check2d(3, 3, 3, 1, 1, Pad::kSame, 200, 130);
  check2d(12, 12, 1, 1, 1, Pad::kSame, 24, 40, 1, 2);
  check2d(12, 12, 1, 2, 1, Pad::kValid, 24, 40);
}

TEST(Conv, Winograd) {
  for (Pad pad : {Pad::kValid, Pad::kSame, Pad::kFull})
    for (auto [h, w] : {std::pair<int64_t, int64_t>{14, 13}, {15, 16}, {40, 5}}) {
      Conv s{.batch = 2, .inChannels = 36, .outChannels = 44};
      ASSERT_TRUE(window2d(h, w, 3, 1, 1, pad, &s.window));
      EXPECT_EQ(winogradTile(s), 4);
      check(s, h % 2);
    }
  check2d(28, 28, 3, 1, 1, Pad::kSame, 128, 256);
  for (int64_t size : {1, 2, 3, 6}) check2d(size, size + 1, 3, 1, 1, Pad::kSame, 8, 12);
}

TEST(Conv, WinogradOnlyWhereItWins) {
  Conv s{.inChannels = 512, .outChannels = 512};
  ASSERT_TRUE(window2d(7, 7, 3, 1, 1, Pad::kSame, &s.window));
  EXPECT_EQ(winogradTile(s), 2);  // reading 36 points of so large a filter would cost more
  s.inChannels = s.outChannels = 256;
  ASSERT_TRUE(window2d(14, 14, 3, 2, 1, Pad::kSame, &s.window));
  EXPECT_EQ(winogradTile(s), 0);
  ASSERT_TRUE(window2d(2, 2, 3, 1, 1, Pad::kSame, &s.window));
  EXPECT_EQ(winogradTile(s), 0);
  ASSERT_TRUE(window2d(64, 64, 3, 1, 1, Pad::kSame, &s.window));
  s.outChannels = 3;
  EXPECT_EQ(winogradTile(s), 0);
}

TEST(Conv, Misaligned) {
  for (int misalign : {1, 2, 3}) {
    check2d(9, 9, 3, 2, 1, Pad::kSame, 3, 8, 1, 1, misalign);
    check2d(5, 5, 3, 1, 1, Pad::kSame, 32, 8, 1, 1, misalign);
  }
}

TEST(Conv, SmallImages) {
  for (int64_t h : {1, 2, 3})
    for (int64_t w : {1, 2, 5})
      for (int64_t kernel : {1, 3, 7}) check2d(h, w, kernel, 1, 1, Pad::kSame, 3, 4);
}

TEST(Conv, ThreeAndOneDimensions) {
  Conv s{.batch = 2, .inChannels = 4, .outChannels = 6};
  s.window = {.in = {5, 6, 7},
              .out = {3, 3, 4},
              .kernel = {2, 3, 3},
              .stride = {2, 2, 2},
              .padBefore = {0, 1, 1}};
  check(s);
  s.window = {.in = {4, 5, 3}, .out = {4, 5, 3}, .kernel = {3, 3, 3}, .padBefore = {1, 1, 1}};
  check(s);
  s.window = {.in = {1, 1, 19},
              .out = {1, 1, 9},
              .kernel = {1, 1, 4},
              .stride = {1, 1, 2},
              .padBefore = {0, 0, 1}};
  check(s);
}

TEST(Conv, EmptyBatch) {
  Conv s{.batch = 0, .inChannels = 3, .outChannels = 4};
  s.window = {.in = {1, 5, 5}, .out = {1, 5, 5}, .kernel = {1, 3, 3}, .padBefore = {0, 1, 1}};
  check(s);
}

}  // namespace
}  // namespace smw::kernels::test
