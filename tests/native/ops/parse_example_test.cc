
#include "call_op.h"
#include "ops/example_parser.h"

namespace smw::testing {
namespace {

// A writer of the wire format, for the tests.
std::string varint(uint64_t v) {
  std::string s;
  for (; v >= 128; v >>= 7) s += char(v | 128);
  return s + char(v);
}
std::string field(int number, std::string_view bytes) {
  return varint(uint64_t(number) << 3 | 2) + varint(bytes.size()) + std::string(bytes);
}
std::string intFeature(std::vector<int64_t> v) {
  std::string packed;
  for (int64_t x : v) packed += varint(uint64_t(x));
  return field(3, field(1, packed));
}
std::string floatFeature(std::vector<float> v) {
  return field(2, field(1, {reinterpret_cast<const char*>(v.data()), v.size() * 4}));
}
std::string bytesFeature(std::vector<std::string> v) {
  std::string list;
  for (const auto& x : v) list += field(1, x);
  return field(1, list);
}
std::string example(std::vector<std::pair<std::string, std::string>> features) {
  std::string map;
  for (const auto& [k, f] : features) map += field(1, field(1, k) + field(2, f));
  return field(1, map);
}

Tensor strings(std::vector<std::string> v) {
  const Shape s({int64_t(v.size())});
  return tensorOf(std::move(v), s);
}

/// Sparse "s" (string), dense "d" (float [2]), variable "v" (int64 [?]), ragged "r" (float).
Attrs attrs() {
  Attrs a;
  a.set("num_sparse", int64_t(1));
  a.set("sparse_types", std::vector<DType>{DType::kString});
  a.set("Tdense", std::vector<DType>{DType::kFloat, DType::kInt64});
  const int64_t two[] = {2}, any[] = {-1};
  a.set("dense_shapes", std::vector<PartialShape>{PartialShape(two), PartialShape(any)});
  a.set("ragged_value_types", std::vector<DType>{DType::kFloat});
  a.set("ragged_split_types", std::vector<DType>{DType::kInt32});
  return a;
}
Result<std::vector<Tensor>> parse(const Tensor& serialized) {
  TestContext c;
  return TestNode("ParseExampleV2", attrs(), 7)(
      c, {serialized, strings({}), strings({"s"}), strings({"d", "v"}), strings({"r"}),
          tensorOf<float>({}, {0}), Tensor::scalar(int64_t(-1)).value()});
}

TEST(ParseExample, FillsEveryKindOfFeature) {
  const auto r = parse(strings({
      example({{"s", bytesFeature({"a", "bc"})},
               {"d", floatFeature({1, 2})},
               {"v", intFeature({5, -6})},
               {"r", floatFeature({7})}}),
      example({{"d", floatFeature({3, 4})}, {"other", intFeature({1})}}),
  }));
  ASSERT_TRUE(r.has_value()) << r.error().message();
  EXPECT_EQ(valuesOf<int64_t>((*r)[0]), (std::vector<int64_t>{0, 0, 0, 1}));
  EXPECT_EQ(valuesOf<std::string>((*r)[1]), (std::vector<std::string>{"a", "bc"}));
  EXPECT_EQ(valuesOf<int64_t>((*r)[2]), (std::vector<int64_t>{2, 2}));
  EXPECT_EQ(valuesOf<float>((*r)[3]), (std::vector<float>{1, 2, 3, 4}));
  EXPECT_EQ(valuesOf<int64_t>((*r)[4]), (std::vector<int64_t>{5, -6, -1, -1}));
  EXPECT_EQ(valuesOf<float>((*r)[5]), (std::vector<float>{7}));
  EXPECT_EQ(valuesOf<int32_t>((*r)[6]), (std::vector<int32_t>{0, 1, 1}));
}

TEST(ParseExample, OneExampleHasNoBatchDimension) {
  const auto r = parse(Tensor::scalar(example({{"d", floatFeature({1, 2})}})).value());
  ASSERT_TRUE(r.has_value());
  EXPECT_EQ((*r)[0].shape(), Shape({0, 1}));
  EXPECT_EQ((*r)[3].shape(), Shape({2}));
  EXPECT_EQ((*r)[6].shape(), Shape({0}));
}

TEST(ParseExample, TheLastOfSeveralEntriesCounts) {
  const auto r =
      parse(strings({example({{"d", floatFeature({1, 2})}, {"d", floatFeature({3, 4})}})}));
  ASSERT_TRUE(r.has_value());
  EXPECT_EQ(valuesOf<float>((*r)[3]), (std::vector<float>{3, 4}));
}

TEST(ParseExample, NamesWhatIsWrong) {
  const auto message = [](std::vector<std::pair<std::string, std::string>> features) {
    const auto r = parse(strings({example(std::move(features))}));
    EXPECT_FALSE(r.has_value());
    return r ? "" : r.error().message();
  };
  EXPECT_NE(message({}).find("Feature: d (data type: float32) is required"), std::string::npos);
  EXPECT_NE(message({{"d", floatFeature({1})}}).find("Key: d"), std::string::npos);
  EXPECT_NE(message({{"d", intFeature({1, 2})}}).find("Data types don't match"), std::string::npos);
}

TEST(ParseExample, SurvivesCutsAndFlippedBits) {
  const std::string whole = example({{"s", bytesFeature({"a", "bc"})},
                                     {"d", floatFeature({1, 2})},
                                     {"v", intFeature({5, -6})},
                                     {"r", floatFeature({7})}});
  for (size_t n = 0; n < whole.size(); ++n) EXPECT_FALSE(parse(strings({whole.substr(0, n)})));
  for (size_t bit = 0; bit < whole.size() * 8; ++bit) {
    std::string harmed = whole;
    harmed[bit / 8] = char(harmed[bit / 8] ^ (1 << (bit % 8)));
    (void)parse(strings({harmed}));
  }
}

}  // namespace
}  // namespace smw::testing
