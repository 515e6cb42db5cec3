// Variables that no restore op sets: the objects that a function is bound to say what they take.
#include <gtest/gtest.h>

#include "proto/trackable_object_graph.pb.h"
#include "savedmodel/object_restore.h"
#include "support/attr.h"
#include "support/saved_model_file.h"
#include "support/writers.h"

namespace smw::testing {
namespace {

using tensorflow::DT_FLOAT;
using tensorflow::DT_RESOURCE;

/// The signature "s" calls f, which gives back what it reads of its first and second captured
/// variable: of the handles "same" and "same_1", which are bound to the objects 2 and 1.
class CapturedVariablesTest : public ::testing::Test {
 protected:
  CapturedVariablesTest() {
    for (const char* name : {"same", "same_1"}) {
      auto& handle = file_.node(name, "VarHandleOp");
      mutableAttr(&handle, "dtype").set_type(DT_FLOAT);
      mutableAttr(&handle, "shape").mutable_shape()->add_dim()->set_size(2);
      mutableAttr(&handle, "shared_name").set_s(name);
    }
    file_.node("nothing", "NoOp");
    auto& call = file_.node("call", "StatefulPartitionedCall");
    for (const char* input : {"same", "same_1", "^nothing"}) call.add_input(input);
    mutableAttr(&call, "f").mutable_func()->set_name("f");
    auto* f = file_.meta.mutable_graph_def()->mutable_library()->add_function();
    f->mutable_signature()->set_name("f");
    auto& signature = file_.signature("s");
    for (int i = 0; i < 2; ++i) {
      const std::string n = std::to_string(i);
      mutableAttr(&call, "Tin").mutable_list()->add_type(DT_RESOURCE);
      mutableAttr(&call, "Tout").mutable_list()->add_type(DT_FLOAT);
      auto* arg = f->mutable_signature()->add_input_arg();
      arg->set_name("v" + n);
      arg->set_type(DT_RESOURCE);
      auto* out = f->mutable_signature()->add_output_arg();
      out->set_name("y" + n);
      out->set_type(DT_FLOAT);
      auto* read = f->add_node_def();
      read->set_name("read" + n);
      read->set_op("ReadVariableOp");
      read->add_input("v" + n);
      mutableAttr(read, "dtype").set_type(DT_FLOAT);
      auto* ret = f->add_ret();
      ret->set_key("y" + n);
      ret->set_value("read" + n + ":value:0");
      SavedModelFile::bind(signature.add_outputs(), "y" + n, "call:" + n, DT_FLOAT);
    }
    for (int i = 0; i < 3; ++i) {
      objects().add_nodes();
      stored_.add_nodes();
    }
    for (const char* name : {"a", "b"}) {
      const int node = name[0] - 'a' + 1;
      child(objects(), 0, name, node);
      child(stored_, 0, name, node);
      objects().mutable_nodes(node)->mutable_variable()->set_dtype(DT_FLOAT);
      auto* attribute = stored_.mutable_nodes(node)->add_attributes();
      attribute->set_name("VARIABLE_VALUE");
      attribute->set_checkpoint_key(name);
    }
    checkpoint_.add("a", DType::kFloat, {2}, bytesOf<float>({1, 2}));
    checkpoint_.add("b", DType::kFloat, {2}, bytesOf<float>({3, 4}));
  }

  tensorflow::SavedObjectGraph& objects() { return *file_.meta.mutable_object_graph_def(); }
  template <typename Objects>
  static void child(Objects& objects, int parent, const char* name, int node) {
    auto* c = objects.mutable_nodes(parent)->add_children();
    c->set_local_name(name);
    c->set_node_id(node);
  }
  void bind(const std::vector<int>& inputs) {
    auto* f = objects().add_concrete_functions();
    f->set_key("f");
    for (const int i : inputs) f->mutable_value()->add_bound_inputs(i);
  }
  /// What a call gives, both outputs in one.
  Result<std::vector<float>> values() {
    checkpoint_.addStrings(std::string(kObjectGraphKey), {}, {stored_.SerializeAsString()});
    checkpoint_.write(file_.files, "variables/variables");
    Model model = file_.open();
    SMW_TRY(runLoader(model, file_.files));
    SMW_TRY(model.begin(0, {}));
    EXPECT_EQ(SMW_TRY(model.run({})), RunState::kDone);
    std::vector<float> all;
    for (const Tensor& t : model.takeOutputs())
      all.insert(all.end(), t.data<float>(), t.data<float>() + t.numElements());
    return all;
  }

  SavedModelFile file_;
  tensorflow::TrackableObjectGraph stored_;
  BundleWriter checkpoint_;
};

TEST_F(CapturedVariablesTest, TakeWhatTheirObjectsHave) {
  bind({2, 1});
  const auto got = values();
  ASSERT_TRUE(got) << got.error().message();
  EXPECT_EQ(*got, (std::vector<float>{3, 4, 1, 2}));
}

TEST_F(CapturedVariablesTest, WhatTheRestoreOpSetsStays) {
  bind({2, 1});
  auto& keys = file_.node("keys", "Const");
  mutableAttr(&keys, "value").mutable_tensor()->add_string_val("a");
  auto& slices = file_.node("slices", "Const");
  mutableAttr(&slices, "value").mutable_tensor()->add_string_val("");
  auto& restore = file_.node("restore", "RestoreV2");
  for (const char* input : {"prefix", "keys", "slices"}) restore.add_input(input);
  mutableAttr(&restore, "dtypes").mutable_list()->add_type(DT_FLOAT);
  auto& assign = file_.node("assign", "AssignVariableOp");
  for (const char* input : {"same", "restore"}) assign.add_input(input);
  file_.node("prefix", "Placeholder");
  file_.meta.mutable_saver_def()->set_restore_op_name("assign");
  const auto got = values();
  ASSERT_TRUE(got) << got.error().message();
  EXPECT_EQ(*got, (std::vector<float>{1, 2, 1, 2}));
}

TEST_F(CapturedVariablesTest, ObjectsThatAreNotThereSetNothing) {
  for (const int stray : {-1, 3, INT32_MAX, INT32_MIN}) {
    child(objects(), 0, "stray", stray);
    child(stored_, 0, "stray", stray);
  }
  child(objects(), 1, "root", 0);
  child(stored_, 1, "root", 0);
  bind({1, -1});
  EXPECT_EQ(values().error().code(), Code::kFailedPrecondition);
}

TEST_F(CapturedVariablesTest, MoreMayBeBoundThanIsPassed) {
  bind({0, 1, 99, 1, 2});
  const auto got = values();
  ASSERT_TRUE(got) << got.error().message();
  EXPECT_EQ(*got, (std::vector<float>{1, 2, 3, 4}));
}

TEST_F(CapturedVariablesTest, AnObjectGraphThatIsDamagedIsAnError) {
  bind({2, 1});
  stored_.add_nodes()->add_children()->set_local_name(std::string(100, 'x'));
  std::string bytes = stored_.SerializeAsString();
  bytes.resize(bytes.size() - 50);
  checkpoint_.addStrings(std::string(kObjectGraphKey), {}, {bytes});
  checkpoint_.write(file_.files, "variables/variables");
  Model model = file_.open();
  const auto s = runLoader(model, file_.files);
  EXPECT_EQ(s.error().code(), Code::kDataLoss) << s.error().message();
}

}  // namespace
}  // namespace smw::testing
