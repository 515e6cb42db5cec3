// Signatures that restore tensors of the checkpoint as they are called.
#include <gtest/gtest.h>

#include "support/attr.h"
#include "support/saved_model_file.h"
#include "support/writers.h"

namespace smw::testing {
namespace {

using tensorflow::DT_FLOAT;

class RestoreTest : public ::testing::Test {
 protected:
  RestoreTest() {
    constant("prefix", {"variables/variables"}, false);
    checkpoint_.add("a", DType::kFloat, {3}, bytesOf<float>({1, 2, 3}));
    checkpoint_.add("b", DType::kFloat, {2}, bytesOf<float>({4, 5}));
  }

  void constant(const std::string& name, const std::vector<std::string>& values, bool isVector) {
    auto& n = file_.node(name, "Const");
    mutableAttr(&n, "dtype").set_type(tensorflow::DT_STRING);
    auto* t = mutableAttr(&n, "value").mutable_tensor();
    t->set_dtype(tensorflow::DT_STRING);
    auto* shape = t->mutable_tensor_shape();
    if (isVector) shape->add_dim()->set_size(int64_t(values.size()));
    for (const std::string& v : values) t->add_string_val(v);
  }
  /// A signature `name` whose outputs are these tensors, as `dtypes`.
  void restoring(const std::string& name, const std::vector<std::string>& keys,
                 const std::vector<tensorflow::DataType>& dtypes) {
    constant(name + "/keys", keys, true);
    constant(name + "/slices", std::vector<std::string>(keys.size()), true);
    auto& restore = file_.node(name, "RestoreV2");
    for (const auto& in : {std::string("prefix"), name + "/keys", name + "/slices"})
      restore.add_input(in);
    auto& signature = file_.signature(name);
    for (size_t i = 0; i < dtypes.size(); ++i) {
      mutableAttr(&restore, "dtypes").mutable_list()->add_type(dtypes[i]);
      SavedModelFile::bind(signature.add_outputs(), "y" + std::to_string(i),
                           name + ":" + std::to_string(i), dtypes[i]);
    }
  }
  void load() {
    checkpoint_.write(file_.files, "variables/variables");
    loaded_.reset(new Model(file_.open()));
    const auto s = runLoader(*loaded_, file_.files);
    ASSERT_TRUE(s) << s.error().message();
  }
  /// Calls a signature without giving it up when it fails.
  Result<std::vector<Tensor>> call(const std::string& name) {
    int at = 0;
    while (loaded_->signatures()[size_t(at)].name != name) ++at;
    SMW_TRY(loaded_->begin(at, {}));
    for (int turn = 0; turn < 100; ++turn) {
      if (SMW_TRY(loaded_->run({})) == RunState::kDone) return loaded_->takeOutputs();
      while (true) {
        const LoadStep step = SMW_TRY(loaded_->fetch());
        if (step.done()) break;
        for (const ReadRequest& r : step.need) SMW_TRY(file_.files.read(r));
      }
    }
    return internal("the call never ends");
  }

  SavedModelFile file_;
  BundleWriter checkpoint_;
  std::unique_ptr<Model> loaded_;
};

std::vector<float> floatsOf(const Tensor& t) {
  return {t.data<float>(), t.data<float>() + t.numElements()};
}

TEST_F(RestoreTest, ATensorMayBeNamedTwice) {
  restoring("twice", {"a", "b", "a"}, {DT_FLOAT, DT_FLOAT, DT_FLOAT});
  load();
  for (int k = 0; k < 2; ++k) {
    const auto got = call("twice");
    ASSERT_TRUE(got) << got.error().message();
    EXPECT_EQ(floatsOf((*got)[0]), (std::vector<float>{1, 2, 3}));
    EXPECT_EQ(floatsOf((*got)[1]), (std::vector<float>{4, 5}));
    EXPECT_EQ(floatsOf((*got)[2]), (std::vector<float>{1, 2, 3}));
  }
}

TEST_F(RestoreTest, EachNameIsOfItsDType) {
  restoring("both", {"a", "a"}, {DT_FLOAT, tensorflow::DT_INT32});
  load();
  for (int k = 0; k < 2; ++k) EXPECT_EQ(call("both").error().code(), Code::kInvalidArgument);
}

TEST_F(RestoreTest, ACallThatFailedLeavesNothingToTheNext) {
  restoring("a", {"a"}, {DT_FLOAT});
  restoring("b", {"b"}, {DT_FLOAT});
  restoring("none", {"a", "none"}, {DT_FLOAT, DT_FLOAT});
  checkpoint_.shards()[0][0] ^= 1;  // of a
  load();
  for (int k = 0; k < 3; ++k) {
    EXPECT_EQ(call("a").error().code(), Code::kDataLoss);
    EXPECT_EQ(call("none").error().code(), Code::kNotFound);
    const auto b = call("b");
    ASSERT_TRUE(b) << b.error().message();
    EXPECT_EQ(floatsOf((*b)[0]), (std::vector<float>{4, 5}));
  }
}

}  // namespace
}  // namespace smw::testing
