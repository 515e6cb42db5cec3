// Whole models whose saved_model.pb is made here.
#include "runtime/model.h"

#include <gtest/gtest.h>

#include "support/attr.h"
#include "support/saved_model_file.h"

namespace smw {
namespace {

using tensorflow::DT_FLOAT;
using tensorflow::NodeDef;

/// Nodes of float32.
struct FloatModel : SavedModelFile {
  /// Fills a node that is not of the graph, as of a function.
  static NodeDef& fill(NodeDef& n, const char* name, const char* op,
                       std::initializer_list<const char*> inputs) {
    n.set_name(name);
    n.set_op(op);
    for (const char* i : inputs) n.add_input(i);
    mutableAttr(&n, "T").set_type(DT_FLOAT);
    return n;
  }
  NodeDef& node(const char* name, const char* op, std::initializer_list<const char*> inputs = {}) {
    return fill(*meta.mutable_graph_def()->add_node(), name, op, inputs);
  }
  void placeholder(const char* name, tensorflow::DataType dtype) {
    mutableAttr(&node(name, "Placeholder"), "dtype").set_type(dtype);
  }
  void signature(const char* name, const char* output) {
    auto& s = SavedModelFile::signature(name);
    bind(s.add_inputs(), "x", "x:0", DT_FLOAT);
    bind(s.add_outputs(), "y", output, DT_FLOAT);
  }
};

TEST(Model, AnUnsupportedSignatureIsKnownOnceLoaded) {
  FloatModel f;
  f.placeholder("x", tensorflow::DT_FLOAT);
  f.node("y", "Relu", {"x"});
  f.node("z", "NoSuchOp", {"y"});
  f.signature("good", "y:0");
  f.signature("lacks", "z:0");
  Model m = f.open();
  const Status s = runLoader(m, f.files);
  ASSERT_TRUE(s) << s.error().message();
  for (size_t i = 0; i < 2; ++i) {
    const bool good = m.signatures()[i].name == "good";
    std::vector<Tensor> inputs;
    inputs.push_back(Tensor::of<float>(std::vector<float>{1}, Shape({})).value());
    const Status checked = m.check(int(i), inputs);
    EXPECT_EQ(checked.has_value(), good);
    EXPECT_EQ(m.unsupported(i).size(), good ? 0u : 1u);
    if (good) continue;
    EXPECT_EQ(m.unsupported(i).at("NoSuchOp"), std::vector<std::string>{"z"});
    EXPECT_EQ(checked.error().code(), Code::kUnimplemented);
    EXPECT_NE(checked.error().message().find("NoSuchOp (node z)"), std::string::npos);
  }
}

/// One computation under two signatures: each keeps its own say on shapes.
TEST(Model, SignaturesOfOneGraphCheckTheirOwnInputs) {
  FloatModel f;
  f.placeholder("x", tensorflow::DT_FLOAT);
  f.node("y", "Relu", {"x"});
  f.signature("one", "y:0");
  f.signature("many", "y:0");
  for (auto& entry : *f.meta.mutable_signature_def())
    entry.mutable_value()
        ->mutable_inputs(0)
        ->mutable_value()
        ->mutable_tensor_shape()
        ->add_dim()
        ->set_size(entry.key() == "one" ? 1 : -1);
  Model m = f.open();
  const Status s = runLoader(m, f.files);
  ASSERT_TRUE(s) << s.error().message();
  for (size_t i = 0; i < 2; ++i) {
    const std::vector<Tensor> inputs = {
        Tensor::of<float>(std::vector<float>{-1, 2}, Shape({2})).value()};
    const bool many = m.signatures()[i].name == "many";
    EXPECT_EQ(m.check(int(i), inputs).has_value(), many);
    if (!many) continue;
    ASSERT_TRUE(m.begin(int(i), inputs));
    const auto state = m.run({});
    ASSERT_TRUE(state && *state == RunState::kDone);
    EXPECT_EQ(m.takeOutputs()[0].data<float>()[1], 2);
  }
}

TEST(Model, WhatCanBeFedIsTheGraphsSay) {
  FloatModel f;
  f.placeholder("x", tensorflow::DT_STRING);
  mutableAttr(&f.node("y", "Identity", {"x"}), "T").set_type(tensorflow::DT_STRING);
  f.signature("serve", "y:0");
  Model m = f.open();
  ASSERT_TRUE(runLoader(m, f.files));
  EXPECT_EQ(m.signatures()[0].inputs[0].dtype, DType::kString);
}

/// while true { v = true } as the model's initialiser: each step comes back, so that loading can be
/// aborted.
TEST(Model, AnEndlessInitialiserLetsOthersIn) {
  FloatModel f;
  f.placeholder("x", tensorflow::DT_FLOAT);
  f.signature("serve", "x:0");
  auto& always = f.node("true", "Const");
  mutableAttr(&always, "dtype").set_type(tensorflow::DT_BOOL);
  auto* tensor = mutableAttr(&always, "value").mutable_tensor();
  tensor->set_dtype(tensorflow::DT_BOOL);
  (void)tensor->mutable_tensor_shape();
  tensor->add_bool_val(true);
  auto& loop = f.node("loop", "While", {"true"});
  mutableAttr(&loop, "T").mutable_list()->add_type(tensorflow::DT_BOOL);
  for (const char* name : {"cond", "body"}) {
    mutableAttr(&loop, name).mutable_func()->set_name(name);
    auto* function = f.meta.mutable_graph_def()->mutable_library()->add_function();
    auto* signature = function->mutable_signature();
    signature->set_name(name);
    auto* in = signature->add_input_arg();
    in->set_name("a");
    in->set_type(tensorflow::DT_BOOL);
    auto* out = signature->add_output_arg();
    out->set_name("b");
    out->set_type(tensorflow::DT_BOOL);
    auto* ret = function->add_ret();
    ret->set_key("b");
    ret->set_value("a");
    if (name != std::string_view("body")) continue;
    // Something that others could see: else the loop would be dropped.
    signature->set_is_stateful(true);
    NodeDef& variable = FloatModel::fill(*function->add_node_def(), "v", "VarHandleOp", {});
    mutableAttr(&variable, "dtype").set_type(tensorflow::DT_BOOL);
    (void)mutableAttr(&variable, "shape").mutable_shape();
    NodeDef& set = FloatModel::fill(*function->add_node_def(), "set", "AssignVariableOp",
                                    {"v:resource:0", "a"});
    mutableAttr(&set, "dtype").set_type(tensorflow::DT_BOOL);
  }
  auto& init = f.SavedModelFile::signature("__saved_model_init_op");
  SavedModelFile::bind(init.add_outputs(), "__saved_model_init_op", "loop", tensorflow::DT_INVALID);
  Model m = f.open();
  int pending = 0;
  for (int i = 0; i < 100 && pending < 3; ++i) {
    const auto step = m.step();
    ASSERT_TRUE(step) << step.error().message();
    ASSERT_FALSE(step->done());
    for (const ReadRequest& r : step->need) ASSERT_TRUE(f.files.read(r));
    pending += step->pending;
  }
  EXPECT_EQ(pending, 3);
}

}  // namespace
}  // namespace smw
