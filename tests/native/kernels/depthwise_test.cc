#include "kernels/depthwise.h"

#include "kernels/reference.h"

namespace smw::kernels::test {
namespace {

void check(const Depthwise& s, int misalign = 0) {
  const Window& w = s.window;
  const int64_t oc = s.outChannels(), inSize = s.batch * w.inSize() * s.channels,
                outSize = s.batch * w.outSize() * oc, filterSize = w.kernelSize() * oc;
  SCOPED_TRACE(testing::Message() << w.in[1] << "x" << w.in[2] << " kernel " << w.kernel[1]
                                  << " stride " << w.stride[1] << " dilation " << w.dilation[1]
                                  << " channels " << s.channels << " x " << s.multiplier);
  const Floats inp(inSize, 1, misalign), filter(filterSize, 2, misalign), grad(outSize, 3),
      bias(oc, 4, misalign), residual(outSize, 5, misalign);
  std::vector<double> out(static_cast<size_t>(outSize)), dx(static_cast<size_t>(inSize)),
      dw(static_cast<size_t>(filterSize));
  eachTap(w, s.batch, [&](int64_t o, int64_t tap, int64_t i) {
    for (int64_t c = 0; c < oc; ++c) {
      const int64_t in = i * s.channels + c / s.multiplier, f = tap * oc + c;
      out[size_t(o * oc + c)] += double(inp[in]) * filter[f];
      dx[size_t(in)] += double(grad[o * oc + c]) * filter[f];
      dw[size_t(f)] += double(grad[o * oc + c]) * inp[in];
    }
  });
  const Epilogue e{.bias = bias.data(), .residual = residual.data(), .lo = -1, .hi = 1.5f};
  Floats got(outSize, 6, misalign), got3(outSize, 7), scratch(depthwiseScratch(s, 1), 8, misalign),
      scratch3(depthwiseScratch(s, 3), 9);
  depthwise(serial(), s, inp.data(), filter.data(), got.data(), e, scratch.data());
  std::vector<float> want(static_cast<size_t>(outSize));
  for (int64_t i = 0; i < outSize; ++i)
    want[size_t(i)] = finish(e, out[size_t(i)], i % oc, residual[i]);
  expectClose(got.data(), want.data(), outSize, double(w.kernelSize()), "forward");
  Threads three(3);
  depthwise(three, s, inp.data(), filter.data(), got3.data(), e, scratch3.data());
  expectSameBits(got3.data(), got.data(), outSize, "three threads");

  Floats gotDx(inSize, 10), gotDw(filterSize, 11);
  depthwiseBackpropInput(three, s, grad.data(), filter.data(), gotDx.data());
  depthwiseBackpropFilter(three, s, inp.data(), grad.data(), gotDw.data());
  want.assign(dx.begin(), dx.end());
  expectClose(gotDx.data(), want.data(), inSize, double(w.kernelSize() * s.multiplier), "by input");
  want.assign(dw.begin(), dw.end());
  expectClose(gotDw.data(), want.data(), filterSize, double(s.batch * w.outSize()), "by filter");
}

TEST(Depthwise, Sweep) {
  for (int64_t kernel : {1, 2, 3, 5})
    for (int64_t stride : {1, 2, 3})
      for (int64_t dilation : {1, 2})
        for (Pad pad : {Pad::kValid, Pad::kSame, Pad::kFull})
          for (int64_t channels : {1, 3, 4, 8, 15}) {
            Depthwise s{.batch = 2, .channels = channels};
            if (window2d(9, 12, kernel, stride, dilation, pad, &s.window)) check(s);
          }
}

TEST(Depthwise, ManyChannels) {
  for (int64_t channels : {66, 512}) {
    Depthwise s{.channels = channels};
    ASSERT_TRUE(window2d(6, 9, 3, 1, 1, Pad::kSame, &s.window));
    check(s);
  }
}

TEST(Depthwise, Multiplier) {
  for (int64_t multiplier : {2, 3, 4, 8})
    for (int64_t channels : {1, 3, 5}) {
      Depthwise s{.batch = 2, .channels = channels, .multiplier = multiplier};
      ASSERT_TRUE(window2d(7, 6, 3, 1, 1, Pad::kSame, &s.window));
      check(s);
    }
}

TEST(Depthwise, SmallAndMisaligned) {
  for (int64_t h : {1, 2, 4})
    for (int64_t w : {1, 3, 4, 5, 17})
      for (int misalign : {0, 1, 3}) {
        Depthwise s{.channels = 20};
        ASSERT_TRUE(window2d(h, w, 5, 1, 1, Pad::kSame, &s.window));
        check(s, misalign);
      }
}

}  // namespace
}  // namespace smw::kernels::test
