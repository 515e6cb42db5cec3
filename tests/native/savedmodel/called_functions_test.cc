#include "savedmodel/called_functions.h"

#include <gtest/gtest.h>

#include <set>

#include "base/strings.h"
#include "proto/meta_graph.pb.h"
#include "savedmodel/pb_scanner.h"
#include "support/attr.h"

namespace smw {
namespace {

using tensorflow::FunctionDef;
using tensorflow::MetaGraphDef;

// A function whose nodes have these ops.
FunctionDef function(const std::string& name, const std::vector<std::string>& ops) {
  FunctionDef f;
  f.mutable_signature()->set_name(name);
  for (const std::string& op : ops) {
    auto* n = f.add_node_def();
    n->set_name(cat("n", f.node_def_size()));
    n->set_op(op);
  }
  return f;
}
// A node of the graph that calls.
tensorflow::NodeDef* call(MetaGraphDef& m, const std::string& name, const std::string& callee) {
  auto* n = m.mutable_graph_def()->add_node();
  n->set_name(name);
  n->set_op("StatefulPartitionedCall");
  mutableAttr(n, "f").mutable_func()->set_name(callee);
  return n;
}
std::set<std::string> names(const MetaGraphDef& m) {
  std::set<std::string> all;
  for (const auto& f : m.graph_def().library().function()) all.insert(f.signature().name());
  return all;
}

TEST(CalledFunctions, OnlyWhatIsReachedIsParsed) {
  MetaGraphDef m;
  call(m, "main", "a");
  call(m, "saving", "save");
  m.mutable_saver_def()->set_save_tensor_name("saving:0");
  FunctionDef a = function("a", {"Add", "If", "byName", "Case"});
  mutableAttr(a.mutable_node_def(1), "then_branch").mutable_func()->set_name("then");
  auto* branch = mutableAttr(a.mutable_node_def(3), "branches").mutable_list()->add_func();
  branch->set_name("branch");
  mutableAttr(branch, "f").mutable_func()->set_name("inner");
  std::vector<std::string> bodies;
  for (const FunctionDef& f :
       {a, function("then", {"Mul", "a"}), function("byName", {}), function("branch", {}),
        function("inner", {}), function("save", {"SaveV2", "Add"}), function("other", {"Add"})})
    bodies.push_back(f.SerializeAsString());
  UncalledFunctions rest;
  ASSERT_TRUE(addCalledFunctions(m, bodies, &rest));
  EXPECT_EQ(names(m), (std::set<std::string>{"a", "then", "byName", "branch", "inner"}));
  EXPECT_EQ(rest.count, 2);
  EXPECT_EQ(rest.ops["Add"], 2);
  EXPECT_EQ(rest.ops["SaveV2"], 1);
  for (const auto& f : m.graph_def().library().function())
    if (f.signature().name() == "a") EXPECT_EQ(f.SerializeAsString(), a.SerializeAsString());
}

TEST(CalledFunctions, ParsedOnesCallToo) {
  MetaGraphDef m;
  *m.mutable_graph_def()->mutable_library()->add_function() = function("large", {"small"});
  UncalledFunctions rest;
  ASSERT_TRUE(addCalledFunctions(m, {function("small", {}).SerializeAsString()}, &rest));
  EXPECT_EQ(names(m), (std::set<std::string>{"large", "small"}));
}

TEST(CalledFunctions, DamageCountsWhereItIsCalled) {
  std::string body = function("f", {"Add"}).SerializeAsString();
  body.pop_back();
  for (const char* callee : {"f", "g"}) {
    MetaGraphDef m;
    call(m, "main", callee);
    UncalledFunctions rest;
    EXPECT_EQ(addCalledFunctions(m, {body, ""}, &rest), callee[0] == 'g');
  }
}

// What the scanner takes out of a library and what it leaves in, in whatever pieces the file comes.
TEST(CalledFunctions, TheScannerKeepsThemWhole) {
  tensorflow::SavedModel model;
  auto* library = model.add_meta_graphs()->mutable_graph_def()->mutable_library();
  for (int i = 0; i < 200; ++i) *library->add_function() = function(cat("small", i), {"Add"});
  *library->add_function() = function("large", std::vector<std::string>(100, "Mul"));
  model.mutable_meta_graphs(0)->mutable_saver_def()->set_restore_op_name("r");
  model.add_meta_graphs();
  const std::string file = model.SerializeAsString();
  const auto all = std::as_bytes(std::span(file));
  for (const size_t piece : {1, 7, 1 << 20}) {
    PbScanner scanner("f", int64_t(file.size()), nullptr, {.wholeFunction = 100});
    while (!scanner.done()) {
      const size_t at = size_t(scanner.position());
      ASSERT_TRUE(scanner.feed(all.subspan(at, std::min(piece, all.size() - at))));
    }
    ASSERT_EQ(scanner.functions().size(), 2u);
    EXPECT_TRUE(scanner.functions()[1].empty());
    ASSERT_EQ(scanner.functions()[0].size(), 200u);
    for (int i = 0; i < 200; ++i)
      EXPECT_EQ(scanner.functions()[0][size_t(i)], library->function(i).SerializeAsString());
    MetaGraphDef m;
    ASSERT_TRUE(m.ParseFromString(scanner.metaGraphs()[0]));
    EXPECT_EQ(names(m), std::set<std::string>{"large"});
    EXPECT_EQ(m.saver_def().restore_op_name(), "r");
  }
  // No more than that together.
  PbScanner scanner("f", int64_t(file.size()), nullptr, {.wholeFunctions = 60});
  ASSERT_TRUE(scanner.feed(all));
  MetaGraphDef m;
  ASSERT_TRUE(m.ParseFromString(scanner.metaGraphs()[0]));
  EXPECT_LT(scanner.functions()[0].size(), 4u);
  EXPECT_EQ(scanner.functions()[0].size() + names(m).size(), 201u);
}

}  // namespace
}  // namespace smw
