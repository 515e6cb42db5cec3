// What is joined is computed at its place in the whole.
#include "../graph/evaluate.h"
#include "runtime/arena.h"
#include "runtime/executor.h"

namespace smw::testing {
namespace {

class JoinTest : public ::testing::Test {
 protected:
  /// Runs it twice, and holds both against the nodes one by one. Gives the bytes of the arena.
  int64_t check(std::unique_ptr<Graph> g, const std::vector<Tensor>& args) {
    const auto want = evaluate(*g, library_, args);
    EXPECT_TRUE(want) << want.error().message();
    auto plan = Plan::make(*g);
    EXPECT_TRUE(want && plan);
    Executor executor(library_, context_);
    for (int k = 0; k < 2; ++k) {
      executor.start(**plan, args);
      const auto s = executor.run({});
      EXPECT_TRUE(s) << s.error().toJson();
      const std::vector<Tensor> got = executor.takeOutputs();
      EXPECT_EQ(got.size(), want->size());
      for (size_t i = 0; i < got.size(); ++i) {
        EXPECT_EQ(got[i].describe(), (*want)[i].describe());
        EXPECT_EQ(values(got[i]), values((*want)[i])) << "output " << i;
      }
    }
    return executor.arenaBytes();
  }

  NullContext context_;
  Functions library_;
};

/// A graph in which each value is made by an op that may overwrite its first input.
struct JoinBuilder : GraphBuilder {
  JoinBuilder() : GraphBuilder("g") {}
  Output plus(Output x, float v = 1) { return node("TestAdd", {x, scalar(v)}); }
  Output concat(std::vector<Output> parts, int axis = 0) {
    parts.push_back(constant(*Tensor::scalar<int32_t>(axis)));
    return node("ConcatV2", parts);
  }
  Output pack(std::vector<Output> parts) {
    Attrs a;
    a.set("axis", int64_t(0));
    return node("Pack", std::move(parts), a);
  }
};

/// Numbers below n, the same in every run.
struct Random {
  uint32_t state;
  size_t operator()(size_t n) {
    state = state * 1664525u + 1013904223u;
    return size_t(state >> 8) % n;
  }
};

constexpr int64_t kN = 1000;
Tensor ramp(float from = 0) {
  std::vector<float> v(kN);
  for (int64_t i = 0; i < kN; ++i) v[size_t(i)] = from + float(i);
  return floats(v);
}
constexpr int64_t kBytes = kN * 4;

TEST_F(JoinTest, PartsNeedNoMemoryOfTheirOwn) {
  JoinBuilder b;
  const Output x = b.arg(), parts = b.concat({b.plus(x), b.plus(x, 2), b.plus(x, 3)});
  const int64_t arena = check(b.returning({b.plus(parts, 4)}), {ramp()});
  EXPECT_GE(arena, 3 * kBytes);
  EXPECT_LT(arena, 4 * kBytes);
}

TEST_F(JoinTest, PartsOfAnOutputLieInIt) {
  JoinBuilder b;
  const Output x = b.arg(), parts = b.pack({b.plus(x), b.plus(x, 2)});
  EXPECT_LT(check(b.returning({parts}), {ramp()}), kBytes);
}

TEST_F(JoinTest, OfRowsSideBySideNoneIsInPlace) {
  JoinBuilder b;
  const Output x = b.arg(), rows = b.node("Reshape", {b.plus(x), b.ints({10, -1})});
  const Output more = b.node("Reshape", {b.plus(x, 2), b.ints({10, -1})});
  EXPECT_GE(check(b.returning({b.concat({rows, more}, 1)}), {ramp()}), 2 * kBytes);
}

TEST_F(JoinTest, NoPartIsOverwrittenBeforeItsLastReader) {
  JoinBuilder b;
  const Output x = b.arg(), y = b.plus(x), z = b.plus(x, 2);
  const Output whole = b.concat({y, z});
  const Output over = b.plus(whole, 10);  // would overwrite the whole
  const Output late = b.plus(y, 20);      // would overwrite a part of it
  check(b.returning({over, late, b.plus(whole, 30)}), {ramp()});
}

TEST_F(JoinTest, TheWholeIsNotOverwrittenByAnOpThatReadsAPartToo) {
  for (bool nested : {false, true}) {
    JoinBuilder b;
    const Output x = b.arg(), y = b.plus(x), z = b.plus(x, 2);
    Output whole = b.pack({y, z});
    if (nested) whole = b.pack({b.node("Neg", {whole}), whole});
    const Output less = b.node("Sub", {whole, y});  // y for each row
    check(b.returning({b.plus(less)}), {ramp()});
  }
}

TEST_F(JoinTest, TheSameValueTwiceAndInTwoWholes) {
  JoinBuilder b;
  const Output x = b.arg(), y = b.plus(x), z = b.plus(y);
  const Output one = b.concat({y, z, y}), two = b.concat({z, y});
  check(b.returning({b.plus(one), b.plus(two)}), {ramp()});
}

TEST_F(JoinTest, WholesArePartsOfOthers) {
  JoinBuilder b;
  const Output x = b.arg(), y = b.plus(x);
  const Output inner = b.concat({y, b.plus(x, 2)}), middle = b.concat({b.plus(x, 3), inner});
  const int64_t arena = check(b.returning({b.plus(b.concat({middle, b.plus(x, 4), x}))}), {ramp()});
  EXPECT_LT(arena, 6 * kBytes);
  JoinBuilder c;
  const Output u = c.arg(), v = c.concat({c.plus(u), c.plus(u, 2)});
  EXPECT_LT(check(c.returning({c.concat({c.plus(u, 3), v}), c.plus(v)}), {ramp()}), kBytes);
}

TEST_F(JoinTest, ConstantsArgumentsAndEmptyPartsAreCopied) {
  JoinBuilder b;
  const Output x = b.arg(), k = b.constant(ramp(5)), none = b.constant(floats({}));
  check(b.returning({b.plus(b.concat({k, x, none, b.plus(x)}))}), {ramp()});
}

/// Images of 5x7 pixels.
struct ImageBuilder : JoinBuilder {
  Output conv(Output x, int64_t in, int64_t out, int64_t size = 1, const char* activation = "",
              const Tensor* residual = nullptr) {
    Attrs a;
    a.set("strides", std::vector<int64_t>{1, 1, 1, 1});
    a.set("padding", std::string("SAME"));
    a.set("activation", std::string(activation));
    a.set("residual", residual != nullptr);
    std::vector<Output> inputs = {x, constant(noise({size, size, in, out}))};
    if (residual) inputs.push_back(constant(*residual));
    return node("_FusedConv2D", inputs, a);
  }
};
constexpr int64_t kPixels = 5 * 7;

TEST_F(JoinTest, ConvolutionsStoreTheirChannelsSideBySide) {
  for (int64_t batch : {1, 2})
    for (bool isOutput : {false, true}) {
      ImageBuilder b;
      const Output x = b.arg();
      const Output whole =
          b.concat({b.conv(x, 8, 5, 3, "Relu"), x, b.conv(x, 8, 12, 1, "Silu")}, 3);
      const int64_t arena =
          check(b.returning({isOutput ? whole : b.plus(whole)}), {noise({batch, 5, 7, 8})});
      const int64_t bytes = batch * kPixels * 25 * 4;
      constexpr int64_t kScratch = 2048;  // what the larger convolution wants for itself
      EXPECT_LT(arena, isOutput ? kScratch : bytes + kScratch);
    }
}

TEST_F(JoinTest, ConvolutionsWithAResidualAreCopied) {
  for (const Tensor& residual : {noise({4}), noise({1, 5, 7, 4}), noise({2, 5, 7, 4})}) {
    ImageBuilder b;
    const Output x = b.arg();
    const Output sum = b.conv(x, 8, 4, 1, "", &residual);
    check(b.returning({b.plus(b.concat({sum, b.conv(x, 8, 5)}, 3))}), {noise({2, 5, 7, 8})});
  }
}

TEST_F(JoinTest, WhatOthersReadIsCopied) {
  ImageBuilder b;
  const Output x = b.arg(), y = b.conv(x, 8, 4), z = b.conv(x, 8, 4, 3), twice = b.conv(x, 8, 4);
  const Output view = b.node("Reshape", {b.conv(x, 8, 4), b.ints({1, 5, 7, 4})});
  const Output whole = b.concat({y, z, view, twice, twice}, -1);
  check(b.returning({b.plus(whole), b.plus(y), z}), {noise({1, 5, 7, 8})});
}

TEST_F(JoinTest, OtherAxesThanTheLast) {
  for (int axis : {0, 1, 2}) {
    ImageBuilder b;
    const Output x = b.arg();
    check(b.returning({b.plus(b.concat({b.conv(x, 8, 4), b.conv(x, 8, 4)}, axis))}),
          {noise({2, 5, 7, 8})});
  }
}

TEST_F(JoinTest, RandomImages) {
  Random random{7};
  for (int trial = 0; trial < 200; ++trial) {
    ImageBuilder b;
    std::vector<std::pair<Output, int64_t>> all = {{b.arg(), 3}};
    for (int k = 0; k < 14; ++k) {
      const auto [x, channels] = all[random(all.size())];
      const auto [y, more] = all[random(all.size())];
      switch (random(4)) {
        case 0:
          all.push_back({b.plus(x), channels});
          break;
        case 1:
          if (channels + more < 60) all.push_back({b.concat({x, y}, 3), channels + more});
          break;
        default: {
          const auto out = int64_t(1 + random(9));
          const Tensor residual = noise({out});
          const int64_t size = random(2) ? 3 : 1;
          all.push_back({b.conv(x, channels, out, size, "", random(4) ? nullptr : &residual), out});
        }
      }
    }
    std::vector<Output> outputs = {all.back().first};
    for (int k = 0; k < 2; ++k) outputs.push_back(all[random(all.size())].first);
    check(b.returning(outputs), {noise({int64_t(1 + random(2)), 5, 7, 3})});
    if (HasFailure()) FAIL() << "trial " << trial;
  }
}

TEST_F(JoinTest, RandomGraphs) {
  Random random{1};
  for (int trial = 0; trial < 300; ++trial) {
    JoinBuilder b;
    std::vector<Output> all = {b.arg()};
    std::vector<int64_t> sizes = {7};
    const auto add = [&](Output o, int64_t n) { all.push_back(o), sizes.push_back(n); };
    for (int k = 0; k < 20; ++k) {
      const size_t i = random(all.size()), j = random(all.size());
      switch (random(6)) {
        case 5: {  // rows of another value's size
          if (sizes[i] % sizes[j] != 0 || sizes[i] == sizes[j]) break;
          const Output rows = b.node("Reshape", {all[i], b.ints({-1, int(sizes[j])})});
          add(b.node("Reshape", {b.node("Sub", {rows, all[j]}), b.ints({-1})}), sizes[i]);
          break;
        }
        case 0:
        case 1:
          add(b.plus(all[i], float(k + 1)), sizes[i]);
          break;
        case 2:
          if (sizes[i] == sizes[j]) add(b.node("TestAdd", {all[i], all[j]}), sizes[i]);
          break;
        case 3:
          if (sizes[i] + sizes[j] < 200) add(b.concat({all[i], all[j]}), sizes[i] + sizes[j]);
          break;
        default:
          if (sizes[i] == sizes[j] && sizes[i] < 100)
            add(b.node("Reshape", {b.pack({all[i], all[j]}), b.ints({-1})}), 2 * sizes[i]);
      }
    }
    std::vector<Output> outputs;
    for (int k = 0; k < 3; ++k) outputs.push_back(all[random(all.size())]);
    check(b.returning(outputs), {floats({1, 2, 3, 4, 5, 6, 7})});
    if (HasFailure()) FAIL() << "trial " << trial;
  }
}

/// Two parts of 64 and 6400 bytes, the whole, and another value between the two parts.
std::vector<Lifetime> twoParts(int64_t between) {
  std::vector<Lifetime> l = {{0, 3, 64}, {1, 1, between}, {2, 3, 6400}, {3, 4, 6464}};
  l[0].whole = l[2].whole = 3;
  l[2].at = 64;
  return l;
}
int64_t bytesApart(std::vector<Lifetime> l) {
  for (Lifetime& a : l) a.whole = -1;
  return layOut(l);
}

TEST(LayOut, PartsLieInTheWhole) {
  std::vector<Lifetime> l = twoParts(640);
  const int64_t apart = bytesApart(l);
  EXPECT_LT(layOut(l), apart);
  EXPECT_EQ(l[0].offset, l[3].offset);
  EXPECT_EQ(l[2].offset, l[3].offset + 64);
  EXPECT_TRUE(l[1].offset >= l[3].offset + 6464 || l[1].offset + 640 <= l[3].offset);
}

TEST(LayOut, PartsStayApartWhereAnEarlyWholeWouldTakeMore) {
  std::vector<Lifetime> l = twoParts(100000);
  const int64_t apart = bytesApart(l);
  EXPECT_EQ(layOut(l), apart);
  for (const Lifetime& a : l) EXPECT_FALSE(a.isPart());
}

TEST(LayOut, PartsOfPartsInAHeapValue) {
  std::vector<Lifetime> l = {{0, 1, 100}, {1, 2, 300}, {2, 2, 64}};
  l[0].whole = 1;
  l[0].at = 200;
  l[1].heapSlot = 7;
  l[1].at = 1000;
  EXPECT_LT(layOut(l), 300);
  EXPECT_EQ(l[0].heapSlot, 7);
  EXPECT_EQ(l[0].offset, 1200);
  EXPECT_EQ(l[1].offset, 1000);
}

#if __has_feature(address_sanitizer)
TEST(BufferDeathTest, WhatIsWrittenPastTheEndIsNoticed) {
  EXPECT_DEATH(
      {
        const Tensor t = ramp();
        static_cast<std::byte*>(t.buffer()->data() + t.numBytes())[0] = std::byte{0};
      },
      "past the end");
}
#endif

}  // namespace
}  // namespace smw::testing
