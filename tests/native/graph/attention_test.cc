// Attention as Keras, encoders by hand and graphs from elsewhere spell it.
#include "graph/evaluate.h"

namespace smw::testing {
namespace {

constexpr int64_t kBatch = 2, kHeads = 3, kQueries = 13, kKeys = 11, kDepth = 5;

struct Builder {
  GraphBuilder b{"g"};
  Output op(const char* name, std::vector<Output> in, Attrs attrs = floatAttrs()) {
    return b.node(name, std::move(in), std::move(attrs));
  }
  Output swap(Output x, std::vector<int32_t> perm = {0, 2, 1, 3}) {
    return op("Transpose", {x, b.ints(std::move(perm))});
  }
  Output product(Output x, Output y, bool transposed) {
    return op("BatchMatMulV2", {x, y}, floatAttrs({{"adj_y", transposed}}));
  }
  Output einsum(const char* equation, Output x, Output y) {
    return op("Einsum", {x, y},
              floatAttrs({{"equation", std::string(equation)}, {"N", int64_t(2)}}));
  }
};

Tensor queries() { return noise({kBatch, kQueries, kHeads, kDepth}, 1); }
Tensor keys() { return noise({kBatch, kKeys, kHeads, kDepth}, 2); }
Tensor values() { return noise({kBatch, kKeys, kHeads, kDepth}, 3); }

/// Some entries of noise, the others `v`.
Tensor maskOf(std::vector<int64_t> dims, float v) {
  Tensor t = noise(std::move(dims), 9);
  for (int64_t i = 0; i < t.numElements(); ++i)
    if (i % 3 == 1) t.data<float>()[i] = v;
  return t;
}

const std::map<std::string, int> kFused = {
    {"_FusedAttention", 1}, {"Softmax", 0}, {"Einsum", 0}, {"BatchMatMulV2", 0}, {"Transpose", 0}};

TEST(Attention, AsKerasSpellsIt) {
  for (const Ints& mask : {Ints{}, Ints{kBatch, 1, 1, kKeys}, Ints{1, 1, kQueries, kKeys},
                           Ints{kBatch, kHeads, kQueries, kKeys}, Ints{kQueries, 1}}) {
    Builder n;
    const Output q = n.b.arg(), k = n.b.arg(), v = n.b.arg();
    const Output scaled = n.op("Mul", {q, n.b.scalar(0.7f)});
    Output s = n.einsum("aecd,abcd->acbe", k, scaled);
    std::vector<Tensor> args = {queries(), keys(), values()};
    if (!mask.empty()) {
      s = n.op("AddV2", {s, n.b.arg()});
      args.push_back(maskOf(mask, -1e9f));
    }
    const Output y = n.einsum("acbe,aecd->abcd", n.op("Softmax", {s}), v);
    same(n.b.returning({y}), args, kFused, 1e-5f);
  }
}

/// where(mask, scores, fill) as Keras and, the other way round, PyTorch's masked_fill have it.
TEST(Attention, WhereAMaskSelects) {
  for (const Ints& dims : {Ints{kBatch, 1, 1, kKeys}, Ints{1, 1, kQueries, kKeys}, Ints{kKeys},
                           Ints{kBatch, kHeads, kQueries, kKeys}, Ints{kQueries, 1}})
    for (int form = 0; form < 3; ++form) {
      Builder n;
      const Output q = n.b.arg(), k = n.b.arg(), v = n.b.arg();
      Output mask = n.b.arg();
      const Output s = n.op("Mul", {n.einsum("aecd,abcd->acbe", k, q), n.b.scalar(0.7f)});
      const Output fill = n.b.scalar(form == 1 ? -1e30f : -2.4e38f);
      if (form == 2) {
        const Output shape = n.op("Shape", {s}, floatAttrs({{"out_type", DType::kInt32}}));
        const Output ones = n.op("Fill", {shape, n.b.constant(*Tensor::scalar(true))}, {});
        mask = n.op("LogicalAnd", {ones, mask}, {});
      }
      const Output p = n.op("SelectV2", {mask, form == 1 ? fill : s, form == 1 ? s : fill});
      const Output y = n.einsum("acbe,aecd->abcd", n.op("Softmax", {p}), v);
      Tensor bools = *Tensor::allocate(DType::kBool, *Shape::make(dims));
      for (int64_t i = 0; i < bools.numElements(); ++i) bools.data<bool>()[i] = i % 3 != 1;
      auto fused = kFused;
      fused.merge(std::map<std::string, int>{{"SelectV2", 0}, {"LogicalAnd", 0}, {"Fill", 0}});
      same(n.b.returning({y}), {queries(), keys(), values(), bools}, fused, 1e-5f);
    }
}

TEST(Attention, ByMatMul) {
  for (int form = 0; form < 8; ++form) {
    Builder n;
    const Output q = n.b.arg(), k = n.b.arg(), v = n.b.arg(), mask = n.b.arg();
    const bool transposed = form & 1;
    Output keysOf =
        n.swap(k, transposed ? std::vector<int32_t>{0, 2, 1, 3} : std::vector<int32_t>{0, 2, 3, 1});
    if (form & 2) keysOf = n.op("Mul", {n.b.scalar(0.5f), keysOf});
    Output s = n.product(n.swap(q), keysOf, transposed);
    if (form & 4) s = n.op("RealDiv", {s, n.b.scalar(2.2f)});
    s = n.op("AddV2", {mask, s});
    const Output y = n.swap(n.product(n.op("Softmax", {s}), n.swap(v), false));
    same(n.b.returning({y}), {queries(), keys(), values(), maskOf({kBatch, 1, 1, kKeys}, -3e38f)},
         kFused, 1e-5f);
  }
}

/// Transformers add 1e-9 to all scores, before or behind a mask.
TEST(Attention, SoftmaxOfShiftedScores) {
  for (int form = 0; form < 4; ++form) {
    Builder n;
    const Output q = n.b.arg(), k = n.b.arg(), v = n.b.arg();
    std::vector<Tensor> args = {queries(), keys(), values()};
    Output s = n.product(n.swap(q), n.swap(k), true);
    if (form & 1) {
      s = n.op("AddV2", {s, n.b.arg()});
      args.push_back(maskOf({kBatch, 1, 1, kKeys}, -1e9f));
    }
    s = n.op("AddV2", {n.b.scalar(form & 2 ? 3 : 1e-9f), s});
    s = n.op("AddV2", {s, n.b.scalar(1e-9f)});
    const Output y = n.swap(n.product(n.op("Softmax", {s}), n.swap(v), false));
    auto fused = kFused;
    fused["AddV2"] = 0;
    same(n.b.returning({y}), args, fused, 1e-5f);
  }
}

TEST(Attention, WithoutHeadsOrTransposes) {
  for (bool transposed : {false, true}) {
    Builder n;
    const Output q = n.b.arg(), k = n.b.arg(), v = n.b.arg();
    const Output kt = transposed ? k : n.swap(k, {0, 2, 1});
    const Output s = n.product(q, kt, transposed);
    // What says that there are three dimensions.
    n.b.g->nodes[size_t(q.node)].attrs.set(
        "_output_shapes", std::vector<PartialShape>{PartialShape(Dims{-1, -1, -1})});
    const Output y = n.product(n.op("Softmax", {s}), v, false);
    same(n.b.returning({y}), {noise({4, 9, 6}), noise({4, 17, 6}, 2), noise({4, 17, 8}, 3)}, kFused,
         1e-5f);
  }
}

/// One query, or one key, that the mask makes several of.
TEST(Attention, MasksThatBroadcastTheScores) {
  for (const auto& [q, k, mask] : {std::tuple(1, 5, Ints{3, 5}),
                                   {1, 1, Ints{4, 5}},
                                   {4, 1, Ints{2, 1, 5}},
                                   {1, 5, Ints{2, 3, 1}}}) {
    Builder n;
    const Output x = n.b.arg(), y = n.b.arg(), z = n.b.arg(), added = n.b.arg();
    const Output s = n.op("AddV2", {n.product(x, n.swap(y, {0, 2, 1}), false), added});
    const Output out = n.product(n.op("Softmax", {s}), z, false);
    same(n.b.returning({out}),
         {noise({2, q, 8}), noise({2, k, 8}, 2), noise({2, 5, 8}, 3), noise(mask, 4)},
         {{"_FusedAttention", 1}}, 1e-5f);
  }
}

TEST(Attention, MasksOfFiveDimensionsStay) {
  Builder n;
  const Output q = n.swap(n.b.arg()), k = n.swap(n.b.arg()), v = n.swap(n.b.arg());
  const Output s = n.op("AddV2", {n.product(q, k, true), n.b.constant(noise({2, 1, 1, 1, 1}))});
  const Output y = n.product(n.op("Softmax", {s}), v, false);
  same(n.b.returning({y}), {queries(), keys(), values()}, {{"_FusedAttention", 0}}, 1e-5f);
}

TEST(Attention, ManyKeysAndOneHeadForAll) {
  Builder n;
  const Output q = n.b.arg(), k = n.b.arg(), v = n.b.arg();
  const Output s = n.product(n.swap(q), n.swap(k), true);
  const Output y = n.swap(n.product(n.op("Softmax", {s}), n.swap(v), false));
  same(n.b.returning({y}),
       {noise({1, 70, 2, 8}), noise({1, 1500, 1, 8}, 2), noise({1, 1500, 1, 9}, 3)}, kFused, 1e-5f);
}

TEST(Attention, WhatOnlyLooksLikeItStays) {
  for (int form = 0; form < 4; ++form) {
    Builder n;
    const Output q = n.b.arg(), k = n.b.arg(), v = n.b.arg();
    // Queries and keys in each other's place are attention still; sums over queries are not.
    const Output s =
        form == 0 ? n.einsum("aecd,abcd->acbe", q, k) : n.einsum("aecd,abcd->acbe", k, q);
    const Output p = n.op("Softmax", {s});
    const Output y = form == 1   ? n.einsum("aceb,aecd->abcd", p, q)
                     : form == 3 ? n.einsum("acbe,aecd->abcd", n.op("Relu", {p}), v)
                                 : n.einsum("acbe,aecd->abcd", p, form == 0 ? q : v);
    std::vector<Output> results = {y};
    if (form == 2) results.push_back(p);
    same(n.b.returning(results), {queries(), keys(), values()},
         {{"_FusedAttention", form == 0}, {"Softmax", form != 0}}, 1e-5f);
  }
}

}  // namespace
}  // namespace smw::testing
