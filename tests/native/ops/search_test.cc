#include <limits>

#include "call_op.h"

namespace smw::testing {
namespace {

constexpr float kNaN = std::numeric_limits<float>::quiet_NaN();
constexpr float kInf = std::numeric_limits<float>::infinity();

std::vector<int32_t> topIndices(const Tensor& x, int32_t k) {
  return valuesOf<int32_t>(call("TopKV2", {x, scalarInt(k)}, {}, 2)[1]);
}
template <typename T>
Tensor vectorOf(std::vector<T> v) {
  const Shape s({int64_t(v.size())});
  return tensorOf(std::move(v), s);
}

TEST(TopK, EqualValuesByIndexAndZerosAreEqual) {
  EXPECT_EQ(topIndices(vectorOf<float>({1, 3, 3, -kInf, kInf}), 5),
            (std::vector<int32_t>{4, 1, 2, 0, 3}));
  EXPECT_EQ(topIndices(vectorOf<float>({-0.0f, 0.0f, -1.0f}), 2), (std::vector<int32_t>{0, 1}));
  EXPECT_EQ(topIndices(vectorOf<int8_t>({-128, 127, -1}), 3), (std::vector<int32_t>{1, 2, 0}));
}

TEST(TopK, TheLargestIntegersAreNotTakenForNaN) {
  EXPECT_EQ(topIndices(vectorOf<int64_t>({1, INT64_MAX, 2}), 1), (std::vector<int32_t>{1}));
  EXPECT_EQ(topIndices(vectorOf<uint64_t>({UINT64_MAX, 1, UINT64_MAX}), 3),
            (std::vector<int32_t>{0, 2, 1}));
}

TEST(TopK, NaNComesFirstUnlessOneIsAskedFor) {
  EXPECT_EQ(topIndices(vectorOf<float>({1, kNaN, 2}), 2), (std::vector<int32_t>{1, 2}));
  EXPECT_EQ(topIndices(vectorOf<float>({1, kNaN, 2}), 1), (std::vector<int32_t>{2}));
  EXPECT_EQ(topIndices(vectorOf<float>({kNaN, 1, 2}), 1), (std::vector<int32_t>{0}));
}

TEST(TopK, RefusesWhatTensorFlowRefuses) {
  EXPECT_EQ(failure("TopKV2", {iota({3}), scalarInt(4)}, {}, 2), Code::kInvalidArgument);
  EXPECT_EQ(failure("TopKV2", {iota({3}), scalarInt(-1)}, {}, 2), Code::kInvalidArgument);
  EXPECT_EQ(failure("TopKV2", {iota({}), scalarInt(0)}, {}, 2), Code::kInvalidArgument);
}

TEST(Unique, NaNEqualsNothingAndZerosAreEqual) {
  const auto r = call("Unique", {vectorOf<float>({kNaN, 0.0f, -0.0f, kNaN, 5})}, {}, 2);
  EXPECT_EQ(valuesOf<int32_t>(r[1]), (std::vector<int32_t>{0, 1, 1, 2, 3}));
  EXPECT_EQ(r[0].numElements(), 4);
}

TEST(Unique, GroupsSlicesAlongAnAxis) {
  const Tensor x = tensorOf<std::string>({"a", "b", "a", "c", "d", "c"}, {2, 3});
  const auto r = call("UniqueWithCountsV2", {x, ints({1})}, {}, 3);
  EXPECT_EQ(r[0].shape(), Shape({2, 2}));
  EXPECT_EQ(valuesOf<std::string>(r[0]), (std::vector<std::string>{"a", "b", "c", "d"}));
  EXPECT_EQ(valuesOf<int32_t>(r[1]), (std::vector<int32_t>{0, 1, 0}));
  EXPECT_EQ(valuesOf<int32_t>(r[2]), (std::vector<int32_t>{2, 1}));
}

TEST(ListDiff, NaNIsNeverFound) {
  const auto r =
      call("ListDiff", {vectorOf<float>({kNaN, 1, 2}), vectorOf<float>({kNaN, 2})}, {}, 2);
  EXPECT_EQ(valuesOf<int32_t>(r[1]), (std::vector<int32_t>{0, 1}));
}

TEST(Where, GivesCoordinatesOfWhatIsNotZero) {
  const Tensor x = tensorOf<float>({0, 1, -0.0f, kNaN, 0, 2}, {2, 1, 3});
  const Tensor y = call("Where", {x})[0];
  EXPECT_EQ(y.shape(), Shape({3, 3}));
  EXPECT_EQ(valuesOf<int64_t>(y), (std::vector<int64_t>{0, 0, 1, 1, 0, 0, 1, 0, 2}));
  const Tensor c = tensorOf<complex64>({{0, -0.0f}, {0, 1}, {-1, 0}}, {3});
  EXPECT_EQ(valuesOf<int64_t>(call("Where", {c})[0]), (std::vector<int64_t>{1, 2}));
  EXPECT_EQ(call("Where", {Tensor::scalar(true).value()})[0].shape(), Shape({1, 0}));
  EXPECT_EQ(valuesOf<int64_t>(call("Where", {vectorOf<int64_t>({INT64_MIN, 0})})[0]),
            (std::vector<int64_t>{0}));
}

TEST(DynamicStitch, LaterEntriesWinAndGapsAreZero) {
  const auto r = call("DynamicStitch",
                      {ints({3, 0}), ints({0}), iota({2, 2}), tensorOf<float>({8, 9}, {1, 2})});
  EXPECT_EQ(valuesOf<float>(r[0]), (std::vector<float>{8, 9, 0, 0, 0, 0, 0, 1}));
  EXPECT_EQ(failure("DynamicStitch", {ints({-1}), iota({1})}), Code::kInvalidArgument);
}

TEST(DynamicPartition, KeepsOrder) {
  const auto r = call("DynamicPartition", {iota({4}), ints({1, 0, 1, 1})}, {}, 2);
  EXPECT_EQ(valuesOf<float>(r[0]), (std::vector<float>{1}));
  EXPECT_EQ(valuesOf<float>(r[1]), (std::vector<float>{0, 2, 3}));
  EXPECT_EQ(failure("DynamicPartition", {iota({1}), ints({2})}, {}, 2), Code::kInvalidArgument);
}

}  // namespace
}  // namespace smw::testing
