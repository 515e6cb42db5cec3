// LSTM and GRU layers as Keras makes them: While loops over TensorLists.
#include "graph/evaluate.h"

namespace smw::testing {
namespace {

struct Form {
  bool lstm = true, resetAfter = true, bias = true, batchMajor = true, reversed = false;
  bool sequence = true, swapped = true, masked = false, zeroMasked = false, maximum = false;
  bool passedIn = false;  // weights come into the loop, biases as rows of one weight
  const char* activation = "Tanh";
  // What only looks like a layer.
  bool countsFromOne = false, readsCounter = false, halvedGate = false;
  int ands = 0;  // of the condition with itself
  int64_t batch = 3, times = 6, units = 5, depth = 7;
};

Attrs intAttrs() {
  Attrs a;
  a.set("T", DType::kInt32);
  return a;
}
Attrs elements(DType t) {
  Attrs a;
  a.set("element_dtype", t);
  a.set("shape_type", DType::kInt32);
  return a;
}

class Loop {
 public:
  explicit Loop(const Form& form) : f(form) {}

  // Arguments: counter, time, list, [previous,] h, [c,] inputs, [mask,] [weights].
  void makeBody() {
    GraphBuilder b("body");
    const Output counter = b.arg(), time = b.arg(), list = b.arg();
    const Output previous = f.masked ? b.arg() : Output{}, h = b.arg(), c = f.lstm ? b.arg() : h,
                 inputs = b.arg(), masks = f.masked ? b.arg() : Output{};
    const auto op = [&](const char* name, std::vector<Output> in) {
      return b.node(name, std::move(in), floatAttrs());
    };
    const auto one = [&] { return b.constant(*Tensor::scalar(int32_t(1))); };
    const auto item = [&](Output of, DType t, int32_t width) {
      return b.node("TensorListGetItem", {of, time, b.ints({-1, width})}, elements(t));
    };
    const int64_t gates = f.lstm ? 4 : 3, wide = gates * f.units;
    std::vector<Output> passed;
    const auto weight = [&](Ints dims, uint32_t seed) {
      if (!f.passedIn) return b.constant(noise(dims, seed));
      weights.push_back({dims, seed});
      passed.push_back(b.arg());
      return passed.back();
    };
    const auto product = [&](Output a, int64_t rows, int64_t columns, uint32_t seed) {
      return op("MatMul", {a, weight({rows, columns}, seed)});
    };
    const auto biased = [&](Output a, uint32_t seed) {
      return f.bias ? op("BiasAdd", {a, weight({wide}, seed)}) : a;
    };
    const auto part = [&](Output a, int i) {
      return b.node(
          "StridedSlice",
          {a, b.ints({0, int32_t(i * f.units)}), b.ints({0, int32_t((i + 1) * f.units)}),
           b.ints({1, 1})},
          floatAttrs(
              {{"begin_mask", int64_t(1)}, {"end_mask", int64_t(1)}, {"Index", DType::kInt32}}));
    };
    const auto split = [&](Output a) {
      return b.node("Split", {b.constant(*Tensor::scalar(int32_t(1))), a},
                    floatAttrs({{"num_split", gates}}), int(gates));
    };
    const Output x = product(item(inputs, DType::kFloat, int32_t(f.depth)), f.depth, wide, 3);
    Output newH, newC;
    if (f.lstm) {
      const Output z = split(biased(op("AddV2", {x, product(h, f.units, wide, 4)}), 5));
      const auto gate = [&](int i) { return op("Sigmoid", {{z.node, i}}); };
      const Output out = gate(f.halvedGate ? 1 : 3);
      newC = op("AddV2",
                {op("Mul", {gate(1), c}), op("Mul", {gate(0), op(f.activation, {{z.node, 2}})})});
      newH = op("Mul", {out, op(f.activation, {newC})});
    } else {
      const Output p = split(biased(x, 5));
      const Output y = f.resetAfter ? biased(product(h, f.units, wide, 4), 6)
                                    : product(h, f.units, 2 * f.units, 4);
      const auto gate = [&](int i) {
        return op("Sigmoid", {op("AddV2", {{p.node, i}, part(y, i)})});
      };
      const Output z = gate(0), r = gate(1);
      const Output inner = f.resetAfter ? op("Mul", {r, part(y, 2)})
                                        : product(op("Mul", {r, h}), f.units, f.units, 8);
      const Output n = op(f.activation, {op("AddV2", {{p.node, 2}, inner})});
      newH = op("AddV2", {op("Mul", {z, h}),
                          op("Mul", {op("Sub", {b.scalar(f.halvedGate ? 0.5f : 1), z}), n})});
    }
    Output out = newH;
    std::vector<Output> states = {newH};
    if (f.lstm) states.push_back(newC);
    if (f.masked) {
      const Output mask = item(masks, DType::kBool, 1);
      const auto choose = [&](Output value, Output old) {
        Attrs a;
        a.set("T", DType::kBool);
        const Output tiled = b.node("Tile", {mask, b.ints({1, int32_t(f.units)})}, std::move(a));
        return op("SelectV2", {tiled, value, old});
      };
      out = choose(newH, previous);
      states[0] = choose(newH, h);
      if (f.lstm) states[1] = choose(newC, c);
    }
    const Output index = f.sequence ? time : b.constant(*Tensor::scalar(int32_t(0)));
    std::vector<Output> results = {
        b.node("AddV2", {counter, one()}, intAttrs()), b.node("AddV2", {time, one()}, intAttrs()),
        b.node("TensorListSetItem", {list, index, out}, elements(DType::kFloat))};
    if (f.masked) results.push_back(f.zeroMasked ? previous : out);
    results.insert(results.end(), states.begin(), states.end());
    results.push_back(inputs);
    if (f.masked) results.push_back(masks);
    results.insert(results.end(), passed.begin(), passed.end());
    library.add(b.returning(results));
  }

  void makeCond() {
    GraphBuilder b("cond");
    const Output counter = b.arg(), time = b.arg();
    for (int i = 0; i < 3 + f.lstm + 2 * f.masked + int(weights.size()); ++i) b.arg();
    const auto less = [&](Output a, int32_t than) {
      return b.node("Less", {a, b.constant(*Tensor::scalar(than))}, intAttrs());
    };
    Output o = less(time, int32_t(f.times));
    if (f.maximum) o = b.node("LogicalAnd", {less(counter, int32_t(f.times - 1)), o});
    for (int i = 0; i < f.ands; ++i) o = b.node("LogicalAnd", {o, o});
    library.add(b.returning({o}));
  }

  void check(int fused) {
    makeBody();
    makeCond();
    GraphBuilder b("g");
    const Output x = b.arg(), h = b.arg(), c = f.lstm ? b.arg() : h,
                 mask = f.masked ? b.arg() : Output{};
    const auto number = [&](int64_t v) { return b.constant(*Tensor::scalar(int32_t(v))); };
    const auto swap = [&](Output o, DType t) {
      Attrs a;
      a.set("T", t);
      return b.node("Transpose", {o, b.ints({1, 0, 2})}, std::move(a));
    };
    const auto list = [&](Output o, DType t, int32_t width, bool swapped) {
      Attrs a;
      a.set("T", t);
      if (swapped) o = swap(o, t);
      if (f.reversed) o = b.node("ReverseV2", {o, b.ints({0})}, std::move(a));
      return b.node("TensorListFromTensor", {o, b.ints({-1, width})}, elements(t));
    };
    std::vector<Output> in = {number(0), number(f.countsFromOne ? 1 : 0)};
    in.push_back(
        b.node("TensorListReserve",
               {b.ints({int32_t(f.batch), int32_t(f.units)}), number(f.sequence ? f.times : 1)},
               elements(DType::kFloat)));
    if (f.masked) in.push_back(b.node("ZerosLike", {h}, floatAttrs()));
    in.push_back(h);
    if (f.lstm) in.push_back(c);
    in.push_back(list(x, DType::kFloat, int32_t(f.depth), f.batchMajor));
    if (f.masked) in.push_back(list(mask, DType::kBool, 1, true));
    for (const auto& [dims, seed] : weights) {
      if (dims.size() == 2) {
        in.push_back(b.constant(noise(dims, seed)));
        continue;
      }
      const Output rows = b.node("Unpack", {b.constant(noise({2, dims[0]}, seed))},
                                 floatAttrs({{"num", int64_t(2)}, {"axis", int64_t(0)}}), 2);
      in.push_back({rows.node, int(seed & 1)});
    }
    Attrs loop;
    loop.set("cond", FunctionRef{"cond", nullptr});
    loop.set("body", FunctionRef{"body", nullptr});
    std::vector<DType> types(in.size(), DType::kFloat);
    loop.set("T", types);
    const Output w = b.node("StatelessWhile", in, std::move(loop), int(in.size()));
    Output out =
        b.node("TensorListStack", {{w.node, 2}, b.ints({int32_t(f.batch), int32_t(f.units)})},
               elements(DType::kFloat));
    if (f.swapped) out = swap(out, DType::kFloat);
    std::vector<Output> results = {out, {w.node, 3 + f.masked}};
    if (f.lstm) results.push_back({w.node, 4 + f.masked});
    if (f.readsCounter) {
      Attrs cast;
      cast.set("SrcT", DType::kInt32);
      cast.set("DstT", DType::kFloat);
      results.push_back(b.node("Cast", {{w.node, 0}}, std::move(cast)));
    }
    std::vector<Tensor> args = {
        noise(f.batchMajor ? Ints{f.batch, f.times, f.depth} : Ints{f.times, f.batch, f.depth}),
        noise({f.batch, f.units}, 11)};
    if (f.lstm) args.push_back(noise({f.batch, f.units}, 12));
    if (f.masked) {
      Tensor m = *Tensor::allocate(DType::kBool, *Shape::make(Ints{f.batch, f.times, 1}));
      for (int64_t i = 0; i < m.numElements(); ++i) m.data<bool>()[i] = i * 7 % 5 > 1;
      args.push_back(m);
    }
    same(b.returning(results), args,
         {{f.lstm ? "_FusedLSTM" : "_FusedGRU", fused}, {"StatelessWhile", 1 - fused}}, 1e-5f,
         std::move(library));
  }

 private:
  Form f;
  Functions library;
  std::vector<std::pair<Ints, uint32_t>> weights;  // that are passed in
};

TEST(Recurrent, EveryFormOfLayer) {
  for (int i = 0; i < 64; ++i)
    for (int cell = 0; cell < 3; ++cell) {
      SCOPED_TRACE(i * 3 + cell);
      Form f;
      f.lstm = cell == 0;
      f.resetAfter = cell == 1;
      f.bias = i & 1;
      f.batchMajor = i & 2;
      f.reversed = i & 4;
      f.sequence = i & 8;
      f.swapped = i & 16;
      f.masked = i & 32;
      f.zeroMasked = i & 1;
      f.maximum = i & 4;
      Loop(f).check(1);
    }
}

TEST(Recurrent, Sizes) {
  for (int64_t batch : {0, 1, 2, 7})
    for (int64_t units : {1, 4, 9, 32})
      for (int64_t times : {1, 2, 5}) {
        SCOPED_TRACE(batch * 100 + units);
        for (bool lstm : {false, true})
          Loop({.lstm = lstm, .batch = batch, .times = times, .units = units}).check(1);
      }
}

TEST(Recurrent, WeightsAndBiasRowsThatArePassedIn) {
  for (bool reversed : {false, true})
    for (bool sequence : {false, true})
      for (bool masked : {false, true})
        for (int cell = 0; cell < 3; ++cell)
          Loop({.lstm = cell == 0,
                .resetAfter = cell == 1,
                .reversed = reversed,
                .sequence = sequence,
                .masked = masked,
                .passedIn = true})
              .check(1);
}

TEST(Recurrent, OtherActivations) {
  for (const char* a : {"Relu", "Elu", "Softsign"})
    for (bool lstm : {false, true}) Loop({.lstm = lstm, .activation = a}).check(1);
}

TEST(Recurrent, WhatOnlyLooksLikeALayerStays) {
  Loop({.countsFromOne = true}).check(0);
  Loop({.readsCounter = true}).check(0);
  Loop({.halvedGate = true}).check(0);
  Loop({.lstm = false, .halvedGate = true}).check(0);
  Loop({.activation = "Sigmoid"}).check(0);
  Loop({.ands = 60}).check(0);  // 2^60 paths through it
}

}  // namespace
}  // namespace smw::testing
