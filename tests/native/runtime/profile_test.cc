#include "runtime/profile.h"

#include "runtime/executor.h"
#include "test_graph.h"

namespace smw::testing {
namespace {

/// What toJson() says of one step.
struct Told {
  std::string text;
  bool has(std::string_view s) const { return text.find(s) != std::string::npos; }
};

class ProfileTest : public ::testing::Test {
 protected:
  void runOnce(Plan& plan, std::vector<Tensor> args, bool counts = true,
               const std::function<bool()>& spent = {}) {
    profile_.beginRun();
    executor_.start(plan, std::move(args));
    RunState state = RunState::kPending;
    while (state != RunState::kDone) {
      profile_.resume();
      auto s = executor_.run({spent});
      profile_.pause();
      ASSERT_TRUE(s) << s.error().toJson();
      state = *s;
    }
    profile_.endRun(counts);
  }
  Told told() const { return {profile_.toJson()}; }

  NullContext context_;
  TestFunctions library_;
  Executor executor_{library_, context_};
  Profile profile_;
};

TEST_F(ProfileTest, TellsEveryStepWithItsShapes) {
  GraphBuilder b("g");
  const Output x = b.arg(), y = b.node("TestAdd", {x, b.scalar(1)});
  auto g = b.returning({b.node("TestAdd", {y, x})});
  auto plan = *Plan::make(*g);
  executor_.setProfile(&profile_);
  for (int i = 0; i < 3; ++i) runOnce(*plan, {floats({1, 2})});
  EXPECT_EQ(profile_.entries(), 2);
  const Told t = told();
  EXPECT_TRUE(t.has(R"(["g","TestAdd2","","TestAdd",0,"",0,12,[["float32",2]],3,)")) << t.text;
  EXPECT_TRUE(t.has(R"(["g","TestAdd3","","TestAdd",0,"",0,16,[["float32",2]],3,)")) << t.text;
}

TEST_F(ProfileTest, WhatOnlyTheShapeIsReadOfIsNoStep) {
  GraphBuilder b("g");
  const Output x = b.arg(), y = b.node("TestAdd", {x, b.scalar(1)});
  const Output z = b.node("TestAdd", {b.node("Reshape", {y, b.ints({1, -1})}), b.scalar(1)});
  const Output used = b.node("TestAdd", {x, b.scalar(2)});
  const Output shapes = b.node("TestAdd", {b.node("Fill", {b.node("Shape", {z}), b.scalar(7)}), x});
  auto g = b.returning({b.node("TestAdd", {used, used}), shapes});
  auto plan = *Plan::make(*g);
  executor_.setProfile(&profile_);
  for (int n : {2, 3}) {
    runOnce(*plan, {floats(std::vector<float>(size_t(n), 1.0f))});
    const std::vector<Tensor> got = executor_.takeOutputs();
    EXPECT_EQ(values(got[0]), std::vector<float>(size_t(n), 6));
  }
  EXPECT_EQ(profile_.entries(), 2 * 3);
}

TEST_F(ProfileTest, RecordsNothingWhileOff) {
  GraphBuilder b("g");
  const Output x = b.arg();
  auto g = b.returning({b.node("TestAdd", {x, x})});
  auto plan = *Plan::make(*g);
  runOnce(*plan, {floats({1})});
  EXPECT_EQ(profile_.entries(), 0);
  executor_.setProfile(&profile_);
  runOnce(*plan, {floats({1})});
  EXPECT_EQ(profile_.entries(), 1);
  const std::string once = profile_.toJson();
  executor_.setProfile(nullptr);
  executor_.start(*plan, {floats({1})});
  ASSERT_TRUE(executor_.run({}));
  EXPECT_EQ(profile_.toJson(), once);
}

TEST_F(ProfileTest, ForgetsTheRunForWarmingUp) {
  GraphBuilder b("g");
  const Output x = b.arg();
  auto g = b.returning({b.node("TestAdd", {x, x})});
  auto plan = *Plan::make(*g);
  executor_.setProfile(&profile_);
  runOnce(*plan, {floats({1})}, false);
  EXPECT_TRUE(told().has(R"("runs":[],)"));
  EXPECT_TRUE(told().has(R"([["float32",1]],0,0,0])")) << told().text;
}

TEST_F(ProfileTest, AStepThatIsLookedAtAndPausedCountsOnce) {
  GraphBuilder b("g");
  Output x = b.arg();
  for (int i = 0; i < 400; ++i) x = b.node("TestAdd", {x, b.scalar(1)});
  auto g = b.returning({x});
  auto plan = *Plan::make(*g);
  executor_.setProfile(&profile_);
  bool spent = false;
  int pauses = 0;
  runOnce(*plan, {floats({1})}, true, [&] {
    spent = !spent;
    pauses += spent;
    return spent;
  });
  EXPECT_GE(pauses, 3);
  EXPECT_EQ(profile_.entries(), 400);
  std::string steps = told().text;
  steps.resize(steps.find(R"(],"spans")"));
  int seen = 0;
  for (size_t at = steps.find("]],"); at != std::string::npos; at = steps.find("]],", at + 1)) {
    EXPECT_EQ(steps.substr(at, 5), "]],1,");
    ++seen;
  }
  EXPECT_EQ(seen, 400);
}

/// Steps of a loop are counted each time round, within the loop's own span.
TEST_F(ProfileTest, FollowsLoopsAndValueDependentSteps) {
  GraphBuilder c("cond");
  const Output ci = c.arg();
  library_.add(c.returning({c.node("TestLess", {ci, c.scalar(5)})}));
  GraphBuilder d("body");
  library_.add(d.returning({d.node("TestAdd", {d.arg(), d.scalar(1)})}));
  GraphBuilder b("g");
  const Output loop =
      b.node("TestWhile", {b.arg()}, functions({{"cond", "cond"}, {"body", "body"}}));
  auto g = b.returning({b.node("TestPositive", {loop})});
  auto plan = *Plan::make(*g);
  executor_.setProfile(&profile_);
  runOnce(*plan, {*Tensor::scalar<float>(0)});
  const Told t = told();
  EXPECT_TRUE(t.has(R"("TestWhile",4,"",0,4,[],1,)")) << t.text;
  EXPECT_TRUE(t.has(R"(["cond","TestLess2","","TestLess",0,"",0,8,[["bool"]],6,)")) << t.text;
  EXPECT_TRUE(t.has(R"(["body","TestAdd2","","TestAdd",0,"",0,8,[["float32"]],5,)")) << t.text;
  EXPECT_TRUE(t.has(R"("TestPositive",1,)")) << t.text;
}

}  // namespace
}  // namespace smw::testing
