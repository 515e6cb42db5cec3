#include "graph/same_graph.h"

#include <gtest/gtest.h>

namespace smw {
namespace {

/// relu(x) + 1, and a variable's handle.
Graph graph() {
  Graph g;
  Node x;
  x.name = "x";
  x.op = kArgOp;
  x.argument = 0;
  x.attrs.set("dtype", DType::kFloat);
  x.attrs.set("shape", PartialShape({1, 3}));
  g.args.push_back(g.add(x));
  const int one = g.addConst("one", makeConstant(Tensor::scalar(1.0f).value()));
  const auto add = [&](const char* name, const char* op, std::vector<Output> inputs) {
    Node n;
    n.name = name;
    n.op = op;
    n.def = findOp(op);
    n.inputs = std::move(inputs);
    return g.add(std::move(n));
  };
  const int relu = add("relu", "Relu", {{0, 0}});
  g.outputs = {{add("sum", "AddV2", {{relu, 0}, {one, 0}}), 0}};
  add("v", "VarHandleOp", {});
  return g;
}

TEST(SameGraph, ShapesOfInputsAndNamesOfNodesDoNotMatter) {
  Graph b = graph();
  b[0].name = "other";
  b[0].attrs.set("shape", PartialShape({-1, 3}));
  b[2].name = "other/relu";
  b[2].attrs.set("_output_shapes", std::vector<PartialShape>{PartialShape({1})});
  EXPECT_TRUE(sameGraph(graph(), b));
}

/// Has one body, under whatever name.
struct Library : FunctionLibrary {
  Graph body;
  Result<Graph*> find(const FunctionRef&) override { return &body; }
  Graph* add(std::unique_ptr<Graph>) override { return nullptr; }
};

TEST(SameGraph, RandomOpsAreFoundInWhatIsCalled) {
  Graph g = graph();
  Library library;
  library.body = graph();
  Node call;
  call.op = "PartitionedCall";
  call.attrs.set("f", FunctionRef{"body", nullptr});
  g.add(call);
  EXPECT_FALSE(*hasRandomOps(g, library));
  library.body[2].attrs.set("seed2", int64_t(1));
  EXPECT_TRUE(*hasRandomOps(g, library));
}

TEST(SameGraph, WhatIsComputedMatters) {
  const auto changed = [](auto change) {
    Graph b = graph();
    change(b);
    return sameGraph(graph(), b);
  };
  EXPECT_TRUE(changed([](Graph&) {}));
  EXPECT_FALSE(changed([](Graph& g) { g[0].attrs.set("dtype", DType::kDouble); }));
  EXPECT_FALSE(changed([](Graph& g) { g[1].constant = makeConstant(*Tensor::scalar(2.0f)); }));
  EXPECT_FALSE(changed([](Graph& g) { g[2].op = "Elu"; }));
  EXPECT_FALSE(changed([](Graph& g) { g[2].attrs.set("alpha", 1.0f); }));
  EXPECT_FALSE(changed([](Graph& g) { g[2].controls = {4}; }));
  EXPECT_FALSE(changed([](Graph& g) { g[3].inputs[0] = {0, 0}; }));
  EXPECT_FALSE(changed([](Graph& g) { g[4].name = "w"; }));
  EXPECT_FALSE(changed([](Graph& g) { g.outputs[0] = {2, 0}; }));
  EXPECT_FALSE(changed([](Graph& g) { g.mustRun = {4}; }));
  EXPECT_FALSE(changed([](Graph& g) { g.add(Node()); }));
  EXPECT_FALSE(changed([](Graph& g) { g.tokenFlow = true; }));
}

}  // namespace
}  // namespace smw
