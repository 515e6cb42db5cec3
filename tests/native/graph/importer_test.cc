// GraphDefs by hand, sound and unsound.
#include <gtest/gtest.h>

#include "base/strings.h"
#include "graph/import.h"
#include "proto/meta_graph.pb.h"
#include "support/attr.h"

namespace smw {
namespace {

using tensorflow::FunctionDef;
using tensorflow::NodeDef;

struct Model {
  tensorflow::MetaGraphDef m;
  ConstantPool pool;

  NodeDef* node(const std::string& name, const std::string& op,
                std::initializer_list<std::string> inputs = {}) {
    return fill(m.mutable_graph_def()->add_node(), name, op, inputs);
  }
  static NodeDef* fill(NodeDef* n, const std::string& name, const std::string& op,
                       std::initializer_list<std::string> inputs) {
    n->set_name(name);
    n->set_op(op);
    for (const auto& i : inputs) n->add_input(i);
    mutableAttr(n, "T").set_type(tensorflow::DT_FLOAT);
    if (op == "Placeholder") mutableAttr(n, "dtype").set_type(tensorflow::DT_FLOAT);
    return n;
  }
  FunctionDef* function(const std::string& name, std::initializer_list<std::string> args,
                        std::initializer_list<std::pair<std::string, std::string>> outputs) {
    FunctionDef* f = m.mutable_graph_def()->mutable_library()->add_function();
    f->mutable_signature()->set_name(name);
    for (const auto& a : args) {
      auto* arg = f->mutable_signature()->add_input_arg();
      arg->set_name(a);
      arg->set_type(tensorflow::DT_FLOAT);
    }
    for (const auto& [key, value] : outputs) {
      auto* out = f->mutable_signature()->add_output_arg();
      out->set_name(key);
      out->set_type(tensorflow::DT_FLOAT);
      auto* ret = f->add_ret();
      ret->set_key(key);
      ret->set_value(value);
    }
    return f;
  }
  Result<std::unique_ptr<Graph>> import(std::vector<std::string> feeds,
                                        std::vector<std::string> fetches) {
    importer_ = std::make_unique<Importer>(m, "saved_model.pb", pool);
    return importer_->import({"serve", std::move(feeds), std::move(fetches), {}});
  }
  std::unique_ptr<Importer> importer_;
};

const Node& outputOf(const Graph& g) { return g[g.outputs[0].node]; }

TEST(Importer, OnlyWhatIsReached) {
  Model m;
  m.node("x", "Placeholder");
  m.node("y", "Relu", {"x"});
  m.node("z", "NoSuchOp", {"y"});
  const auto g = m.import({"x:0"}, {"y:0"});
  ASSERT_TRUE(g) << g.error().message();
  EXPECT_EQ((*g)->nodes.size(), 2u);
  EXPECT_EQ(outputOf(**g).op, "Relu");
  EXPECT_EQ((**g)[(*g)->args[0]].attrs.getOr("dtype", DType::kInvalid), DType::kFloat);
}

TEST(Importer, EveryUnsupportedOpAtOnce) {
  Model m;
  m.node("x", "Placeholder");
  m.node("a", "NoSuchOp", {"x"});
  m.node("b", "NoSuchOp", {"a"});
  m.node("c", "NorThisOne", {"b", "^a"});
  const auto g = m.import({"x:0"}, {"c:0"});
  ASSERT_FALSE(g);
  EXPECT_EQ(g.error().code(), Code::kUnimplemented);
  EXPECT_EQ(g.error().signature(), "serve");
  for (const char* part : {"NorThisOne (node c)", "NoSuchOp (nodes ", "a", "b"})
    EXPECT_NE(g.error().message().find(part), std::string::npos) << g.error().message();
}

TEST(Importer, OpsThatPassesMakeMayNotBeNamed) {
  Model m;
  m.node("x", "Placeholder");
  m.node("a", "_FusedConv2D", {"x", "x"});
  const auto g = m.import({"x:0"}, {"a:0"});
  ASSERT_FALSE(g);
  EXPECT_EQ(g.error().code(), Code::kUnimplemented);
}

TEST(Importer, OutputsOfFunctionsByTheNamesOfArguments) {
  Model m;
  m.node("x", "Placeholder");
  auto* call = m.node("call", "PartitionedCall", {"x"});
  mutableAttr(call, "f").mutable_func()->set_name("f");
  for (const char* types : {"Tin", "Tout"})
    mutableAttr(call, types).mutable_list()->add_type(tensorflow::DT_FLOAT);
  FunctionDef* f = m.function("f", {"a"}, {{"r", "s:output:1"}});
  auto* split = Model::fill(f->add_node_def(), "s", "Split", {"axis:output:0", "a"});
  mutableAttr(split, "num_split").set_i(2);
  auto* axis = Model::fill(f->add_node_def(), "axis", "Const", {});
  auto* t = mutableAttr(axis, "value").mutable_tensor();
  t->set_dtype(tensorflow::DT_INT32);
  t->add_int_val(0);
  ASSERT_TRUE(findOp("PartitionedCall") && findOp("Split"));
  const auto g = m.import({"x:0"}, {"call:0"});
  ASSERT_TRUE(g) << g.error().message();
  const auto body = m.importer_->find({"f", nullptr});
  ASSERT_TRUE(body);
  EXPECT_EQ((*body)->outputs[0].index, 1);
  EXPECT_EQ(outputOf(**body).op, "Split");
  (*t->mutable_tensor_shape()).add_dim()->set_size(-1);
  EXPECT_FALSE(m.import({"x:0"}, {"call:0"})) << "a constant with a negative size";
}

TEST(Importer, CallsByTheFunctionsName) {
  Model m;
  m.node("x", "Placeholder");
  m.node("y", "twice", {"x"});
  FunctionDef* f = m.function("twice", {"a"}, {{"r", "sum:z:0"}});
  Model::fill(f->add_node_def(), "sum", "AddV2", {"a", "a"});
  ASSERT_TRUE(findOp("PartitionedCall"));
  const auto g = m.import({"x:0"}, {"y:0"});
  ASSERT_TRUE(g) << g.error().message();
  EXPECT_EQ(outputOf(**g).op, "PartitionedCall");
}

TEST(Importer, ReferencesAreRead) {
  Model m;
  auto* v = m.node("v", "VariableV2");
  mutableAttr(v, "dtype").set_type(tensorflow::DT_FLOAT);
  m.node("y", "Relu", {"v"});
  ASSERT_TRUE(findOp("VariableV2"));
  const auto g = m.import({}, {"y:0", "v:0"});
  ASSERT_TRUE(g) << g.error().message();
  for (size_t i = 0; i < 2; ++i) {
    const Node* n = &(**g)[(*g)->outputs[i].node];
    if (n->op == "Relu") n = &(**g)[n->inputs[0].node];
    EXPECT_EQ(n->op, "ReadVariableOp");
  }
}

TEST(Importer, LargeConstantsStayInTheFile) {
  Model m;
  auto* t = mutableAttr(m.node("c", "Const"), "value").mutable_tensor();
  t->set_dtype(tensorflow::DT_FLOAT);
  t->mutable_tensor_shape()->add_dim()->set_size(2000);
  t->set_content_offset(77);
  t->set_content_length(8000);
  auto g = m.import({}, {"c:0"});
  ASSERT_TRUE(g) << g.error().message();
  const Constant& c = *outputOf(**g).constant;
  EXPECT_EQ(c.source.kind, WeightSource::kFile);
  EXPECT_EQ(c.source.offset, 77);
  EXPECT_EQ(c.shape, Shape({2000}));
  t->set_content_length(7999);
  EXPECT_FALSE(m.import({}, {"c:0"}));
}

TEST(Importer, UnsoundGraphsGiveErrorsThatNameTheNode) {
  const auto error = [](auto build, const char* node, Code code) {
    Model m;
    m.node("x", "Placeholder");
    build(m);
    const auto g = m.import({"x:0"}, {"y:0"});
    ASSERT_FALSE(g) << node;
    EXPECT_EQ(g.error().code(), code) << g.error().message();
    EXPECT_EQ(g.error().node(), node) << g.error().message();
    EXPECT_EQ(g.error().signature(), "serve");
  };
  error([](Model& m) { m.node("y", "Relu", {"gone"}); }, "y", Code::kNotFound);
  error([](Model& m) { m.node("y", "Relu", {"x", "^gone"}); }, "y", Code::kNotFound);
  error([](Model& m) { m.node("y", "Relu", {}); }, "y", Code::kInvalidArgument);
  error([](Model& m) { m.node("y", "Relu", {"x", "x"}); }, "y", Code::kInvalidArgument);
  error(
      [](Model& m) {
        m.node("y", "Relu", {"z:3"});
        m.node("z", "Relu", {"x"});
      },
      "z", Code::kInvalidArgument);
  error(
      [](Model& m) {
        m.node("y", "Relu", {"x"});
        m.node("y", "Relu", {"x"});
      },
      "y", Code::kInvalidArgument);
  error(
      [](Model& m) {
        m.node("y", "Relu", {"z"});
        m.node("z", "Relu", {"y"});
      },
      "y", Code::kInvalidArgument);
  error([](Model& m) { m.node("y", "Const"); }, "y", Code::kInvalidArgument);
}

TEST(Importer, MissingFeedsAndFetches) {
  Model m;
  m.node("x", "Placeholder");
  EXPECT_EQ(m.import({"nope:0"}, {"x:0"}).error().code(), Code::kNotFound);
  EXPECT_EQ(m.import({"x:0"}, {"nope:0"}).error().code(), Code::kNotFound);
  const auto g = m.import({"x:0"}, {"x:0"});
  ASSERT_TRUE(g) << "an input that is an output";
  EXPECT_EQ(outputOf(**g).op, kArgOp);
}

TEST(Importer, CallsThatDoNotFitTheirFunctions) {
  ASSERT_TRUE(findOp("PartitionedCall"));
  const auto error = [](int inputs, int outputs, const char* name) {
    Model m;
    m.node("x", "Placeholder");
    auto* call = m.node("y", "PartitionedCall");
    for (int i = 0; i < inputs; ++i) {
      call->add_input("x");
      mutableAttr(call, "Tin").mutable_list()->add_type(tensorflow::DT_FLOAT);
    }
    for (int i = 0; i < outputs; ++i)
      mutableAttr(call, "Tout").mutable_list()->add_type(tensorflow::DT_FLOAT);
    mutableAttr(call, "f").mutable_func()->set_name(name);
    FunctionDef* f = m.function("f", {"a"}, {{"r", "s:activations:0"}});
    Model::fill(f->add_node_def(), "s", "Relu", {"a"});
    const auto g = m.import({"x:0"}, {"y:0"});
    return g ? std::string() : g.error().message();
  };
  EXPECT_EQ(error(1, 1, "f"), "");
  EXPECT_NE(error(2, 1, "f"), "");
  EXPECT_NE(error(1, 2, "f"), "");
  EXPECT_NE(error(1, 1, "g").find("'g'"), std::string::npos);
}

TEST(Importer, AVeryLongChain) {
  Model m;
  m.node("n0", "Placeholder");
  constexpr int kNodes = 200'000;
  for (int i = 1; i <= kNodes; ++i) m.node(cat("n", i), "Relu", {cat("n", i - 1)});
  const auto g = m.import({"n0:0"}, {cat("n", kNodes)});
  ASSERT_TRUE(g) << g.error().message();
  EXPECT_EQ((*g)->nodes.size(), size_t(kNodes) + 1);
}

}  // namespace
}  // namespace smw
