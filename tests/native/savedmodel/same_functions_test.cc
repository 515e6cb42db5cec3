#include "savedmodel/same_functions.h"

#include <gtest/gtest.h>

#include "base/strings.h"
#include "proto/meta_graph.pb.h"
#include "savedmodel/called_functions.h"
#include "support/attr.h"

namespace smw {
namespace {

using tensorflow::FunctionDef;
using tensorflow::NodeDef;

// A function of one argument: Relu of it, then a call of `callee` where one is given.
FunctionDef function(const std::string& name, const std::string& callee = "", int64_t batch = 1) {
  FunctionDef f;
  f.mutable_signature()->set_name(name);
  f.mutable_signature()->add_input_arg()->set_name("x");
  auto* ret = f.add_ret();
  ret->set_key("y");
  ret->set_value("relu:activations:0");
  NodeDef* n = f.add_node_def();
  n->set_name("relu");
  n->set_op("Relu");
  n->add_input("x");
  mutableAttr(n, "T").set_type(tensorflow::DT_FLOAT);
  auto* shape = mutableAttr(n, "_output_shapes").mutable_list()->add_shape();
  shape->add_dim()->set_size(batch);
  shape->add_dim()->set_size(3);
  if (callee.empty()) return f;
  NodeDef* call = f.add_node_def();
  call->set_name("call");
  call->set_op("PartitionedCall");
  mutableAttr(call, "f").mutable_func()->set_name(callee);
  return f;
}

std::vector<std::string> serialized(const std::vector<FunctionDef>& functions) {
  std::vector<std::string> all;
  for (const FunctionDef& f : functions) all.push_back(f.SerializeAsString());
  return all;
}

/// Whether the second counts as the first.
bool same(const std::vector<FunctionDef>& functions) {
  const auto all = serialized(functions);
  const FunctionBodies bodies(all);
  SameFunctions s(bodies);
  EXPECT_EQ(s.keep(0), 0);
  return s.keep(1) == 0;
}

TEST(SameFunctions, NamesNotesAndBatchesDoNotMatter) {
  FunctionDef b = function("b", "", -1);
  mutableAttr(b.mutable_node_def(0), "_note").set_i(1);
  FunctionDef a = function("a");
  mutableAttr(a.mutable_node_def(0), "_note").set_i(2);
  EXPECT_TRUE(same({a, b}));
  EXPECT_TRUE(same({function("a", "f"), function("b", "g", 7), function("f"), function("g")}));
  EXPECT_TRUE(same({function("a", "elsewhere"), function("b", "elsewhere")}));
}

TEST(SameFunctions, WhatIsComputedMatters) {
  const auto changed = [](auto change) {
    FunctionDef b = function("b");
    change(b);
    return same({function("a"), b});
  };
  EXPECT_TRUE(changed([](FunctionDef&) {}));
  EXPECT_FALSE(changed([](FunctionDef& f) { f.mutable_node_def(0)->set_op("Elu"); }));
  EXPECT_FALSE(changed([](FunctionDef& f) { f.mutable_node_def(0)->set_name("r"); }));
  EXPECT_FALSE(changed([](FunctionDef& f) { f.mutable_node_def(0)->add_input("^x"); }));
  EXPECT_FALSE(changed([](FunctionDef& f) { f.mutable_node_def(0)->set_input(0, "y"); }));
  EXPECT_FALSE(changed([](FunctionDef& f) { *f.add_node_def() = f.node_def(0); }));
  EXPECT_FALSE(changed([](FunctionDef& f) { f.mutable_ret(0)->set_value("x"); }));
  EXPECT_FALSE(changed([](FunctionDef& f) {
    f.mutable_signature()->mutable_input_arg(0)->set_type(tensorflow::DT_HALF);
  }));
  EXPECT_FALSE(changed([](FunctionDef& f) {
    mutableAttr(f.mutable_node_def(0), "T").set_type(tensorflow::DT_HALF);
  }));
  EXPECT_FALSE(changed([](FunctionDef& f) { mutableAttr(f.mutable_node_def(0), "U").set_i(0); }));
  // Ranks are made use of.
  EXPECT_FALSE(changed([](FunctionDef& f) {
    mutableAttr(f.mutable_node_def(0), "_output_shapes").mutable_list()->add_shape();
  }));
  EXPECT_FALSE(changed([](FunctionDef& f) {
    auto& shapes = mutableAttr(f.mutable_node_def(0), "_output_shapes");
    shapes.mutable_list()->mutable_shape(0)->add_dim();
  }));
}

TEST(SameFunctions, WhatIsCalledMatters) {
  FunctionDef other = function("g");
  other.mutable_node_def(0)->set_op("Elu");
  EXPECT_FALSE(same({function("a", "f"), function("b", "g"), function("f"), other}));
  EXPECT_FALSE(same({function("a", "f"), function("b", "g"), function("f")}));
  // As elements of a list.
  const auto branches = [](const std::string& name, const std::string& callee) {
    FunctionDef f = function(name);
    mutableAttr(f.mutable_node_def(0), "branches").mutable_list()->add_func()->set_name(callee);
    return f;
  };
  EXPECT_TRUE(same({branches("a", "f"), branches("b", "g"), function("f"), function("g")}));
  EXPECT_FALSE(same({branches("a", "f"), branches("b", "g"), function("f"), other}));
}

TEST(SameFunctions, RandomOpsKeepTheirState) {
  std::vector<FunctionDef> random = {function("a"), function("b", "", -1)};
  for (FunctionDef& f : random) mutableAttr(f.mutable_node_def(0), "seed2").set_i(1);
  EXPECT_FALSE(same(random));
}

TEST(SameFunctions, CallsInARingEnd) {
  EXPECT_FALSE(same({function("a", "b"), function("b", "a")}));
  EXPECT_FALSE(same({function("a", "a"), function("b", "b")}));
  // So do chains: two of functions which differ at the end only.
  std::vector<FunctionDef> chain = {function("a", "f0"), function("b", "g0")};
  for (int i = 0; i < 20'000; ++i)
    for (const char* name : {"f", "g"})
      chain.push_back(function(cat(name, i), i + 1 < 20'000 ? cat(name, i + 1) : ""));
  EXPECT_FALSE(same(chain));
}

/// Past a bound functions are no longer looked for among those before: many load at once.
TEST(SameFunctions, ManyTakeNoLong) {
  std::vector<FunctionDef> many;
  for (int i = 0; i < 100'000; ++i) {
    many.emplace_back();
    many.back().mutable_signature()->set_name(cat(i));
    many.back().add_node_def()->set_name(cat(i));
  }
  const auto all = serialized(many);
  const FunctionBodies bodies(all);
  SameFunctions s(bodies);
  for (int i = 0; i < bodies.size(); ++i) ASSERT_EQ(s.keep(i), i);
}

TEST(SameFunctions, DamagedOnesStayApart) {
  for (size_t cut = 1; cut < 20; ++cut) {
    std::vector<std::string> all = serialized({function("a"), function("b")});
    for (std::string& b : all) b.resize(b.size() - cut);
    const FunctionBodies bodies(all);
    SameFunctions s(bodies);
    EXPECT_EQ(s.keep(0), 0);
    EXPECT_EQ(s.keep(1), 1) << cut;
  }
}

TEST(CalledFunctions, OneOfThoseThatSayTheSameIsParsed) {
  tensorflow::MetaGraphDef m;
  for (const char* f : {"a", "b", "c"}) {
    NodeDef* n = m.mutable_graph_def()->add_node();
    mutableAttr(n, "f").mutable_func()->set_name(f);
  }
  const auto bodies = serialized({function("a", "f"), function("b", "g"), function("c"),
                                  function("f"), function("g", "", -1)});
  ASSERT_TRUE(addCalledFunctions(m, bodies, nullptr));
  std::vector<std::string> parsed, called;
  for (const auto& f : m.graph_def().library().function()) parsed.push_back(f.signature().name());
  for (const auto& n : m.graph_def().node()) called.push_back(attrAt(n, "f").func().name());
  EXPECT_EQ(called, (std::vector<std::string>{"a", "a", "c"}));
  // "f" says the same as "c", which was asked for first.
  EXPECT_EQ(parsed.size(), 2u);
}

}  // namespace
}  // namespace smw
