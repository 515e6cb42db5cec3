#include "runtime/executor.h"

#include "test_graph.h"

namespace smw::testing {
namespace {

class ExecutorTest : public ::testing::Test {
 protected:
  std::vector<std::vector<float>> run(const Graph& g, std::vector<Tensor> args) {
    if (!plan_ || &plan_->graph() != &g) {
      auto p = Plan::make(g);
      EXPECT_TRUE(p) << p.error().message();
      plan_ = *std::move(p);
    }
    executor_.start(*plan_, std::move(args));
    auto s = executor_.run({});
    EXPECT_TRUE(s) << s.error().toJson();
    std::vector<std::vector<float>> out;
    if (s)
      for (const Tensor& t : executor_.takeOutputs()) out.push_back(values(t));
    return out;
  }
  using Values = std::vector<std::vector<float>>;

  NullContext context_;
  TestFunctions library_;
  std::unique_ptr<Plan> plan_;
  Executor executor_{library_, context_};
};

TEST_F(ExecutorTest, RunsAndReplaysForEachShape) {
  GraphBuilder b("g");
  const Output x = b.arg(), y = b.node("TestAdd", {x, b.scalar(1)});
  const Output z = b.node("TestAdd", {y, y}), w = b.node("TestAdd", {z, x});
  auto g = b.returning({w, y, x});
  for (int k = 0; k < 3; ++k) {
    EXPECT_EQ(run(*g, {floats({1, 2})}), (Values{{5, 8}, {2, 3}, {1, 2}}));
    EXPECT_EQ(run(*g, {floats({1, 2, 3})}), (Values{{5, 8, 11}, {2, 3, 4}, {1, 2, 3}}));
    EXPECT_EQ(run(*g, {floats({})}), (Values{{}, {}, {}}));
  }
  EXPECT_EQ(plan_->roots().size(), 3u);
}

TEST_F(ExecutorTest, ViewsShareElementsWithoutCopies) {
  GraphBuilder b("g");
  const Output x = b.arg(), y = b.node("TestAdd", {x, b.scalar(1)});
  const Output r = b.node("Reshape", {y, b.ints({2, -1})});
  const Output back = b.node("Reshape", {r, b.ints({-1})});
  const Output z = b.node("TestAdd", {back, y});
  auto g = b.returning({z, r, b.node("Identity", {r})});
  EXPECT_EQ(run(*g, {floats({1, 2, 3, 4})}), (Values{{4, 6, 8, 10}, {2, 3, 4, 5}, {2, 3, 4, 5}}));
}

TEST_F(ExecutorTest, AnOverwrittenInputIsNotReadThroughAnotherView) {
  GraphBuilder b("g");
  const Output x = b.arg(), y = b.node("TestAdd", {x, b.scalar(1)});
  const Output view = b.node("Reshape", {y, b.ints({-1})});
  const Output z =
      b.node("TestAdd", {y, b.scalar(10)});  // must not overwrite y: `view` is read later
  const Output w = b.node("TestAdd", {z, view});
  EXPECT_EQ(run(*b.returning({w}), {floats({1, 2})}), (Values{{14, 16}}));
}

TEST_F(ExecutorTest, ShapesThatDependOnValuesStartANewStretch) {
  GraphBuilder b("g");
  const Output x = b.arg(), y = b.node("TestAdd", {x, b.scalar(-2)});
  const Output p = b.node("TestPositive", {y});
  const Output q = b.node("TestAdd", {p, b.scalar(100)});
  auto g = b.returning({q, y});
  for (int k = 0; k < 2; ++k) {
    EXPECT_EQ(run(*g, {floats({1, 2, 3, 4})}), (Values{{101, 102}, {-1, 0, 1, 2}}));
    EXPECT_EQ(run(*g, {floats({5, 2, 3, 4})}), (Values{{103, 101, 102}, {3, 0, 1, 2}}));
  }
  EXPECT_EQ(plan_->roots().size(), 1u);
}

TEST_F(ExecutorTest, ATensorKernelReadsWhatTheShapesDecide) {
  GraphBuilder b("g");
  const Output x = b.arg(), size = b.node("Size", {x});
  Attrs toFloat;
  toFloat.set("DstT", DType::kFloat);
  const Output p = b.node("TestPositive", {b.node("Cast", {size}, toFloat)});
  auto g = b.returning({p, x});
  for (int k = 0; k < 2; ++k) EXPECT_EQ(run(*g, {floats({7, 8, 9})}), (Values{{3}, {7, 8, 9}}));
}

TEST_F(ExecutorTest, AStepThatNeedsAValueRunsByItself) {
  GraphBuilder b("g");
  const Output x = b.arg(), shape = b.arg();
  const Output y = b.node("TestAdd", {x, b.scalar(1)});
  const Output r = b.node("Reshape", {y, shape});
  auto g = b.returning({b.node("TestAdd", {r, r}), b.node("Shape", {r})});
  auto plan = *Plan::make(*g);
  for (std::vector<int32_t> s : {std::vector<int32_t>{2, 2}, {4}, {1, -1}}) {
    executor_.start(*plan,
                    {floats({1, 2, 3, 4}), *Tensor::of<int32_t>(s, Shape({int64_t(s.size())}))});
    ASSERT_TRUE(executor_.run({}));
    const auto out = executor_.takeOutputs();
    EXPECT_EQ(values(out[0]), (std::vector<float>{4, 6, 8, 10}));
    EXPECT_EQ(out[1].numElements(), int64_t(s.size()));
  }
  executor_.start(
      *plan, {floats({1, 2, 3, 4}), *Tensor::of<int32_t>(std::vector<int32_t>{3}, Shape({1}))});
  auto bad = executor_.run({});
  ASSERT_FALSE(bad);
  EXPECT_EQ(bad.error().code(), Code::kInvalidArgument);
  EXPECT_EQ(bad.error().op(), "Reshape");
  EXPECT_FALSE(executor_.running());
}

TEST_F(ExecutorTest, LoopsCarryValuesWhoseShapesMayChange) {
  {
    GraphBuilder c("cond");
    const Output i = c.arg();
    c.arg();
    library_.add(c.returning({c.node("TestLess", {i, c.scalar(5)})}));
    GraphBuilder b("body");
    const Output j = b.arg(), v = b.arg();
    const Output minus = b.node("TestAdd", {v, b.scalar(-1)});
    library_.add(
        b.returning({b.node("TestAdd", {j, b.scalar(1)}), b.node("TestPositive", {minus})}));
  }
  GraphBuilder b("g");
  const Output v = b.arg();
  const Output w =
      b.node("TestWhile", {b.scalar(0), v}, functions({{"cond", "cond"}, {"body", "body"}}), 2);
  auto g =
      b.returning({{w.node, 0}, {w.node, 1}, b.node("TestAdd", {{w.node, 1}, b.scalar(0.5f)})});
  for (int k = 0; k < 3; ++k)
    EXPECT_EQ(run(*g, {floats({3, 6, 9, 5})}), (Values{{5}, {1, 4}, {1.5f, 4.5f}}));
}

TEST_F(ExecutorTest, BranchesAndNestedCalls) {
  {
    GraphBuilder t("then");
    const Output x = t.arg();
    library_.add(t.returning({t.node("TestCall", {x}, functions({{"f", "plus1"}}))}));
    GraphBuilder e("else");
    const Output y = e.arg();
    library_.add(e.returning({y}));
    GraphBuilder p("plus1");
    const Output z = p.arg();
    library_.add(p.returning({p.node("TestAdd", {z, p.scalar(1)})}));
  }
  GraphBuilder b("g");
  const Output c = b.arg(), x = b.arg();
  const Output y = b.node("TestIf", {c, x}, functions({{"then", "then"}, {"else", "else"}}));
  auto g = b.returning({b.node("TestAdd", {y, b.scalar(10)})});
  EXPECT_EQ(run(*g, {*Tensor::scalar<bool>(true), floats({1, 2})}), (Values{{12, 13}}));
  EXPECT_EQ(run(*g, {*Tensor::scalar<bool>(false), floats({1, 2})}), (Values{{11, 12}}));
}

TEST_F(ExecutorTest, EndlessRecursionStopsAtTheDepthLimit) {
  GraphBuilder f("f");
  const Output x = f.arg();
  library_.add(f.returning({f.node("TestCall", {x}, functions({{"f", "f"}}))}));
  GraphBuilder b("g");
  auto g = b.returning({b.node("TestCall", {b.arg()}, functions({{"f", "f"}}))});
  auto plan = *Plan::make(*g);
  executor_.start(*plan, {floats({1})});
  auto r = executor_.run({});
  ASSERT_FALSE(r);
  EXPECT_EQ(r.error().code(), Code::kResourceExhausted);
  EXPECT_NE(r.error().message().find("nested"), std::string::npos);
  EXPECT_FALSE(executor_.running());
}

TEST_F(ExecutorTest, ASpentBudgetPausesBetweenSteps) {
  GraphBuilder b("g");
  Output y = b.arg();
  for (int i = 0; i < 400; ++i) y = b.node("TestAdd", {y, b.scalar(1)});
  auto g = b.returning({y});
  auto plan = *Plan::make(*g);
  executor_.start(*plan, {floats({0})});
  int pauses = 0;
  while (true) {
    auto s = executor_.run({[] { return true; }});
    ASSERT_TRUE(s);
    if (*s == RunState::kDone) break;
    ASSERT_EQ(*s, RunState::kPending);
    ++pauses;
  }
  EXPECT_GE(pauses, 5);
  EXPECT_EQ(values(executor_.takeOutputs()[0]), (std::vector<float>{400}));
}

TEST_F(ExecutorTest, ACycleIsNamed) {
  GraphBuilder b("g");
  const Output x = b.arg(), y = b.node("TestAdd", {x, x}), z = b.node("TestAdd", {y, x});
  b.g->nodes[size_t(y.node)].inputs[1] = z;
  auto g = b.returning({z});
  auto p = Plan::make(*g);
  ASSERT_FALSE(p);
  EXPECT_NE(p.error().message().find("cycle"), std::string::npos);
}

}  // namespace
}  // namespace smw::testing
