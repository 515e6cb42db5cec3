#include "kernels/pool.h"

#include "kernels/cells.h"
#include "kernels/generic.h"
#include "kernels/reference.h"

namespace smw::kernels::test {
namespace {

void check(const Pool& s, int misalign = 0) {
  const Window& w = s.window;
  const int64_t n = s.channels, inSize = s.batch * w.inSize() * n,
                outSize = s.batch * w.outSize() * n;
  SCOPED_TRACE(testing::Message() << w.in[0] << "x" << w.in[1] << "x" << w.in[2] << " kernel "
                                  << w.kernel[1] << " stride " << w.stride[1] << " channels " << n);
  const Floats inp(inSize, 1, misalign), grad(outSize, 2);
  std::vector<float> most(size_t(outSize), std::numeric_limits<float>::lowest()), mean(most);
  std::vector<double> sum(static_cast<size_t>(outSize)), count(sum),
      avgDx(static_cast<size_t>(inSize)), maxDx(avgDx);
  std::vector<int64_t> arg(size_t(outSize), -1);
  eachTap(w, s.batch, [&](int64_t o, int64_t, int64_t i) {
    for (int64_t c = 0; c < n; ++c) {
      const auto at = size_t(o * n + c);
      if (arg[at] < 0 || most[at] < inp[i * n + c]) most[at] = inp[i * n + c], arg[at] = i * n + c;
      sum[at] += inp[i * n + c];
      count[at] += 1;
    }
  });
  eachTap(w, s.batch, [&](int64_t o, int64_t, int64_t i) {
    for (int64_t c = 0; c < n; ++c) {
      const auto at = size_t(o * n + c);
      avgDx[size_t(i * n + c)] += grad[o * n + c] / count[at];
      if (arg[at] == i * n + c) maxDx[size_t(i * n + c)] += grad[o * n + c];
    }
  });
  for (size_t i = 0; i < mean.size(); ++i) mean[i] = float(sum[i] / count[i]);

  Threads three(3);
  Floats out(outSize, 3, misalign), out3(outSize, 4);
  maxPool(serial(), s, inp.data(), out.data());
  expectSameBits(out.data(), most.data(), outSize, "max");
  maxPool(three, s, inp.data(), out3.data());
  expectSameBits(out3.data(), out.data(), outSize, "max, three threads");
  avgPool(serial(), s, inp.data(), out.data());
  expectClose(out.data(), mean.data(), outSize, 1, "average");
  avgPool(three, s, inp.data(), out3.data());
  expectSameBits(out3.data(), out.data(), outSize, "average, three threads");

  for (bool includeBatch : {false, true}) {
    std::vector<int64_t> got(arg.size());
    maxPoolArgmax(three, s, inp.data(), out.data(), got.data(), includeBatch);
    expectSameBits(out.data(), most.data(), outSize, "argmax's maximum");
    for (size_t i = 0; i < got.size(); ++i) {
      const int64_t want = includeBatch || arg[i] < 0 ? arg[i] : arg[i] % (w.inSize() * n);
      ASSERT_EQ(got[i], want) << i;
    }
  }
  Floats dx(inSize, 5);
  maxPoolGrad(three, s, inp.data(), grad.data(), dx.data());
  for (int64_t i = 0; i < inSize; ++i) ASSERT_NEAR(dx[i], maxDx[size_t(i)], 1e-5) << i;
  avgPoolGrad(three, s, grad.data(), dx.data());
  for (int64_t i = 0; i < inSize; ++i) ASSERT_NEAR(dx[i], avgDx[size_t(i)], 1e-5) << i;

  const std::vector<double> wide(inp.data(), inp.data() + inSize);
  std::vector<double> result(static_cast<size_t>(outSize));
  maxPoolGeneric(three, s, wide.data(), result.data());
  for (int64_t i = 0; i < outSize; ++i)
    if (arg[size_t(i)] >= 0) ASSERT_EQ(float(result[size_t(i)]), most[size_t(i)]) << i;
  avgPoolGeneric(three, s, wide.data(), result.data());
  for (int64_t i = 0; i < outSize; ++i)
    if (arg[size_t(i)] >= 0)
      ASSERT_NEAR(result[size_t(i)], sum[size_t(i)] / count[size_t(i)], 1e-12) << i;
}

TEST(Pool, Sweep) {
  for (int64_t kernel : {1, 2, 3, 5})
    for (int64_t stride : {1, 2, 3})
      for (Pad pad : {Pad::kValid, Pad::kSame, Pad::kFull})
        for (int64_t channels : {1, 3, 4, 7, 16, 23, 48})
          for (int misalign : {0, 1}) {
            Pool s{.batch = 2, .channels = channels};
            if (window2d(9, 7, kernel, stride, 1, pad, &s.window)) check(s, misalign);
          }
}

TEST(Pool, ThreeDimensionsAndGlobal) {
  Pool s{.batch = 2, .channels = 9};
  s.window = {.in = {5, 6, 7},
              .out = {2, 3, 4},
              .kernel = {2, 3, 3},
              .stride = {2, 2, 2},
              .padBefore = {0, 1, 1}};
  check(s);
  s.window = {.in = {1, 30, 40}, .out = {1, 1, 1}, .kernel = {1, 30, 40}};
  check(s);
}

TEST(Pool, NanAndInfinityAsTensorFlow) {
  for (int64_t channels : {1, 16}) {
    Pool s{.channels = channels};
    ASSERT_TRUE(window2d(1, 4, 1, 1, 1, Pad::kValid, &s.window));
    s.window.kernel[2] = 4;
    s.window.out[2] = 1;
    const auto run = [&](std::vector<float> row) {
      std::vector<float> inp, out(size_t(channels), 0.f);
      for (float x : row) inp.insert(inp.end(), size_t(channels), x);
      maxPool(serial(), s, inp.data(), out.data());
      return out[0];
    };
    const float lowest = std::numeric_limits<float>::lowest();
    EXPECT_EQ(run({1, NAN, 3, 2}), 3);
    EXPECT_EQ(run({NAN, NAN, NAN, NAN}), lowest);
    EXPECT_EQ(run({-INFINITY, -INFINITY, -INFINITY, -INFINITY}), lowest);
  }
}

}  // namespace
}  // namespace smw::kernels::test
