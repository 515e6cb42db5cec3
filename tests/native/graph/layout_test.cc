// Graphs with channels first run with channels last, and give what they gave.
#include "graph/evaluate.h"

namespace smw::testing {
namespace {

struct Net {
  GraphBuilder b{"g"};
  Output op(const char* name, std::vector<Output> in, Attrs more = floatAttrs(), int outputs = 1) {
    return b.node(name, std::move(in), std::move(more), outputs);
  }
  Output weights(Ints dims, uint32_t seed) { return b.constant(noise(std::move(dims), seed)); }
  Output transpose(Output x, std::vector<int32_t> perm) {
    return op("Transpose", {x, b.ints(std::move(perm))});
  }
  Output first(Output x) { return transpose(x, {0, 3, 1, 2}); }
  Output last(Output x) { return transpose(x, {0, 2, 3, 1}); }
};

Attrs window(bool first, int64_t stride, std::string padding = "SAME") {
  return floatAttrs({{"strides", first ? Ints{1, 1, stride, stride} : Ints{1, stride, stride, 1}},
                     {"padding", std::move(padding)},
                     {"data_format", std::string(first ? "NCHW" : "NHWC")}});
}

TEST(Layout, AttributesOfChannelsFirst) {
  Net n;
  const Output x = n.b.arg();
  Output y = n.op("Conv2D", {x, n.weights({3, 3, 4, 8}, 2)}, window(true, 2));
  y = n.op("BiasAdd", {y, n.weights({8}, 3)}, floatAttrs({{"data_format", std::string("NCHW")}}));
  Tensor variance = noise({8}, 6);
  float* v = variance.data<float>();
  for (int64_t i = 0; i < variance.numElements(); ++i) v[i] = std::abs(v[i]) + 0.1f;
  y = n.op("FusedBatchNormV3",
           {y, n.weights({8}, 4), n.weights({8}, 5), n.weights({8}, 7), n.b.constant(variance)},
           floatAttrs(
               {{"epsilon", 1e-3f}, {"is_training", false}, {"data_format", std::string("NCHW")}}),
           6);
  const Output relu = n.op("Relu", {y});
  Attrs explicitly = window(true, 1, "EXPLICIT");
  explicitly.set("explicit_paddings", Ints{0, 0, 0, 0, 1, 0, 2, 1});
  Output z = n.op("DepthwiseConv2dNative", {relu, n.weights({2, 4, 8, 1}, 9)}, explicitly);
  z = n.op("AddV2", {z, n.weights({8, 1, 1}, 10)});
  z = n.op("AddV2", {relu, n.op("LeakyRelu", {z})});
  Attrs pool = window(true, 2, "VALID");
  pool.set("ksize", Ints{1, 1, 3, 2});
  z = n.op("ConcatV2", {n.op("MaxPool", {z}, pool), n.op("AvgPool", {z}, pool),
                        n.b.constant(*Tensor::scalar<int32_t>(1))});
  const Output mean = n.op("Mean", {z, n.b.ints({2, 3})});
  same(n.b.returning({mean}), {noise({2, 4, 13, 12})},
       {{"Transpose", 1},
        {"_FusedConv2D", 1},
        {"_FusedDepthwiseConv2d", 1},
        {"FusedBatchNormV3", 0},
        {"BiasAdd", 0}});
}

TEST(Layout, GradientsOfBatchNormsStay) {
  Net n;
  Tensor positive = noise({3}, 5);
  for (int i = 0; i < 3; ++i) positive.data<float>()[i] = 1.5f + positive.data<float>()[i];
  const Output dy = n.b.arg(), x = n.b.arg(), scale = n.b.constant(positive);
  const Output y =
      n.op("FusedBatchNormGradV3", {n.first(dy), x, scale, scale, scale, scale},
           floatAttrs(
               {{"epsilon", 1e-3f}, {"is_training", false}, {"data_format", std::string("NCHW")}}),
           5);
  same(n.b.returning({y}), {noise({2, 4, 5, 3}), noise({2, 3, 4, 5}, 2)}, {{"Transpose", 1}});
}

TEST(Layout, TransposesAroundEachConvolutionCancel) {
  Net n;
  const Output x = n.b.arg();
  const auto conv = [&](Output in, int64_t from, int64_t to, uint32_t seed) {
    const Output y =
        n.op("Conv2D", {n.last(in), n.weights({3, 3, from, to}, seed)}, window(false, 1));
    return n.op("AddV2", {n.first(y), n.weights({1, to, 1, 1}, seed + 1)});
  };
  const Output a = n.op("Relu", {conv(x, 3, 8, 2)});
  Output c = n.op("Mul", {n.op("Sigmoid", {conv(a, 8, 8, 5)}), n.weights({8, 6, 5}, 7)});
  c = n.op("ConcatV2", {c, a, n.b.constant(*Tensor::scalar<int32_t>(-3))});
  c = n.op("Maximum", {conv(c, 16, 4, 9), n.b.scalar(0.1f)});
  const Output sum = n.op("Sum", {c, n.b.ints({-1})}, floatAttrs({{"keep_dims", true}}));
  same(n.b.returning({sum, n.op("Max", {c, n.b.ints({1})})}), {noise({2, 3, 6, 5})},
       {{"Transpose", 2}, {"_FusedConv2D", 3}});
}

TEST(Layout, PaddingMovesAlong) {
  Net n;
  const Output x = n.b.arg();
  const auto pads =
      *Tensor::of<int32_t>(std::vector<int32_t>{0, 0, 0, 0, 1, 1, 2, 0}, Shape({4, 2}));
  Output y = n.op("Pad", {n.first(n.op("Exp", {x})), n.b.constant(pads)});
  y = n.op("Conv2D", {n.last(y), n.weights({3, 3, 3, 4}, 2)}, window(false, 1, "VALID"));
  same(n.b.returning({y}), {noise({1, 6, 5, 3})},
       {{"Transpose", 0}, {"Pad", 0}, {"_FusedConv2D", 1}});
}

TEST(Layout, WhatCannotFollowGetsWhatItHad) {
  Net n;
  const Output x = n.b.arg(), other = n.b.arg();
  const Output first = n.first(n.op("Neg", {x}));
  // Values of unknown rank, sums that leave channels and one axis, biases of the last dimension.
  const Output a = n.op("AddV2", {first, other});
  const Output s = n.op("Sum", {n.op("Exp", {first}), n.b.ints({2})});
  const Output bias = n.op("BiasAdd", {first, n.weights({5}, 3)});
  const Output flat = n.op("Reshape", {n.op("Abs", {first}), n.b.ints({2, -1})});
  same(n.b.returning({a, s, bias, flat}), {noise({2, 6, 5, 3}), noise({5})}, {{"BiasAdd", 1}});
}

TEST(Layout, SwitchedOff) {
  for (bool on : {true, false}) {
    Net n;
    const Output x = n.b.arg();
    const Output y = n.op("Conv2D", {x, n.weights({3, 3, 4, 8}, 2)}, window(true, 1));
    auto g = n.b.returning({y});
    Functions library;
    const auto want = evaluate(*g, library, {noise({1, 4, 6, 5})});
    Optimized o;
    if (!on) o.off = {"layout"};
    ASSERT_TRUE(o.run(*g, library));
    EXPECT_EQ(count(*g, "Transpose"), on ? 2 : 0);
    expectNear((*evaluate(*g, library, {noise({1, 4, 6, 5})}))[0], (*want)[0]);
  }
}

}  // namespace
}  // namespace smw::testing
