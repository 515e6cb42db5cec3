// Elementwise chains as one step, nodes that are the same: the same bits as before.
#include "graph/evaluate.h"

namespace smw::testing {
namespace {

/// Runs `g` with and without the pass, and holds the bytes together.
void sameBits(std::unique_ptr<Graph> g, const std::vector<Tensor>& args, int fused,
              std::string_view pass = "elementwise") {
  Functions library;
  std::vector<Tensor> results[2];
  for (bool on : {false, true}) {
    Graph copy = *g;
    Optimized o;
    if (!on) o.off = {std::string(pass)};
    const auto s = o.run(copy, library);
    ASSERT_TRUE(s) << s.error().message();
    EXPECT_EQ(count(copy, "_FusedElementwise"), on ? fused : 0);
    auto r = evaluate(copy, library, args);
    ASSERT_TRUE(r) << r.error().message();
    results[on] = *r;
  }
  for (size_t i = 0; i < results[0].size(); ++i) {
    ASSERT_EQ(results[0][i].describe(), results[1][i].describe());
    EXPECT_EQ(
        std::memcmp(results[0][i].raw(), results[1][i].raw(), size_t(results[0][i].numBytes())), 0)
        << i;
  }
}

struct Chain {
  GraphBuilder b{"g"};
  Output op(const char* name, std::vector<Output> in, Attrs more = floatAttrs()) {
    return b.node(name, std::move(in), std::move(more));
  }
};

TEST(Elementwise, ChainsOverShapesOfAllKinds) {
  using Shapes = std::vector<Ints>;
  for (const Shapes& s : {Shapes{{67}, {67}, {1}}, Shapes{{3, 700}, {700}, {3, 1}},
                          Shapes{{2, 5, 7, 3}, {3}, {2, 1, 1, 3}}, Shapes{{1, 8}, {1, 1}, {1}},
                          Shapes{{0, 4}, {4}, {1}}, Shapes{{5, 1}, {1, 300}, {5, 300}},
                          Shapes{{513}, {1, 513}, {1, 1}}, Shapes{{4, 6000}, {6000}, {4, 1}}}) {
    Chain c;
    const Output x = c.b.arg(), y = c.b.arg(), z = c.b.arg();
    Output v = c.op("AddV2", {c.op("Tanh", {x}), c.op("Exp", {y})});
    v = c.op("Mul", {v, c.op("Sigmoid", {c.op("Neg", {z})})});
    const Output mask = c.op("Greater", {v, c.b.scalar(0.1f)});
    v = c.op("SelectV2", {mask, v, c.op("Square", {y})});
    v = c.op("ClipByValue", {v, c.b.scalar(-1), c.b.scalar(2)});
    v = c.op("LeakyRelu", {v}, floatAttrs({{"alpha", 0.3f}}));
    Attrs cast;
    cast.set("SrcT", DType::kBool);
    cast.set("DstT", DType::kFloat);
    v = c.op("SquaredDifference", {v, c.op("Cast", {mask}, cast)});
    sameBits(c.b.returning({v}), {noise(s[0], 2), noise(s[1], 3), noise(s[2], 4)}, 1);
  }
}

TEST(Elementwise, ValuesThatOthersReadComeOutToo) {
  for (int64_t n : {8, 3000}) {
    Chain c;
    const Output x = c.b.arg(), y = c.b.arg();
    const Output a = c.op("AddV2", {x, y}), d = c.op("Exp", {a}), e = c.op("Mul", {d, x});
    // The second result could take the place of x, but x is read after the first one is written.
    sameBits(c.b.returning({a, e, d}), {noise({n}, 2), noise({n}, 3)}, 1);
  }
}

TEST(Elementwise, WhatLiesBetweenKeepsItsPlace) {
  // Exp, Sum, RealDiv: one step of the three would have to come before and after the sum.
  Chain c;
  const Output x = c.b.arg();
  const Output e = c.op("Exp", {c.op("Neg", {x})});
  const Output sum = c.op("Sum", {e, c.b.ints({1})}, floatAttrs({{"keep_dims", true}}));
  Output v = c.op("RealDiv", {c.op("Sqrt", {e}), c.op("Log", {sum})});
  v = c.op("AddV2", {v, e});
  sameBits(c.b.returning({v}), {noise({6, 100})}, 2);
}

TEST(Elementwise, ShapesStayKnown) {
  // What follows from shapes alone must be known before a run, as the size that Reshape gets here.
  Chain c;
  const Output x = c.b.arg();
  Attrs toFloat, toInt;
  toFloat.set("SrcT", DType::kInt32);
  toFloat.set("DstT", DType::kFloat);
  toInt.set("SrcT", DType::kFloat);
  toInt.set("DstT", DType::kInt32);
  Output size = c.op("Cast", {c.b.node("Shape", {x}, Attrs())}, toFloat);
  size = c.op("Cast", {c.op("Mul", {size, c.b.scalar(1)})}, toInt);
  const Output v = c.op("Reshape", {c.op("Exp", {c.op("Abs", {x})}), size});
  Functions library;
  auto g = c.b.returning({v});
  Optimized o;
  ASSERT_TRUE(o.run(*g, library));
  EXPECT_EQ(count(*g, "_FusedElementwise"), 1);
  EXPECT_EQ(count(*g, "Cast"), 2);
}

TEST(Elementwise, IntegersAndSingleOpsStay) {
  Chain c;
  const Output x = c.b.arg();
  Attrs ints;
  ints.set("T", DType::kInt32);
  const Output n = c.op("Mul", {x, x}, ints);
  auto g = c.b.returning({c.op("AddV2", {n, x}, ints)});
  Functions library;
  Optimized o;
  ASSERT_TRUE(o.run(*g, library));
  EXPECT_EQ(count(*g, "_FusedElementwise"), 0);
}

TEST(Elementwise, BatchNormsBeforeActivations) {
  GraphBuilder b("g");
  const Output x = b.arg();
  Tensor variance = noise({40}, 8);
  float* v = variance.data<float>();
  for (int64_t i = 0; i < variance.numElements(); ++i) v[i] = std::abs(v[i]) + 0.1f;
  Output y = b.node("FusedBatchNormV3",
                    {x, b.constant(noise({40}, 5)), b.constant(noise({40}, 6)),
                     b.constant(noise({40}, 7)), b.constant(variance)},
                    floatAttrs({{"epsilon", 1e-3f}, {"is_training", false}}), 6);
  y = b.node("Relu", {y}, floatAttrs());
  same(b.returning({y}), {noise({2, 9, 7, 40})},
       {{"FusedBatchNormV3", 0}, {"Relu", 0}, {"_FusedElementwise", 1}});
}

TEST(Elementwise, BiasesOfChannelsFirstStay) {
  for (int64_t width : {4, 3}) {
    GraphBuilder b("g");
    const Output y = b.node("BiasAdd", {b.arg(), b.constant(noise({3}, 2))},
                            floatAttrs({{"data_format", std::string("NCHW")}}));
    const Output z = b.node("Exp", {b.node("Relu", {y}, floatAttrs())}, floatAttrs());
    same(b.returning({z}), {noise({2, 3, 5, width})}, {{"BiasAdd", 1}, {"Relu", 0}});
  }
}

TEST(Elementwise, EmptyBesideAVector) {
  GraphBuilder b("g");
  const Output x = b.arg(), y = b.arg();  // (0,7) and (7)
  const Output e = b.node("Exp", {y}, floatAttrs());
  const Output p = b.node("Mul", {b.node("AddV2", {e, y}, floatAttrs()), x}, floatAttrs());
  const Output q = b.node("AddV2", {e, x}, floatAttrs());
  same(b.returning({p, q}), {noise({0, 7}), noise({7}, 2)}, {{"Exp", 0}, {"Mul", 0}});
}

TEST(Elementwise, SelectByAVectorOfRows) {
  for (int64_t n : {5, 700})
    for (bool first : {false, true}) {
      GraphBuilder b("g");
      const Output u = b.arg(), x = b.arg(), y = b.arg();
      const Output r = first ? b.node("Neg", {u}, floatAttrs()) : Output{};
      const Output rows = b.node("Greater", {x, y}, floatAttrs());
      const Output q = first ? r : b.node("Neg", {u}, floatAttrs());
      const Output s = b.node("Select", {rows, q, u}, floatAttrs());
      same(b.returning({q, s}), {noise({n, 1}), noise({n}, 2), noise({n}, 8)},
           {{"Select", 0}, {"Greater", 0}});
    }
}

TEST(Common, NodesOfOneValueBecomeOne) {
  for (bool on : {true, false}) {
    Chain c;
    const Output x = c.b.arg();
    const auto branch = [&](float alpha, float by) {
      return c.op("MatMul", {c.op("LeakyRelu", {x}, floatAttrs({{"alpha", alpha}})),
                             c.op("Mul", {x, c.b.scalar(by)})});
    };
    auto g = c.b.returning({branch(0.5f, 2), branch(0.5f, 2), branch(0.25f, 2), branch(0.5f, 3)});
    Functions library;
    const Tensor in = noise({4, 4});
    const auto want = evaluate(*g, library, {in});
    ASSERT_TRUE(want);
    Optimized o;
    if (!on) o.off = {"common"};
    ASSERT_TRUE(o.run(*g, library));
    EXPECT_EQ(count(*g, "MatMul"), on ? 3 : 4);
    EXPECT_EQ(count(*g, "LeakyRelu"), on ? 2 : 4);
    EXPECT_EQ(count(*g, "Mul"), on ? 2 : 4);
    const auto got = evaluate(*g, library, {in});
    ASSERT_TRUE(got);
    for (size_t i = 0; i < 4; ++i) expectNear((*got)[i], (*want)[i], 0);
  }
}

TEST(Common, RandomNumbersStayApart) {
  Chain c;
  Attrs a;
  a.set("T", DType::kInt32);
  a.set("dtype", DType::kFloat);
  const Output shape = c.b.ints({3});
  auto g =
      c.b.returning({c.b.node("RandomUniform", {shape}, a), c.b.node("RandomUniform", {shape}, a)});
  Functions library;
  Optimized o;
  ASSERT_TRUE(o.run(*g, library));
  EXPECT_EQ(count(*g, "RandomUniform"), 2);
}

}  // namespace
}  // namespace smw::testing
