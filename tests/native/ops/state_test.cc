#include "call_op.h"
#include "ops/format_tensor.h"
#include "ops/tensor_list.h"
#include "ops/variable.h"

namespace smw::testing {
namespace {

Attrs dtypeAttr(std::string_view name, DType t) {
  Attrs a;
  a.set(name, t);
  return a;
}

Tensor variable(TestContext& c, std::string_view name) {
  Attrs a = dtypeAttr("dtype", DType::kFloat);
  a.set("shared_name", std::string(name));
  return (*TestNode("VarHandleOp", a)(c, {}))[0];
}
Tensor readValue(TestContext& c, const Tensor& handle) {
  return (*TestNode("ReadVariableOp", dtypeAttr("dtype", DType::kFloat))(c, {handle}))[0];
}

TEST(Variables, AreFoundByNameAndStartWithoutAValue) {
  TestContext c;
  const Tensor v = variable(c, "v");
  EXPECT_EQ(*v.data<ResourceHandle>(), *variable(c, "v").data<ResourceHandle>());
  EXPECT_FALSE(*(*TestNode("VarIsInitializedOp")(c, {v}))[0].data<bool>());
  const auto r = TestNode("ReadVariableOp", dtypeAttr("dtype", DType::kFloat))(c, {v});
  ASSERT_FALSE(r.has_value());
  EXPECT_EQ(r.error().code(), Code::kFailedPrecondition);
}

TEST(Variables, ReadersKeepWhatTheyRead) {
  TestContext c;
  const Tensor v = variable(c, "v");
  ASSERT_TRUE(TestNode("AssignVariableOp", {}, 0)(c, {v, iota({3})}).has_value());
  const Tensor before = readValue(c, v);
  ASSERT_TRUE(TestNode("AssignAddVariableOp", {}, 0)(c, {v, iota({3})}).has_value());
  EXPECT_EQ(valuesOf<float>(before), (std::vector<float>{0, 1, 2}));
  EXPECT_EQ(valuesOf<float>(readValue(c, v)), (std::vector<float>{0, 2, 4}));
  // Nobody reads now: changed in place.
  const void* at = asVariable(v).value()->value().raw();
  ASSERT_TRUE(TestNode("ResourceScatterUpdate", {}, 0)(c, {v, ints({1}), tensorOf<float>({9}, {1})})
                  .has_value());
  EXPECT_EQ(asVariable(v).value()->value().raw(), at);
  EXPECT_EQ(valuesOf<float>(readValue(c, v)), (std::vector<float>{0, 9, 4}));
  EXPECT_FALSE(TestNode("AssignAddVariableOp", {}, 0)(c, {v, iota({2})}).has_value());
  EXPECT_EQ(valuesOf<float>(readValue(c, v)), (std::vector<float>{0, 9, 4}));
}

TEST(Variables, ReferencesFlowThroughAssign) {
  TestContext c;
  const Tensor v = variable(c, "v");
  const Tensor out = (*TestNode("Assign")(c, {v, iota({2})}))[0];
  EXPECT_EQ(*out.data<ResourceHandle>(), *v.data<ResourceHandle>());
  ASSERT_TRUE(TestNode("AssignSub")(c, {out, iota({2})}).has_value());
  EXPECT_EQ(valuesOf<float>(readValue(c, v)), (std::vector<float>{0, 0}));
}

Tensor reserve(TestContext& c, int n) {
  return (*TestNode("TensorListReserve", dtypeAttr("element_dtype", DType::kFloat))(
      c, {ints({2}), scalarInt(n)}))[0];
}

TEST(TensorLists, AreChangedInPlaceByTheirOnlyHolder) {
  TestContext c;
  TestNode set("TensorListSetItem", dtypeAttr("element_dtype", DType::kFloat));
  Tensor list = reserve(c, 3);
  const Variant* before = list.data<VariantValue>()->get();
  std::vector<Tensor> in;
  in.push_back(std::move(list));
  in.push_back(scalarInt(1));
  in.push_back(iota({2}));
  Tensor next = (*set(c, std::move(in)))[0];
  EXPECT_EQ(next.data<VariantValue>()->get(), before);
  // A second holder keeps the old entries.
  const Tensor other = (*set(c, {next, scalarInt(1), tensorOf<float>({7, 8}, {2})}))[0];
  EXPECT_NE(other.data<VariantValue>()->get(), before);
  const Attrs t = dtypeAttr("element_dtype", DType::kFloat);
  EXPECT_EQ(
      valuesOf<float>((*TestNode("TensorListGetItem", t)(c, {next, scalarInt(1), ints({2})}))[0]),
      (std::vector<float>{0, 1}));
  const Tensor all = (*TestNode("TensorListStack", t)(c, {other, ints({-1})}))[0];
  EXPECT_EQ(all.shape(), Shape({3, 2}));
  EXPECT_EQ(valuesOf<float>(all), (std::vector<float>{0, 0, 7, 8, 0, 0}));
}

TEST(TensorLists, RefuseWhatDoesNotFit) {
  TestContext c;
  const Attrs t = dtypeAttr("element_dtype", DType::kFloat);
  const Tensor list = reserve(c, 2);
  EXPECT_FALSE(TestNode("TensorListSetItem", t)(c, {list, scalarInt(2), iota({2})}).has_value());
  EXPECT_FALSE(TestNode("TensorListSetItem", t)(c, {list, scalarInt(0), iota({3})}).has_value());
  EXPECT_FALSE(TestNode("TensorListPushBack", t)(c, {list, iota<int32_t>({2})}).has_value());
  EXPECT_FALSE(TestNode("TensorListGetItem", t)(c, {list, scalarInt(-1), ints({2})}).has_value());
  EXPECT_FALSE(TestNode("TensorListReserve", t)(c, {ints({2}), scalarInt(-1)}).has_value());
  EXPECT_FALSE(TestNode("TensorListLength")(c, {scalarInt(1)}).has_value());
}

TEST(TensorLists, ComeFromRowsAndGoBack) {
  TestContext c;
  const Attrs t = dtypeAttr("element_dtype", DType::kFloat);
  const Tensor x = iota({3, 2});
  const Tensor list = (*TestNode("TensorListFromTensor", t)(c, {x, ints({2})}))[0];
  const Tensor picked = (*TestNode("TensorListGather", t)(c, {list, ints({2, 0}), ints({2})}))[0];
  EXPECT_EQ(valuesOf<float>(picked), (std::vector<float>{4, 5, 0, 1}));
  const auto joined =
      *TestNode("TensorListConcatV2", t, 2)(c, {list, ints({2}), tensorOf<int64_t>({}, {0})});
  EXPECT_EQ(valuesOf<float>(joined[0]), valuesOf<float>(x));
  EXPECT_EQ(valuesOf<int64_t>(joined[1]), (std::vector<int64_t>{2, 2, 2}));
}

TEST(TensorArrays, AreWrittenOnceAndReadOnce) {
  TestContext c;
  Attrs a = dtypeAttr("dtype", DType::kFloat);
  const auto made = *TestNode("TensorArrayV3", a, 2)(c, {scalarInt(2)});
  TestNode write("TensorArrayWriteV3");
  ASSERT_TRUE(write(c, {made[0], scalarInt(0), iota({2}), made[1]}).has_value());
  ASSERT_TRUE(write(c, {made[0], scalarInt(1), iota({2}), made[1]}).has_value());
  EXPECT_FALSE(write(c, {made[0], scalarInt(1), iota({2}), made[1]}).has_value());
  EXPECT_FALSE(write(c, {made[0], scalarInt(2), iota({2}), made[1]}).has_value());
  const Tensor all = (*TestNode("TensorArrayGatherV3", a)(c, {made[0], ints({1, 0}), made[1]}))[0];
  EXPECT_EQ(all.shape(), Shape({2, 2}));
  EXPECT_FALSE(TestNode("TensorArrayReadV3", a)(c, {made[0], scalarInt(0), made[1]}).has_value());
}

TEST(RestoreV2, WaitsUntilAllTensorsAreThere) {
  TestContext c;
  Attrs a;
  a.set("dtypes", std::vector<DType>{DType::kFloat, DType::kFloat});
  TestNode restore("RestoreV2", a, 2);
  const Tensor prefix = Tensor::scalar<std::string>("p").value();
  const Tensor names = tensorOf<std::string>({"a", "b"}, {2}),
               slices = tensorOf<std::string>({"", ""}, {2});
  c.checkpointTensors["a"] = iota({1});
  ASSERT_TRUE(restore(c, {prefix, names, slices}).has_value());
  EXPECT_TRUE(restore.waiting);
  c.checkpointTensors["b"] = iota({2});
  const auto out = restore(c, {prefix, names, slices});
  EXPECT_FALSE(restore.waiting);
  EXPECT_EQ((*out)[1].shape(), Shape({2}));
}

Attrs seeded(DType t, int64_t seed, int64_t seed2) {
  Attrs a = dtypeAttr("dtype", t);
  a.set("seed", seed);
  a.set("seed2", seed2);
  return a;
}

// The numbers are TensorFlow 2.21's for the same seeds.
TEST(Random, NumbersAreTensorFlows) {
  TestContext c;
  TestNode node("RandomUniform", seeded(DType::kFloat, 87654321, 23489));
  EXPECT_EQ(valuesOf<float>((*node(c, {ints({3})}))[0]),
            (std::vector<float>{0.7583916187286377f, 0.6698901653289795f, 0.5748857259750366f}));
  EXPECT_EQ(valuesOf<float>((*node(c, {ints({3})}))[0]),
            (std::vector<float>{0.9078811407089233f, 0.07335376739501953f, 0.6634087562561035f}));
  EXPECT_EQ(valuesOf<double>(call("RandomUniform", {ints({2})}, seeded(DType::kDouble, 1, 2))[0]),
            (std::vector<double>{0.2511744980841868, 0.44316677020093853}));
  const Tensor h = call("RandomUniform", {ints({3})}, seeded(DType::kHalf, 1, 3))[0];
  EXPECT_EQ(float(h.data<half>()[2]), 0.0771484375f);
  const auto normal =
      valuesOf<float>(call("RandomStandardNormal", {ints({5})}, seeded(DType::kFloat, 1, 4))[0]);
  EXPECT_NEAR(normal[4], -0.6292665600776672f, 1e-6);
  const auto cut =
      valuesOf<float>(call("TruncatedNormal", {ints({5})}, seeded(DType::kFloat, 1, 4))[0]);
  EXPECT_NEAR(cut[4], -0.05620475485920906f, 1e-6);
  EXPECT_EQ(valuesOf<int32_t>(call("RandomUniformInt", {ints({5}), scalarInt(0), scalarInt(1000)},
                                   seeded(DType::kInt32, 1, 4))[0]),
            (std::vector<int32_t>{256, 413, 525, 505, 183}));
  EXPECT_EQ(valuesOf<int32_t>(
                call("RandomShuffle", {iota<int32_t>({10})}, seeded(DType::kInt32, 1, 4))[0]),
            (std::vector<int32_t>{6, 5, 7, 0, 9, 2, 3, 1, 4, 8}));
  EXPECT_EQ(valuesOf<int32_t>(
                call("RandomShuffle", {iota<int32_t>({5, 2})}, seeded(DType::kInt32, 1, 4))[0]),
            (std::vector<int32_t>{2, 3, 4, 5, 6, 7, 8, 9, 0, 1}));
}

TEST(Random, WithoutSeedsEveryNodeDiffers) {
  TestContext c;
  const Attrs a = dtypeAttr("dtype", DType::kFloat);
  EXPECT_NE(valuesOf<float>((*TestNode("RandomUniform", a)(c, {ints({8})}))[0]),
            valuesOf<float>((*TestNode("RandomUniform", a)(c, {ints({8})}))[0]));
}

TEST(Assert, TellsItsData) {
  TestContext c;
  Attrs a;
  a.set("T", std::vector<DType>{DType::kString, DType::kInt32});
  a.set("summarize", int64_t(2));
  const Tensor no = Tensor::scalar(false).value(), yes = Tensor::scalar(true).value();
  const Tensor text = Tensor::scalar<std::string>("x too large:").value();
  const auto r = TestNode("Assert", a, 0)(c, {no, text, ints({1, 2, 3})});
  ASSERT_FALSE(r.has_value());
  EXPECT_EQ(r.error().code(), Code::kInvalidArgument);
  EXPECT_NE(r.error().message().find("assertion failed: [x too large:] [1 2...]"),
            std::string::npos)
      << r.error().message();
  EXPECT_TRUE(TestNode("Assert", a, 0)(c, {yes, text, ints({1})}).has_value());
}

TEST(SummarizeElements, NestsAndCuts) {
  const std::vector<int32_t> v{1, 2, 3, 4};
  const auto text = [&](const Shape& s, int64_t limit) {
    return summarizeElements(DType::kInt32, s, v.data(), limit);
  };
  EXPECT_EQ(text(Shape(), 3), "1");
  EXPECT_EQ(text({4}, -1), "1 2 3 4");
  EXPECT_EQ(text({2, 2}, 10), "[1 2][3 4]");
  EXPECT_EQ(text({2, 2}, 3), "[1 2][3...]...");
  EXPECT_EQ(text({2, 2, 1}, 3), "[[1][2]][[3]]...");
  EXPECT_EQ(text({2, 2}, 0), "...");
  EXPECT_EQ(text({0, 2}, 3), "");
}

}  // namespace
}  // namespace smw::testing
