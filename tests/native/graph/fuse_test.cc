// Fused graphs against the same graphs as they were.
#include <cmath>

#include "graph/evaluate.h"

namespace smw::testing {
namespace {

Attrs convAttrs(std::string padding = "SAME", int64_t stride = 1) {
  return floatAttrs({{"strides", Ints{1, stride, stride, 1}},
                     {"padding", std::move(padding)},
                     {"data_format", std::string("NHWC")}});
}

Tensor positive(int64_t n, uint32_t seed) {
  Tensor t = noise({n}, seed);
  for (int64_t i = 0; i < n; ++i) t.data<float>()[i] = std::abs(t.data<float>()[i]) + 0.1f;
  return t;
}

Output batchNorm(GraphBuilder& b, Output x, int64_t n, uint32_t seed) {
  return b.node("FusedBatchNormV3",
                {x, b.constant(noise({n}, seed)), b.constant(noise({n}, seed + 1)),
                 b.constant(noise({n}, seed + 2)), b.constant(positive(n, seed + 3))},
                floatAttrs({{"epsilon", 1e-3f}, {"is_training", false}}), 6);
}

TEST(Fuse, ConvBatchNormRelu6) {
  ASSERT_TRUE(findOp("FusedBatchNormV3"));
  GraphBuilder b("g");
  const Output x = b.arg();
  Output y = b.node("Conv2D", {x, b.constant(noise({3, 3, 5, 11}, 3))}, convAttrs("SAME", 2));
  y = b.node("BiasAdd", {y, b.constant(noise({11}, 4))}, floatAttrs());
  y = batchNorm(b, y, 11, 7);
  y = b.node("Relu6", {y}, floatAttrs());
  same(b.returning({y}), {noise({2, 7, 6, 5})},
       {{"_FusedConv2D", 1}, {"Conv2D", 0}, {"FusedBatchNormV3", 0}, {"Relu6", 0}});
}

TEST(Fuse, DepthwiseWithArithmeticByChannel) {
  GraphBuilder b("g");
  const Output x = b.arg();
  Output y = b.node("DepthwiseConv2dNative", {x, b.constant(noise({3, 3, 6, 2}, 3))}, convAttrs());
  y = b.node("Mul", {y, b.constant(noise({1, 1, 1, 12}, 5))}, floatAttrs());
  y = b.node("AddV2", {b.constant(noise({12}, 6)), y}, floatAttrs());
  y = b.node("Sub", {y, b.constant(noise({12}, 8))}, floatAttrs());
  y = b.node("LeakyRelu", {y}, floatAttrs({{"alpha", 0.3f}}));
  same(b.returning({y}), {noise({2, 5, 6, 6})},
       {{"_FusedDepthwiseConv2d", 1}, {"Mul", 0}, {"AddV2", 0}, {"Sub", 0}, {"LeakyRelu", 0}});
}

TEST(Fuse, PadGoesIntoTheConvolution) {
  GraphBuilder b("g");
  const Output x = b.arg();
  auto pads = *Tensor::of<int32_t>(std::vector<int32_t>{0, 0, 0, 1, 2, 1, 0, 0}, Shape({4, 2}));
  Output y = b.node("Pad", {x, b.constant(pads)}, floatAttrs());
  y = b.node("Conv2D", {y, b.constant(noise({3, 3, 4, 9}, 3))}, convAttrs("VALID", 2));
  same(b.returning({y}), {noise({1, 8, 9, 4})}, {{"_FusedConv2D", 1}, {"Pad", 0}});
}

TEST(Fuse, GroupedConvolutionKeepsItsAnswer) {
  for (int64_t out : {12, 16}) {
    GraphBuilder b("g");
    const Output x = b.arg();
    Output y = b.node("Conv2D", {x, b.constant(noise({3, 3, 3, out}, 3))}, convAttrs());
    y = b.node("BiasAdd", {y, b.constant(noise({out}, 4))}, floatAttrs());
    same(b.returning({y}), {noise({1, 5, 5, 6})}, {{"_FusedConv2D", 1}});
  }
}

TEST(Fuse, GroupsOfOneChannelAreDepthwise) {
  for (int64_t out : {6, 12}) {
    GraphBuilder b("g");
    const Output x = b.arg();
    Output y = b.node("Conv2D", {x, b.constant(noise({5, 5, 1, out}, 3))}, convAttrs("SAME", 2));
    y = batchNorm(b, y, out, 7);
    y = b.node("Relu6", {y}, floatAttrs());
    same(b.returning({y}), {noise({2, 7, 6, 6})},
         {{"_FusedConv2D", 1}, {"FusedBatchNormV3", 0}, {"Relu6", 0}});
  }
}

TEST(Fuse, LargeFiltersOfOneChannel) {
  for (int64_t in : {1, 4}) {
    GraphBuilder b("g");
    const Output x = b.arg();
    Output y = b.node("Conv2D", {x, b.constant(noise({12, 12, 1, 8}, 3))}, convAttrs("VALID"));
    y = b.node("Relu", {y}, floatAttrs());
    same(b.returning({y}), {noise({2, 14, 13, in})}, {{"_FusedConv2D", 1}, {"Relu", 0}});
  }
}

TEST(Fuse, OneFilterMayHaveGroupsInOnePlaceOnly) {
  GraphBuilder b("g");
  const Output grey = b.arg(), x = b.arg(), filter = b.constant(noise({3, 3, 1, 8}, 3));
  const Output y = b.node("Conv2D", {grey, filter}, convAttrs());
  const Output z = b.node("Conv2D", {x, filter}, convAttrs());
  same(b.returning({y, z}), {noise({2, 7, 6, 1}), noise({2, 5, 6, 4}, 2)}, {{"_FusedConv2D", 2}});
}

TEST(Fuse, ResidualOfTheSameShapeAndBroadcast) {
  for (auto dims : {std::vector<int64_t>{2, 4, 4, 8}, {2, 1, 1, 8}, {8}, {3, 2, 4, 4, 8}}) {
    GraphBuilder b("g");
    const Output x = b.arg(), z = b.arg();
    Output y = b.node("Conv2D", {x, b.constant(noise({1, 1, 5, 8}, 3))}, convAttrs());
    y = b.node("AddV2", {z, y}, floatAttrs());
    y = b.node("Relu", {y}, floatAttrs());
    same(b.returning({y}), {noise({2, 4, 4, 5}), noise(dims, 9)},
         {{"_FusedConv2D", 1}, {"AddV2", 0}, {"Relu", 0}});
  }
}

TEST(Fuse, ValuesThatOthersReadStay) {
  GraphBuilder b("g");
  const Output x = b.arg();
  const Output c = b.node("Conv2D", {x, b.constant(noise({1, 1, 5, 8}, 3))}, convAttrs());
  const Output y = b.node("Relu", {c}, floatAttrs());
  same(b.returning({y, c}), {noise({2, 4, 4, 5})}, {{"_FusedConv2D", 1}, {"Relu", 1}});
}

TEST(Fuse, BothSidesOfASum) {
  GraphBuilder b("g");
  const Output x = b.arg();
  const Output l = b.node("Conv2D", {x, b.constant(noise({1, 1, 5, 8}, 3))}, convAttrs());
  const Output r = b.node("Conv2D", {x, b.constant(noise({1, 1, 5, 8}, 4))}, convAttrs());
  const Output y = b.node("AddV2", {l, r}, floatAttrs());
  same(b.returning({y}), {noise({2, 4, 4, 5})}, {{"_FusedConv2D", 2}, {"AddV2", 0}});
}

TEST(Fuse, BothSidesOfASumKeepWhatIsTheirs) {
  GraphBuilder b("g");
  const Output x = b.arg();
  Output sides[2];
  for (uint32_t i = 0; i < 2; ++i) {
    Output y = b.node("Conv2D", {x, b.constant(noise({1, 1, 4, 8}, 3 + i))}, convAttrs());
    y = b.node("BiasAdd", {y, b.constant(noise({8}, 5 + i))}, floatAttrs());
    sides[i] = batchNorm(b, y, 8, 10 + 9 * i);
  }
  Output y = b.node("AddV2", {sides[0], sides[1]}, floatAttrs());
  y = b.node("Relu", {y}, floatAttrs());
  same(b.returning({y}), {noise({1, 3, 3, 4})},
       {{"_FusedConv2D", 2}, {"Conv2D", 0}, {"BiasAdd", 0}, {"FusedBatchNormV3", 0}, {"AddV2", 0}});
}

TEST(Fuse, AChainOfProductsWithoutBiasKeepsEachActivation) {
  GraphBuilder b("g");
  Output y = b.arg();
  for (uint32_t layer : {3u, 4u, 5u}) {
    y = b.node("MatMul", {y, b.constant(noise({6, 6}, layer))}, floatAttrs());
    y = b.node("Tanh", {y}, floatAttrs());
  }
  same(b.returning({y}), {noise({2, 6})}, {{"_FusedMatMul", 3}, {"Tanh", 0}});
}

TEST(Fuse, MatMulEveryActivation) {
  for (const char* op : {"Relu", "Relu6", "Elu", "Selu", "Sigmoid", "Tanh", "Softplus", "Softsign"})
    for (bool transposed : {false, true}) {
      GraphBuilder b("g");
      const Output x = b.arg();
      const Tensor w = transposed ? noise({13, 7}, 2) : noise({7, 13}, 2);
      Output y = b.node("MatMul", {x, b.constant(w)}, floatAttrs({{"transpose_b", transposed}}));
      y = b.node("Mul", {y, b.constant(noise({13}, 5))}, floatAttrs());
      y = b.node("BiasAdd", {y, b.constant(noise({13}, 3))}, floatAttrs());
      y = b.node(op, {y}, floatAttrs());
      same(b.returning({y}), {noise({5, 7})}, {{"_FusedMatMul", 1}, {"MatMul", 0}, {op, 0}});
    }
}

TEST(Fuse, BiasThatWouldBroadcastTheProductStays) {
  GraphBuilder b("g");
  const Output x = b.arg();
  Output y = b.node("MatMul", {x, b.constant(noise({7, 1}, 2))}, floatAttrs());
  y = b.node("AddV2", {y, b.constant(noise({4}, 3))}, floatAttrs());
  same(b.returning({y}), {noise({5, 7})}, {{"_FusedMatMul", 1}, {"AddV2", 1}});
  GraphBuilder c("g");
  const Output z = c.arg();
  Output w = c.node("MatMul", {z, c.constant(noise({7, 3}, 2))}, floatAttrs());
  w = c.node("AddV2", {w, c.constant(noise({1, 1, 3}, 3))}, floatAttrs());
  same(c.returning({w}), {noise({5, 7})}, {{"_FusedMatMul", 1}, {"AddV2", 1}});
}

TEST(Fuse, EinsumsOfDenseLayersAndAttention) {
  struct Case {
    const char* equation;
    std::vector<int64_t> x, w, bias;
  };
  for (const Case& k :
       {Case{"abc,cde->abde", {2, 3, 8}, {8, 2, 5}, {2, 5}},
        Case{"abcd,cde->abe", {2, 3, 2, 5}, {2, 5, 8}, {8}},
        Case{"...x,xy->...y", {4, 3, 6}, {6, 7}, {7}}, Case{"ab,cb->ac", {4, 6}, {7, 6}, {7}}}) {
    GraphBuilder b("g");
    const Output x = b.arg();
    Output y = b.node("Einsum", {x, b.constant(noise(k.w, 2))},
                      floatAttrs({{"equation", std::string(k.equation)}, {"N", int64_t(2)}}));
    y = b.node("AddV2", {y, b.constant(noise(k.bias, 3))}, floatAttrs());
    same(b.returning({y}), {noise(k.x)}, {{"_FusedMatMul", 1}, {"Einsum", 0}, {"AddV2", 0}});
  }
}

TEST(Fuse, SpelledOutActivations) {
  const auto scalar = [](GraphBuilder& b, float v) { return b.scalar(v); };
  for (std::string want : {"_Silu", "_HardSwish", "_GeluErf", "_GeluTanh", "_Mish"}) {
    GraphBuilder b("g");
    const Output x = b.arg();
    const auto op = [&](const char* name, std::vector<Output> in) {
      return b.node(name, std::move(in), floatAttrs());
    };
    Output y;
    if (want == "_Silu") y = op("Mul", {x, op("Sigmoid", {op("Mul", {scalar(b, 1), x})})});
    if (want == "_Mish") y = op("Mul", {x, op("Tanh", {op("Softplus", {x})})});
    if (want == "_HardSwish")
      y = op(
          "Mul",
          {x, op("Mul", {op("Relu6", {op("AddV2", {x, scalar(b, 3)})}), scalar(b, 0.16666667f)})});
    if (want == "_GeluErf")
      y = op("Mul", {op("Mul", {scalar(b, 0.5f), x}),
                     op("AddV2",
                        {scalar(b, 1), op("Erf", {op("RealDiv", {x, scalar(b, 1.41421354f)})})})});
    if (want == "_GeluTanh")
      y = op(
          "Mul",
          {op("Mul", {scalar(b, 0.5f), x}),
           op("AddV2",
              {scalar(b, 1),
               op("Tanh",
                  {op("Mul", {scalar(b, 0.797884583f),
                              op("AddV2", {x, op("Mul", {scalar(b, 0.044715f),
                                                         op("Pow", {x, scalar(b, 3)})})})})})})});
    Tensor in = noise({4, 9});
    for (int64_t i = 0; i < in.numElements(); ++i) in.data<float>()[i] *= 5;
    same(b.returning({y}), {in}, {{want, 1}, {"Mul", 0}});
  }
}

/// TensorFlow's GELU by erfc, and ways to write it that are none.
TEST(Fuse, GeluByErfc) {
  struct Case {
    const char* how;
    bool isGelu;
  };
  for (const Case& k :
       {Case{"-x * c", true}, Case{"x * -c", true}, Case{"-(x / c)", true}, Case{"half last", true},
        Case{"half of erfc", true}, Case{"x * c", false}, Case{"-(-x * c)", false},
        Case{"of another", false}, Case{"-another * c", false}}) {
    SCOPED_TRACE(k.how);
    const std::string how = k.how;
    GraphBuilder b("g");
    const Output x = b.arg(), another = b.arg();
    const auto op = [&](const char* name, std::vector<Output> in) {
      return b.node(name, std::move(in), floatAttrs());
    };
    const Output c = b.scalar(0.707106769f), half = b.scalar(0.5f);
    Output in = op("Mul", {op("Neg", {how == "-another * c" ? another : x}), c});
    if (how == "x * -c") in = op("Mul", {x, b.scalar(-0.707106769f)});
    if (how == "-(x / c)") in = op("Neg", {op("RealDiv", {x, b.scalar(1.41421354f)})});
    if (how == "x * c") in = op("Mul", {x, c});
    if (how == "-(-x * c)") in = op("Neg", {op("Mul", {op("Neg", {x}), c})});
    const Output erfc = op("Erfc", {in});
    Output y = op("Mul", {op("Mul", {half, how == "of another" ? another : x}), erfc});
    if (how == "half last") y = op("Mul", {op("Mul", {x, erfc}), half});
    if (how == "half of erfc") y = op("Mul", {x, op("Mul", {erfc, half})});
    Tensor values = noise({4, 9});
    for (int64_t i = 0; i < values.numElements(); ++i) values.data<float>()[i] *= 5;
    if (k.isGelu)
      same(b.returning({y}), {values, noise({4, 9}, 2)}, {{"_GeluErf", 1}, {"Mul", 0}});
    else
      same(b.returning({y}), {values, noise({4, 9}, 2)}, {{"_GeluErf", 0}});
  }
}

TEST(Fuse, SpelledOutActivationsBehindConvolutions) {
  GraphBuilder b("g");
  const Output x = b.arg();
  const Output y = b.node("Conv2D", {x, b.constant(noise({1, 1, 5, 8}, 3))}, convAttrs());
  const Output beta = b.node("Mul", {b.scalar(1), y}, floatAttrs());
  const Output gate = b.node("Sigmoid", {beta}, floatAttrs());
  same(b.returning({b.node("Mul", {y, gate}, floatAttrs())}), {noise({1, 4, 4, 5})},
       {{"_FusedConv2D", 1}, {"_Silu", 0}, {"Sigmoid", 0}});
}

/// As onnx2tf has x * sigmoid(x).
TEST(Fuse, WhatLeavesAValueAsItIs) {
  for (const char* off : {"", "tiles", "factor", "inner"}) {
    SCOPED_TRACE(off);
    const std::string what = off;
    GraphBuilder b("g");
    const Output x = b.arg();
    const Output y = b.node("Conv2D", {x, b.constant(noise({1, 1, 5, 8}, 3))}, convAttrs());
    const auto around = [&](Output o) {
      o = b.node("Tile", {o, b.ints({1, 1, what == "tiles" ? 2 : 1, 1})}, floatAttrs());
      o = b.node("Mul", {o, b.scalar(what == "inner" ? -1.00001f : -1)}, floatAttrs());
      return b.node("Mul", {b.scalar(what == "factor" ? -1.00001f : -1), o}, floatAttrs());
    };
    const Output gate = around(b.node("Sigmoid", {y}, floatAttrs()));
    auto g = b.returning({b.node("Mul", {around(y), gate}, floatAttrs())});
    if (what.empty())
      same(std::move(g), {noise({1, 4, 4, 5})},
           {{"_FusedConv2D", 1}, {"Tile", 0}, {"Mul", 0}, {"_Silu", 0}});
    else
      same(std::move(g), {noise({1, 4, 4, 5})}, {{"_Silu", 0}, {"Tile", what == "tiles" ? 2 : 0}});
  }
}

TEST(Fuse, SharedWeightsAreScaledOnce) {
  ASSERT_TRUE(findOp("FusedBatchNormV3"));
  GraphBuilder b("g");
  const Output x = b.arg();
  const Output w = b.constant(noise({1, 1, 5, 8}, 3));
  const Output l = batchNorm(b, b.node("Conv2D", {x, w}, convAttrs()), 8, 5);
  const Output plain = b.node("Conv2D", {b.node("Relu", {x}, floatAttrs()), w}, convAttrs());
  const Output strided = b.node("Conv2D", {x, w}, convAttrs("SAME", 2));
  same(b.returning({l, plain, strided}), {noise({2, 4, 4, 5})}, {{"_FusedConv2D", 3}});
}

TEST(Fuse, SignaturesThatReadAFilterAlike) {
  for (int64_t stride : {1, 2}) {
    const Ref<Constant> filter = makeConstant(noise({3, 3, 4, 8}, 3));
    std::unique_ptr<Graph> graphs[2];
    for (int i = 0; i < 2; ++i) {
      GraphBuilder b(i ? "second" : "first");
      const Output x = b.arg(), w = {b.g->addConst("w", filter), 0};
      const Output y = b.node("Conv2D", {x, w}, convAttrs("SAME", i ? stride : 1));
      graphs[i] = b.returning({b.node("Relu", {y}, floatAttrs())});
    }
    Functions functions;
    ConstantPool pool;
    const Variables none;
    PassContext c{.roots = {graphs[0].get(), graphs[1].get()},
                  .library = functions,
                  .constants = pool,
                  .variables = none};
    ASSERT_TRUE(optimizeBeforeLoad(c));
    EXPECT_EQ(filter->layout, Layout::kPacked);
    EXPECT_EQ(filter->readersAlike, stride == 1);
  }
}

TEST(Fuse, SwitchedOff) {
  GraphBuilder b("g");
  const Output x = b.arg();
  Output y = b.node("MatMul", {x, b.constant(noise({7, 13}, 2))}, floatAttrs());
  y = b.node("Relu", {y}, floatAttrs());
  auto g = b.returning({y});
  Functions library;
  Optimized o;
  o.off = {"fuse"};
  ASSERT_TRUE(o.run(*g, library));
  EXPECT_EQ(count(*g, "MatMul"), 1);
  EXPECT_EQ(count(*g, "Relu"), 1);
}

}  // namespace
}  // namespace smw::testing
