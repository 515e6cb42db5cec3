// Passes that change the structure: calls, loops, variables, constants.
#include "graph/evaluate.h"
#include "graph/passes/list.h"

namespace smw::testing {
namespace {

FunctionRef to(const char* name) { return {name, nullptr}; }

/// What the passes rely on of ops that other rooms own.
Status resolveNothing(Resolver& r) { return unimplemented(cat(r.op())); }
constexpr OpDef kState[] = {
    {"VarHandleOp", "-> resource", resolveNothing, Effect::kStateful},
    {"ReadVariableOp", "resource -> value", resolveNothing, Effect::kStateful},
    {"AssignVariableOp", "resource, value ->", resolveNothing, Effect::kStateful},
};
Output state(GraphBuilder& b, const char* op, std::vector<Output> in, std::string name = {}) {
  const int outputs = std::string_view(op) == "AssignVariableOp" ? 0 : 1;
  const Output o = b.node(op, std::move(in), floatAttrs({{"dtype", DType::kFloat}}), outputs);
  for (const OpDef& d : kState)
    if (d.name == op) (*b.g)[o.node].def = &d;
  if (!name.empty()) (*b.g)[o.node].name = name;
  return o;
}

/// f(a, b) = a + b
std::unique_ptr<Graph> sum(const char* name = "sum") {
  GraphBuilder b(name);
  const Output x = b.arg(), y = b.arg();
  return b.returning({b.node("AddV2", {x, y}, floatAttrs())});
}

std::vector<float> numbers(const Graph& g, FunctionLibrary& l, const std::vector<Tensor>& args) {
  auto r = evaluate(g, l, args);
  EXPECT_TRUE(r) << r.error().message();
  return r ? values((*r)[0]) : std::vector<float>();
}

TEST(Inline, NestedCallsDisappear) {
  Functions library;
  library.add(sum());
  GraphBuilder outer("outer");
  Output x = outer.arg();
  for (int i = 0; i < 3; ++i) {
    Attrs a;
    a.set("f", to("sum"));
    x = outer.node("PartitionedCall", {x, x}, a);
  }
  library.add(outer.returning({x}));
  GraphBuilder b("main");
  const Output in = b.arg();
  Attrs a;
  a.set("f", to("outer"));
  auto g = b.returning({b.node("StatefulPartitionedCall", {in}, a)});
  const auto want = numbers(*g, library, {floats({1, 2})});
  Optimized o;
  ASSERT_TRUE(o.run(*g, library));
  EXPECT_EQ(count(*g, "PartitionedCall") + count(*g, "StatefulPartitionedCall"), 0);
  // The sums that were in them are one chain now.
  EXPECT_EQ(count(*g, "AddV2"), 0);
  EXPECT_EQ(count(*g, "_FusedElementwise"), 1);
  EXPECT_EQ(numbers(*g, library, {floats({1, 2})}), want);
}

TEST(Inline, FunctionsThatCallThemselvesStayCalls) {
  Functions library;
  GraphBuilder f("f");
  const Output x = f.arg();
  Attrs a;
  a.set("f", to("f"));
  library.add(f.returning({f.node("PartitionedCall", {x}, a)}));
  GraphBuilder b("main");
  const Output in = b.arg();
  auto g = b.returning({b.node("PartitionedCall", {in}, a)});
  Optimized o;
  const auto s = o.run(*g, library);
  ASSERT_TRUE(s) << s.error().message();
  EXPECT_EQ(count(*g, "PartitionedCall"), 1);
}

TEST(Inline, CallsByTheThousandStopGrowing) {
  // Each function calls the one before twice: 2^40 nodes if all were inlined.
  Functions library;
  library.add(sum("f0"));
  for (int i = 1; i <= 40; ++i) {
    GraphBuilder f(cat("f", i).c_str());
    const Output x = f.arg(), y = f.arg();
    Attrs a;
    a.set("f", FunctionRef{cat("f", i - 1), nullptr});
    const Output l = f.node("PartitionedCall", {x, y}, a), r = f.node("PartitionedCall", {y, l}, a);
    library.add(f.returning({f.node("AddV2", {l, r}, floatAttrs())}));
  }
  GraphBuilder b("main");
  const Output x = b.arg();
  Attrs a;
  a.set("f", to("f40"));
  auto g = b.returning({b.node("PartitionedCall", {x, x}, a)});
  ASSERT_TRUE(passes::inlineCalls(*g, library));
  EXPECT_LT(g->nodes.size(), 1'000'000u);
}

TEST(Inline, EffectsOfACallAreStillRunAndWaitedFor) {
  Functions library;
  GraphBuilder f("write");
  const Output handle = f.arg(), v = f.arg();
  const Output w = state(f, "AssignVariableOp", {handle, v});
  f.g->mustRun = {w.node};
  library.add(f.returning({v}));
  GraphBuilder b("main");
  const Output var = state(b, "VarHandleOp", {}, "v"), x = b.arg();
  Attrs a;
  a.set("f", to("write"));
  const Output call = b.node("StatefulPartitionedCall", {var, x}, a);
  const Output read = state(b, "ReadVariableOp", {var});
  (*b.g)[read.node].controls = {call.node};
  auto g = b.returning({read});
  Optimized o;
  o.variables["v"] = {.key = "v", .slice = {}, .dtype = DType::kFloat, .shape = Shape({2})};
  const auto s = o.run(*g, library);
  ASSERT_TRUE(s) << s.error().message();
  EXPECT_EQ(count(*g, "AssignVariableOp"), 1);
  EXPECT_EQ(count(*g, "ReadVariableOp"), 1) << "an assigned variable is no constant";
  const auto order = g->order();
  ASSERT_TRUE(order);
  std::vector<std::string> ops;
  for (int i : *order)
    if ((*g)[i].op.ends_with("VariableOp")) ops.push_back((*g)[i].op);
  EXPECT_EQ(ops, (std::vector<std::string>{"AssignVariableOp", "ReadVariableOp"}));
}

TEST(Variables, OneThatNothingAssignsIsAConstantOfAllGraphs) {
  Functions library;
  const auto make = [&] {
    GraphBuilder b("main");
    const Output var = state(b, "VarHandleOp", {}, "w"), x = b.arg();
    return b.returning({b.node("AddV2", {x, state(b, "ReadVariableOp", {var})}, floatAttrs())});
  };
  auto g = make(), h = make();
  Optimized o;
  o.variables["w"] = {.key = "k", .slice = {}, .dtype = DType::kFloat, .shape = Shape({2})};
  PassContext c{.roots = {g.get(), h.get()},
                .library = library,
                .constants = o.pool,
                .variables = o.variables};
  ASSERT_TRUE(optimizeBeforeLoad(c));
  const auto wanted = constantsToLoad(c);
  ASSERT_EQ(wanted.size(), 1u);
  EXPECT_EQ(wanted[0]->source.key, "k");
  EXPECT_EQ(wanted[0]->source.kind, WeightSource::kCheckpoint);
  wanted[0]->value = floats({10, 20});
  o.pool.clear();
  c.ops = &o.context;
  ASSERT_TRUE(optimizeAfterLoad(c));
  EXPECT_EQ(numbers(*g, library, {floats({1, 2})}), (std::vector<float>{11, 22}));
  EXPECT_EQ(numbers(*h, library, {floats({3, 4})}), (std::vector<float>{13, 24}));
}

/// while (i < 3) { i += one; x = x + w } with w handed through the loop.
std::unique_ptr<Graph> loop(Functions& library, GraphBuilder& b, Output w) {
  GraphBuilder cond("cond");
  const Output i = cond.arg();
  cond.arg();
  cond.arg();
  library.add(cond.returning({cond.node("Less", {i, cond.scalar(3)}, floatAttrs())}));
  GraphBuilder body("body");
  const Output bi = body.arg(), bx = body.arg(), bw = body.arg();
  const Output value =
      (*b.g)[w.node].op == "VarHandleOp" ? state(body, "ReadVariableOp", {bw}) : bw;
  const Output ni = body.node("AddV2", {bi, body.scalar(1)}, floatAttrs());
  const Output nx = body.node("AddV2", {bx, value}, floatAttrs());
  library.add(body.returning({ni, nx, body.node("Identity", {bw}, floatAttrs())}));
  Attrs a;
  a.set("cond", to("cond"));
  a.set("body", to("body"));
  a.set("T", std::vector<DType>{DType::kFloat, DType::kFloat, DType::kFloat});
  const Output x = b.arg();
  const Output n = b.node("StatelessWhile", {b.scalar(0), x, w}, a, 3);
  return b.returning({{n.node, 1}});
}

TEST(Specialize, ConstantsGoIntoLoops) {
  Functions library;
  GraphBuilder b("main");
  auto g = loop(library, b, b.constant(floats({5, 7})));
  const auto want = numbers(*g, library, {floats({1, 2})});
  Optimized o;
  const auto s = o.run(*g, library);
  ASSERT_TRUE(s) << s.error().message();
  for (const Node& n : g->nodes)
    if (n.op == "StatelessWhile") {
      EXPECT_EQ(n.inputs.size(), 2u);
      EXPECT_EQ(n.numOutputs, 2);
      EXPECT_EQ(n.attrs.get<std::vector<DType>>("T")->size(), 2u);
    }
  EXPECT_EQ(numbers(*g, library, {floats({1, 2})}), want);
  EXPECT_EQ(want, (std::vector<float>{16, 23}));
}

TEST(Specialize, VariablesInLoopsAreConstants) {
  Functions library;
  GraphBuilder b("main");
  auto g = loop(library, b, state(b, "VarHandleOp", {}, "w"));
  Optimized o;
  o.variables["w"] = {.key = "w", .slice = {}, .dtype = DType::kFloat, .shape = Shape({2})};
  PassContext c{.roots = {g.get()},
                .library = library,
                .constants = o.pool,
                .variables = o.variables,
                .ops = &o.context};
  ASSERT_TRUE(optimizeBeforeLoad(c));
  const auto wanted = constantsToLoad(c);
  ASSERT_EQ(wanted.size(), 1u);
  wanted[0]->value = floats({5, 7});
  ASSERT_TRUE(optimizeAfterLoad(c));
  EXPECT_EQ(count(*g, "VarHandleOp"), 0);
  EXPECT_EQ(numbers(*g, library, {floats({1, 2})}), (std::vector<float>{16, 23}));
}

TEST(Specialize, EachPassAloneKeepsTheAnswer) {
  for (const Pass& p : allPasses()) {
    Functions library;
    GraphBuilder b("main");
    auto g = loop(library, b, b.constant(floats({5, 7})));
    Optimized o;
    o.off = {std::string(p.name)};
    const auto s = o.run(*g, library);
    ASSERT_TRUE(s) << p.name << ": " << s.error().message();
    EXPECT_EQ(numbers(*g, library, {floats({1, 2})}), (std::vector<float>{16, 23})) << p.name;
  }
}

TEST(Fold, ArithmeticOnConstantsHappensOnce) {
  Functions library;
  GraphBuilder b("main");
  const Output x = b.arg();
  const Output c = b.node("AddV2", {b.scalar(2), b.scalar(3)}, floatAttrs());
  auto g = b.returning({b.node("AddV2", {x, b.node("Neg", {c}, floatAttrs())}, floatAttrs())});
  Optimized o;
  ASSERT_TRUE(o.run(*g, library));
  EXPECT_EQ(count(*g, "AddV2"), 1);
  EXPECT_EQ(count(*g, "Neg"), 0);
  EXPECT_EQ(numbers(*g, library, {floats({1})}), (std::vector<float>{-4}));
}

TEST(Fold, ChosenBranchesAreInlined) {
  Functions library;
  library.add(sum("yes"));
  GraphBuilder no("no");
  no.arg();
  library.add(no.returning({no.arg()}));
  for (bool yes : {true, false}) {
    auto l = library.copy();
    GraphBuilder b("main");
    const Output x = b.arg();
    Attrs a;
    a.set("then_branch", to("yes"));
    a.set("else_branch", to("no"));
    auto g = b.returning({b.node("If", {b.constant(*Tensor::scalar(yes)), x, x}, a)});
    Optimized o;
    ASSERT_TRUE(o.run(*g, *l));
    EXPECT_EQ(count(*g, "If"), findOp("StatefulPartitionedCall") ? 0 : 1);
    EXPECT_EQ(numbers(*g, *l, {floats({4})})[0], yes ? 8 : 4);
  }
}

TEST(Order, ACycleIsAnErrorThatNamesANode) {
  GraphBuilder b("main");
  const Output x = b.arg();
  const Output y = b.node("Neg", {x}, floatAttrs()), z = b.node("Neg", {y}, floatAttrs());
  (*b.g)[y.node].inputs[0] = z;
  auto g = b.returning({z});
  Functions library;
  Optimized o;
  const auto s = o.run(*g, library);
  ASSERT_FALSE(s);
  EXPECT_EQ(s.error().code(), Code::kInvalidArgument);
  EXPECT_TRUE(s.error().node().starts_with("Neg"));
}

}  // namespace
}  // namespace smw::testing
