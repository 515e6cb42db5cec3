// Squeeze and excite as one op, against the graph as it was.
#include "graph/evaluate.h"

namespace smw::testing {
namespace {

enum class Gate { kSigmoid, kRelu6OfSixths, kRelu6OverSix, kClipped };

/// A block over x (N,H,W,C), as exporters spell it.
struct Block {
  int64_t channels = 12, units = 5;
  Gate gate = Gate::kSigmoid;
  std::string hidden = "Relu";
  bool keepDims = true, dense = false, reshapesLast = false, packs = false, bias = true;
  std::vector<int32_t> axes = {1, 2};
  int64_t lastOfPixel = 0;  // where it is not the channels
  // What the block gives besides its own output.
  std::vector<Output> made = {};

  Output product(GraphBuilder& b, Output y, int64_t k, int64_t n, uint32_t seed) {
    const Output w = b.constant(dense ? noise({k, n}, seed) : noise({1, 1, k, n}, seed));
    y = dense ? b.node("MatMul", {y, w}, floatAttrs())
              : b.node("Conv2D", {y, w},
                       floatAttrs({{"strides", Ints{1, 1, 1, 1}},
                                   {"padding", std::string("SAME")},
                                   {"data_format", std::string("NHWC")}}));
    if (bias) y = b.node("BiasAdd", {y, b.constant(noise({n}, seed + 1))}, floatAttrs());
    return y;
  }
  Output scalar(GraphBuilder& b, const char* op, Output y, float by) {
    return b.node(op, {y, b.constant(*Tensor::scalar(by))}, floatAttrs());
  }
  Output pixel(GraphBuilder& b, Output y) {
    const int n = int(lastOfPixel ? lastOfPixel : channels);
    if (!packs) return b.node("Reshape", {y, b.ints({-1, 1, 1, n})}, floatAttrs());
    const auto one = [&](int v) { return b.constant(*Tensor::scalar(int32_t(v))); };
    Attrs ints;
    ints.set("T", DType::kInt32);
    Attrs shape;
    shape.set("T", DType::kFloat);
    const Output dims = b.node("Shape", {y}, shape);
    const Output batch = b.node("GatherV2", {dims, one(0), one(0)}, Attrs());
    ints.set("N", int64_t(4));
    return b.node("Reshape", {y, b.node("Pack", {batch, one(1), one(1), one(n)}, ints)},
                  floatAttrs());
  }

  Output add(GraphBuilder& b, Output x) {
    Output y = b.node("Mean", {x, b.ints(axes)}, floatAttrs({{"keep_dims", keepDims}}));
    if (!keepDims && !dense) y = pixel(b, y);
    made = {y};
    y = product(b, y, channels, units, 3);
    y = hidden == "Silu" ? b.node("Mul", {y, b.node("Sigmoid", {y}, floatAttrs())}, floatAttrs())
                         : b.node(hidden.c_str(), {y}, floatAttrs());
    made.push_back(y);
    y = product(b, y, units, channels, 7);
    switch (gate) {
      case Gate::kSigmoid:
        y = b.node("Sigmoid", {y}, floatAttrs());
        break;
      case Gate::kRelu6OfSixths:
        y = b.node("Relu6", {scalar(b, "AddV2", y, 3)}, floatAttrs());
        y = scalar(b, "Mul", y, 1.0f / 6);
        break;
      case Gate::kRelu6OverSix:
        y = b.node("Relu6", {scalar(b, "AddV2", y, 3)}, floatAttrs());
        y = scalar(b, "RealDiv", y, 6);
        break;
      case Gate::kClipped:
        y = scalar(b, "AddV2", scalar(b, "RealDiv", y, 6), 0.5f);
        y = b.node("ClipByValue",
                   {y, b.constant(*Tensor::scalar(0.0f)), b.constant(*Tensor::scalar(1.0f))},
                   floatAttrs());
        break;
    }
    if (reshapesLast) y = pixel(b, y);
    made.push_back(y);
    return b.node("Mul", {x, y}, floatAttrs());
  }
};

/// A convolution, so that x is known to be an image.
Output image(GraphBuilder& b, Output x, int64_t channels) {
  return b.node("Conv2D", {x, b.constant(noise({1, 1, 3, channels}, 11))},
                floatAttrs({{"strides", Ints{1, 1, 1, 1}},
                            {"padding", std::string("SAME")},
                            {"data_format", std::string("NHWC")}}));
}

void expectFused(Block block, int fused = 1) {
  for (int64_t batch : {1, 3}) {
    GraphBuilder b("g");
    Block copy = block;
    const Output y = copy.add(b, image(b, b.arg(), block.channels));
    same(b.returning({y}), {noise({batch, 5, 6, 3})},
         {{"_FusedSqueezeExcite", fused}, {"Mean", 1 - fused}});
  }
}

TEST(SqueezeExcite, EveryGate) {
  for (Gate gate : {Gate::kSigmoid, Gate::kRelu6OfSixths, Gate::kRelu6OverSix, Gate::kClipped})
    for (const char* hidden : {"Relu", "Silu", "Tanh"})
      for (bool bias : {true, false}) {
        // Without a bias the 3 is one value for all channels, which only FusedTail takes.
        if (!bias && gate != Gate::kSigmoid) continue;
        expectFused({.gate = gate, .hidden = hidden, .bias = bias});
      }
}

TEST(SqueezeExcite, EveryFormOfTheMean) {
  expectFused({.axes = {-2, -3}});
  for (bool packs : {false, true}) {
    expectFused({.keepDims = false, .packs = packs});
    expectFused({.keepDims = false, .dense = true, .reshapesLast = true, .packs = packs});
  }
}

TEST(SqueezeExcite, InSeveralSizes) {
  for (int64_t channels : {2, 7, 16, 33})
    for (int64_t units : {1, 8, 20}) expectFused({.channels = channels, .units = units});
}

TEST(SqueezeExcite, AGateByColumnStays) { expectFused({.axes = {1}}, 0); }

TEST(SqueezeExcite, AGateOfOtherChannelsStays) {
  GraphBuilder b("g");
  Block block{.reshapesLast = true, .lastOfPixel = 1};  // (12,1,1,1)
  const Output y = block.add(b, image(b, b.arg(), 12));
  same(b.returning({y}), {noise({1, 5, 6, 3})}, {{"_FusedSqueezeExcite", 0}});
}

TEST(SqueezeExcite, ValuesThatOthersReadStay) {
  for (size_t other = 0; other < 3; ++other) {
    GraphBuilder b("g");
    Block block;
    const Output y = block.add(b, image(b, b.arg(), 12));
    same(b.returning({y, block.made[other]}), {noise({2, 5, 6, 3})},
         {{"_FusedSqueezeExcite", 0}, {"Mean", 1}});
  }
}

TEST(SqueezeExcite, TheImageMayHaveOtherReaders) {
  GraphBuilder b("g");
  Block block;
  const Output x = image(b, b.arg(), 12), y = block.add(b, x);
  same(b.returning({b.node("AddV2", {x, y}, floatAttrs()), x}), {noise({2, 5, 6, 3})},
       {{"_FusedSqueezeExcite", 1}, {"Mean", 0}});
}

TEST(SqueezeExcite, OfOneImageByTheMeansOfAnother) {
  GraphBuilder b("g");
  const Output x = b.arg(), z = b.arg();
  Block block;
  const Output gated = block.add(b, x);
  const Output y = b.node("Mul", {z, block.made[2]}, floatAttrs());
  (void)gated;
  same(b.returning({y}), {noise({2, 5, 6, 12}), noise({2, 5, 6, 12}, 5)},
       {{"_FusedSqueezeExcite", 0}, {"Mean", 1}});
}

TEST(SqueezeExcite, WhatIsNotKnownToBeAnImageStays) {
  GraphBuilder b("g");
  Block block{.keepDims = false};
  const Output y = block.add(b, b.arg());
  same(b.returning({y}), {noise({2, 5, 6, 12})}, {{"_FusedSqueezeExcite", 0}, {"Mean", 1}});
}

TEST(SqueezeExcite, IsOffWhereThePassIs) {
  GraphBuilder b("g");
  Block block;
  const Output y = block.add(b, image(b, b.arg(), 12));
  const auto g = b.returning({y});
  Optimized o;
  o.off.insert("squeeze_excite");
  Functions none;
  ASSERT_TRUE(o.run(*g, none));
  EXPECT_EQ(count(*g, "_FusedSqueezeExcite"), 0);
  EXPECT_EQ(count(*g, "Mean"), 1);
}

}  // namespace
}  // namespace smw::testing
