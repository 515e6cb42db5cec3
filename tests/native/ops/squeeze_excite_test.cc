// Squeeze and excite against plain loops.
#include <cmath>
#include <random>

#include "ops/call_op.h"

namespace smw::testing {
namespace {

Tensor random(const Shape& shape, uint32_t seed) {
  std::mt19937 rng(seed);
  std::uniform_real_distribution<float> d(-1, 1);
  Tensor t = iota(shape);
  for (int64_t i = 0; i < t.numElements(); ++i) t.data<float>()[i] = d(rng);
  return t;
}

Attrs attrsFor(int64_t units, std::string gate) {
  Attrs a;
  a.set("units", units);
  a.set("reduce_activation", std::string("Relu"));
  a.set("expand_activation", std::move(gate));
  a.set("scale", 0.5f);
  return a;
}

/// activation(in (k) x w (k,n) + bias).
template <typename F>
std::vector<double> layer(const std::vector<double>& in, const Tensor& w, const Tensor& bias,
                          F activation) {
  const size_t n = size_t(w.shape().back());
  std::vector<double> out(n);
  for (size_t j = 0; j < n; ++j) {
    double sum = double(bias.data<float>()[j]);
    for (size_t i = 0; i < in.size(); ++i) sum += in[i] * double(w.data<float>()[i * n + j]);
    out[j] = activation(sum);
  }
  return out;
}

TEST(SqueezeExcite, AgainstPlainLoops) {
  for (int64_t channels : {1, 3, 8, 37})
    for (int64_t units : {1, 9})
      for (int64_t size : {1, 7, 20})
        for (bool clip : {false, true}) {
          const int64_t images = 2, pixels = size * 3;
          const Tensor x = random(Shape({images, size, 3, channels}), 1),
                       reduce = random(Shape({channels, units}), 2),
                       expand = random(Shape({1, 1, units, channels}), 3),
                       reduceBias = random(Shape({units}), 4),
                       expandBias = random(Shape({channels}), 5);
          const Tensor y = call("_FusedSqueezeExcite", {x, reduce, reduceBias, expand, expandBias},
                                attrsFor(units, clip ? "" : "Sigmoid"))[0];
          ASSERT_EQ(y.shape(), x.shape());
          for (int64_t n = 0; n < images; ++n) {
            const float *from = x.data<float>() + n * pixels * channels,
                        *got = y.data<float>() + n * pixels * channels;
            std::vector<double> mean(size_t(channels), 0.0);
            for (int64_t i = 0; i < pixels * channels; ++i)
              mean[size_t(i % channels)] += double(from[i]) / double(pixels);
            const auto hidden =
                layer(mean, reduce, reduceBias, [](double v) { return std::max(v, 0.0); });
            const auto gate = layer(hidden, expand, expandBias, [clip](double v) {
              return clip ? std::min(std::max(v, 0.0), 1.0) : 1 / (1 + std::exp(-v));
            });
            for (int64_t i = 0; i < pixels * channels; ++i)
              ASSERT_NEAR(got[i], double(from[i]) * 0.5 * gate[size_t(i % channels)], 1e-6);
          }
        }
}

TEST(SqueezeExcite, AnEmptyImage) {
  const auto y = call("_FusedSqueezeExcite",
                      {iota(Shape({2, 0, 3, 4})), iota(Shape({4, 2})), iota(Shape({2})),
                       iota(Shape({2, 4})), iota(Shape({4}))},
                      attrsFor(2, "Sigmoid"));
  EXPECT_EQ(y[0].shape(), Shape({2, 0, 3, 4}));
}

TEST(SqueezeExcite, WhatDoesNotFitIsRefused) {
  const auto refuses = [](int64_t units, Shape x, Shape reduce, Shape reduceBias, Shape expand,
                          Shape expandBias) {
    EXPECT_EQ(failure("_FusedSqueezeExcite",
                      {iota(x), iota(reduce), iota(reduceBias), iota(expand), iota(expandBias)},
                      attrsFor(units, "Sigmoid")),
              Code::kInvalidArgument);
  };
  const Shape x({1, 2, 2, 4}), reduce({4, 3}), three({3}), expand({3, 4}), four({4});
  refuses(2, x, reduce, three, expand, four);
  refuses(3, x, reduce, four, expand, four);
  refuses(3, x, reduce, three, expand, three);
  refuses(3, x, reduce, three, Shape({3, 5}), four);
  refuses(3, Shape({2, 2, 4}), reduce, three, expand, four);
}

}  // namespace
}  // namespace smw::testing
