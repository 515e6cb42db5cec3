// Layer norms in the ways in which frameworks spell them, and dense layers on more dimensions.
#include "graph/evaluate.h"

namespace smw::testing {
namespace {

struct Norm {
  GraphBuilder b{"g"};
  Output x = b.arg();
  Output op(const char* name, std::vector<Output> in) {
    return b.node(name, std::move(in), floatAttrs());
  }
  Output mean(Output of, int axis = -1) {
    return b.node("Mean", {of, b.ints({axis})}, floatAttrs({{"keep_dims", true}}));
  }
  std::vector<int64_t> vector = {24};
  Output vec(uint32_t seed) { return b.constant(noise(vector, seed)); }
};

constexpr float kEpsilon = 1e-3f;

TEST(LayerNorm, AsKeras2SpellsIt) {
  for (bool gamma : {false, true}) {
    Norm n;
    const Output mean = n.mean(n.x);
    const Output v = n.mean(n.op("SquaredDifference", {n.x, mean}));
    Output s = n.op("Rsqrt", {n.op("AddV2", {v, n.b.scalar(kEpsilon)})});
    if (gamma) s = n.op("Mul", {s, n.vec(3)});
    const Output y =
        n.op("AddV2", {n.op("Mul", {n.x, s}), n.op("Sub", {n.vec(4), n.op("Mul", {mean, s})})});
    same(n.b.returning({y}), {noise({2, 5, 24})}, {{"_LayerNorm", 1}, {"Mean", 0}, {"Mul", 0}});
  }
}

TEST(LayerNorm, AsKeras3AndOthersSpellIt) {
  for (int form = 0; form < 5; ++form) {
    Norm n;
    const Output mean = n.mean(n.x), d = n.op("Sub", {n.x, mean});
    const Output square = form == 1   ? n.op("Mul", {d, d})
                          : form == 2 ? n.op("Square", {d})
                          : form == 3 ? n.op("Pow", {d, n.b.scalar(2)})
                                      : n.op("SquaredDifference", {mean, n.x});
    const Output sum = n.op("AddV2", {n.b.scalar(kEpsilon), n.mean(square)});
    Output y;
    if (form == 0) {
      const Output s = n.op("Mul", {n.vec(3), n.op("Rsqrt", {sum})});
      const Output shift = n.op("AddV2", {n.op("Mul", {n.op("Neg", {mean}), s}), n.vec(4)});
      y = n.op("AddV2", {n.op("Mul", {s, n.x}), shift});
    } else {
      y = form == 1 ? n.op("RealDiv", {d, n.op("Sqrt", {sum})})
                    : n.op("Mul", {d, n.op("Rsqrt", {sum})});
      y = n.op("AddV2", {n.op("Mul", {n.vec(3), y}), n.vec(4)});
    }
    same(n.b.returning({y}), {noise({2, 5, 24})},
         {{"_LayerNorm", 1}, {"Mean", 0}, {"AddV2", 0}, {"Mul", 0}});
  }
}

/// Gamma and beta as (1,1,24): of as many dimensions as x, or more.
TEST(LayerNorm, VectorsOfMoreDimensions) {
  for (const Ints& dims : {Ints{2, 5, 24}, Ints{7, 24}}) {
    Norm n;
    n.vector = {1, 1, 24};
    const Output mean = n.mean(n.x);
    const Output v = n.mean(n.op("SquaredDifference", {n.x, mean}));
    const Output s =
        n.op("Mul", {n.op("Rsqrt", {n.op("AddV2", {v, n.b.scalar(kEpsilon)})}), n.vec(3)});
    const Output shift = n.op("AddV2", {n.op("Mul", {n.op("Neg", {mean}), s}), n.vec(4)});
    const Output y = n.op("AddV2", {n.op("Mul", {n.x, s}), shift});
    same(n.b.returning({y}), {noise(dims)}, {{"_LayerNorm", 1}, {"Mean", 0}, {"Mul", 0}});
  }
}

TEST(LayerNorm, AsBatchNormOverRows) {
  GraphBuilder b("g");
  const Output x = b.arg();
  const auto vector = [&](float v) {
    Tensor t = noise({10});
    std::fill_n(t.data<float>(), 10, v);
    return b.constant(t);
  };
  const Output none = b.constant(noise({0}));
  Output y = b.node("Reshape", {x, b.ints({1, 10, 24, 1})}, floatAttrs());
  y = b.node("FusedBatchNormV3", {y, vector(1), vector(0), none, none},
             floatAttrs({{"epsilon", kEpsilon}, {"data_format", std::string("NCHW")}}), 6);
  y = b.node("Reshape", {y, b.ints({2, 5, 24})}, floatAttrs());
  y = b.node("Mul", {y, b.constant(noise({24}, 3))}, floatAttrs());
  y = b.node("AddV2", {y, b.constant(noise({24}, 4))}, floatAttrs());
  same(b.returning({y}), {noise({2, 5, 24})},
       {{"_LayerNorm", 1}, {"FusedBatchNormV3", 0}, {"Mul", 0}, {"AddV2", 0}});
}

TEST(LayerNorm, WhatOnlyLooksLikeOneStays) {
  for (int form = 0; form < 4; ++form) {
    Norm n;
    const Output other = n.op("Neg", {n.x});
    const Output mean = n.mean(n.x, form == 0 ? 1 : -1);
    const Output v = form == 1 ? n.mean(n.op("Square", {n.x}))
                               : n.mean(n.op("SquaredDifference", {n.x, mean}), form == 0 ? 1 : -1);
    const Output s = n.op("Rsqrt", {n.op("AddV2", {v, n.b.scalar(kEpsilon)})});
    const Output shifted =
        n.op("Sub", {form == 2 ? other : n.x, form == 3 ? n.b.scalar(0.5f) : mean});
    same(n.b.returning({n.op("Mul", {shifted, s})}), {noise({2, 5, 24})}, {{"_LayerNorm", 0}});
  }
}

TEST(Fuse, DenseLayersOnMoreDimensions) {
  for (bool dynamic : {false, true}) {
    GraphBuilder b("g");
    const Output x = b.arg(), z = b.arg();
    Output y = b.node("Reshape", {x, b.ints({-1, 8})}, floatAttrs());
    y = b.node("MatMul", {y, b.constant(noise({8, 24}, 3))}, floatAttrs());
    Output shape = b.ints({2, 5, 24});
    if (dynamic) {
      const Output all = b.node("Shape", {x}, floatAttrs());
      const Output some = b.node("Slice", {all, b.ints({0}), b.ints({2})}, Attrs());
      b.g->nodes.back().attrs.set("T", DType::kInt32);
      shape = b.node("ConcatV2", {some, b.ints({24}), b.constant(*Tensor::scalar(int32_t(0)))});
      b.g->nodes.back().attrs.set("T", DType::kInt32);
      b.g->nodes.back().attrs.set("N", int64_t(2));
    }
    y = b.node("Reshape", {y, shape}, floatAttrs());
    y = b.node("BiasAdd", {y, b.constant(noise({24}, 4))}, floatAttrs());
    y = b.node("AddV2", {z, y}, floatAttrs());
    y = b.node("Relu", {y}, floatAttrs());
    same(b.returning({y}), {noise({2, 5, 8}), noise({5, 24}, 7)},
         {{"_FusedMatMul", 1}, {"Reshape", 1}, {"AddV2", 0}, {"Relu", 0}});
  }
}

/// As the heads of attention: what follows is by column still, or is not.
TEST(Fuse, AReshapeThatSplitsTheColumns) {
  const auto make = [](std::vector<int64_t> bias, bool mul, bool packs) {
    GraphBuilder b("g");
    const Output x = b.arg();
    Output y = b.node("MatMul", {x, b.constant(noise({8, 24}, 3))}, floatAttrs());
    Output shape = b.ints({-1, 5, 2, 12});
    if (packs) {
      std::vector<Output> sizes;
      for (int32_t n : {2, 5, 2, 12}) sizes.push_back(b.constant(*Tensor::scalar(n)));
      Attrs attrs;
      attrs.set("T", DType::kInt32);
      attrs.set("N", int64_t(4));
      attrs.set("axis", int64_t(0));
      shape = b.node("Pack", sizes, std::move(attrs));
    }
    y = b.node("Reshape", {y, shape}, floatAttrs());
    if (mul) y = b.node("Mul", {y, b.constant(noise(bias, 5))}, floatAttrs());
    y = b.node("AddV2", {b.constant(noise(bias, 4)), y}, floatAttrs());
    return b.returning({b.node("Relu", {y}, floatAttrs())});
  };
  const Tensor x = noise({10, 8});
  for (bool mul : {false, true})
    for (bool packs : {false, true}) {
      same(make({2, 12}, mul, packs), {x},
           {{"_FusedMatMul", 1}, {"Reshape", 0}, {"AddV2", 0}, {"Mul", 0}, {"Relu", 0}});
      for (const Ints& other : {Ints{12}, Ints{1, 2, 1}, Ints{2, 1}, Ints{5, 1, 1}, Ints{5, 2, 12}})
        same(make(other, mul, packs), {x}, {{"_FusedMatMul", 1}, {"Reshape", 0}});
    }
}

/// The sum must not be written over what the product still reads.
TEST(Fuse, WhatIsMultipliedIsTheResidualToo) {
  for (int form = 0; form < 3; ++form) {
    GraphBuilder b("g");
    const Output h = b.node("Tanh", {b.arg()}, floatAttrs());
    Output y;
    if (form == 0) {
      y = b.node("MatMul", {h, b.constant(noise({64, 64}, 3))}, floatAttrs());
    } else {
      Attrs attrs = floatAttrs({{"padding", std::string("SAME")}});
      attrs.set("strides", Ints{1, 1, 1, 1});
      y = form == 1
              ? b.node("Conv2D", {h, b.constant(noise({3, 3, 4, 4}, 3))}, attrs)
              : b.node("DepthwiseConv2dNative", {h, b.constant(noise({3, 3, 4, 1}, 3))}, attrs);
    }
    y = b.node("AddV2", {h, y}, floatAttrs());
    y = b.node("Softmax", {y}, floatAttrs());
    same(b.returning({y}), {form == 0 ? noise({17, 64}) : noise({1, 16, 16, 4})}, {{"AddV2", 0}});
  }
}

/// [1] makes a vector of a product that is a scalar.
TEST(Fuse, AProductOfRankZero) {
  GraphBuilder b("g");
  Output y = b.node("Einsum", {b.arg(), b.constant(noise({4}, 3))},
                    floatAttrs({{"equation", std::string("d,d->")}, {"N", int64_t(2)}}));
  y = b.node("AddV2", {y, b.constant(noise({1}, 4))}, floatAttrs());
  same(b.returning({y}), {noise({4})}, {{"AddV2", 1}});
}

TEST(Fuse, AReshapeThatCutsTheColumnsStays) {
  GraphBuilder b("g");
  const Output x = b.arg();
  Output y = b.node("MatMul", {x, b.constant(noise({8, 24}, 3))}, floatAttrs());
  y = b.node("Reshape", {y, b.ints({15, 16})}, floatAttrs());
  y = b.node("BiasAdd", {y, b.constant(noise({16}, 4))}, floatAttrs());
  same(b.returning({y}), {noise({10, 8})}, {{"_FusedMatMul", 1}, {"Reshape", 1}, {"BiasAdd", 1}});
}

TEST(Fuse, ConvolutionsInOneDimension) {
  GraphBuilder b("g");
  const Output x = b.arg();
  Output y = b.node("ExpandDims", {x, b.constant(*Tensor::scalar(int32_t(-3)))}, floatAttrs());
  y = b.node("Conv2D", {y, b.constant(noise({1, 5, 6, 8}, 3))},
             floatAttrs({{"strides", Ints{1, 1, 2, 1}}, {"padding", std::string("SAME")}}));
  y = b.node("Squeeze", {y}, floatAttrs({{"squeeze_dims", Ints{-3}}}));
  y = b.node("BiasAdd", {y, b.constant(noise({8}, 4))}, floatAttrs());
  y = b.node("Relu", {y}, floatAttrs());
  same(b.returning({y}), {noise({2, 9, 6})},
       {{"_FusedConv2D", 1}, {"Squeeze", 0}, {"BiasAdd", 0}, {"Relu", 0}});
}

}  // namespace
}  // namespace smw::testing
