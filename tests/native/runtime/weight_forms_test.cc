// Weights in larger, faster forms: taken as far as memory allows, with the same answer.
#include <algorithm>
#include <cmath>

#include "kernels/pack.h"
#include "runtime/executor.h"
#include "test_graph.h"

namespace smw::testing {
namespace {

constexpr int64_t kChannels = 16;

Tensor noise(std::vector<int64_t> dims, uint32_t seed) {
  Tensor t = *Tensor::allocate(DType::kFloat, *Shape::make(dims));
  for (int64_t i = 0; i < t.numElements(); ++i)
    t.data<float>()[i] = float(int32_t(seed = seed * 1664525u + 1013904223u)) * 0x1p-31f;
  return t;
}

/// As packWeights leaves a 3x3 filter: its panels under the shape [9, C, OC].
Tensor panels() {
  const Tensor filter = noise({9, kChannels, kChannels}, 5);
  const int64_t rows = 9 * kChannels;
  Tensor t = *Tensor::allocate(DType::kFloat, Shape({kernels::packedFloats(rows, kChannels)}));
  kernels::packB(filter.data<float>(), rows, kChannels, kChannels, 1, t.data<float>());
  return t;
}

Attrs convAttrs() {
  Attrs a;
  a.set("strides", std::vector<int64_t>{1, 1, 1, 1});
  a.set("padding", std::string("SAME"));
  a.set("packed", true);
  a.set("shape", std::vector<int64_t>{3, 3, kChannels, kChannels});
  a.set("num_args", int64_t(0));
  return a;
}

struct Case {
  NullContext context;
  TestFunctions library;
  Executor executor{library, context};
  GraphBuilder b{"g"};
  Output x = b.arg(), weight = b.constant(panels());
  std::unique_ptr<Graph> graph;
  std::unique_ptr<Plan> plan;

  explicit Case(int64_t allowance) { context.weightForms.allowance = allowance; }
  Output conv(Output in, const char* activation = "") {
    Attrs a = convAttrs();
    a.set("activation", std::string(activation));
    return b.node("_FusedConv2D", {in, weight}, a);
  }
  std::vector<float> run(int64_t size, int64_t batch = 1) {
    if (!plan) plan = *Plan::make(*graph);
    executor.start(*plan, {noise({batch, size, size, kChannels}, 9)});
    auto state = executor.run({});
    EXPECT_TRUE(state) << state.error().toJson();
    return state ? values(executor.takeOutputs()[0]) : std::vector<float>();
  }
  int64_t weightBytes() { return (*graph)[weight.node].constant->value.numBytes(); }
};

void expectNear(const std::vector<float>& got, const std::vector<float>& want) {
  ASSERT_EQ(got.size(), want.size());
  float largest = 0;
  for (float w : want) largest = std::max(largest, std::abs(w));
  for (size_t i = 0; i < got.size(); ++i) ASSERT_NEAR(got[i], want[i], 1e-5 * largest) << i;
}

constexpr int64_t kPanelBytes = 9 * kChannels * kChannels * 4, kPointBytes = 4 * kPanelBytes;

TEST(WeightForms, TheFormReplacesAWeightThatNobodyElseReads) {
  Case plain(-(int64_t(1) << 40)), fast(1 << 20);
  for (Case* c : {&plain, &fast}) c->graph = c->b.returning({c->conv(c->x)});
  for (int64_t size : {32, 32, 5, 33}) expectNear(fast.run(size), plain.run(size));
  EXPECT_EQ(plain.weightBytes(), kPanelBytes);
  EXPECT_EQ(plain.context.weightForms.bytes, 0);
  EXPECT_EQ(fast.weightBytes(), kPointBytes);
  EXPECT_EQ(fast.context.weightForms.bytes, kPointBytes);
  EXPECT_EQ(fast.context.weightForms.replaced, kPanelBytes);
  EXPECT_LT(fast.context.weightForms.allowance, 1 << 20);
}

TEST(WeightForms, ConvolutionsStoreTheirChannelsSideBySide) {
  Case plain(-(int64_t(1) << 40)), fast(1 << 20);
  for (Case* c : {&plain, &fast}) {
    const Output axis = c->b.constant(*Tensor::scalar<int32_t>(3));
    c->graph =
        c->b.returning({c->b.node("ConcatV2", {c->conv(c->x), c->x, c->conv(c->x, "Silu"), axis})});
  }
  for (int64_t size : {32, 5, 33})
    for (int64_t batch : {1, 2}) expectNear(fast.run(size, batch), plain.run(size, batch));
  EXPECT_GE(fast.context.weightForms.bytes, kPointBytes);
}

TEST(WeightForms, NothingToConvolve) {
  Case fast(1 << 20);
  fast.graph = fast.b.returning({fast.conv(fast.x)});
  fast.run(32);
  EXPECT_EQ(fast.weightBytes(), kPointBytes);
  EXPECT_TRUE(fast.run(32, 0).empty());
  EXPECT_TRUE(fast.run(0).empty());
}

TEST(WeightForms, ASharedWeightKeepsItsPanels) {
  Case plain(-(int64_t(1) << 40)), fast(1 << 20);
  for (Case* c : {&plain, &fast}) c->graph = c->b.returning({c->conv(c->conv(c->x))});
  for (int64_t size : {32, 3, 32}) expectNear(fast.run(size), plain.run(size));
  EXPECT_EQ(fast.weightBytes(), kPanelBytes);
  EXPECT_GE(fast.context.weightForms.bytes, kPointBytes);
  EXPECT_EQ(fast.context.weightForms.replaced, 0);
}

TEST(WeightForms, GraphsWithTheSameConvolutionShareTheForm) {
  Case plain(-(int64_t(1) << 40)), fast(1 << 20);
  for (Case* c : {&plain, &fast}) c->graph = c->b.returning({c->conv(c->x)});
  const Ref<Constant> weight = (*fast.graph)[fast.weight.node].constant;
  weight->readersAlike = true;
  GraphBuilder other("other");
  const Output x = other.arg();
  const Output y =
      other.node("_FusedConv2D", {x, {other.g->addConst("w", weight), 0}}, convAttrs());
  const auto second = other.returning({other.node("Identity", {y})});
  expectNear(fast.run(32), plain.run(32));
  EXPECT_EQ(weight->value.numBytes(), kPointBytes);
  fast.plan = *Plan::make(*second);
  for (int64_t size : {32, 7}) expectNear(fast.run(size), plain.run(size));
  EXPECT_EQ(fast.context.weightForms.bytes, kPointBytes);
}

}  // namespace
}  // namespace smw::testing
