#include "savedmodel/text_format.h"

#include <gtest/gtest.h>

#include <cmath>

#include "proto/meta_graph.pb.h"
#include "support/attr.h"

namespace smw {
namespace {

using tensorflow::AttrValue;
using tensorflow::NodeDef;

template <typename M>
M parse(std::string_view text, std::string_view type) {
  const auto wire = textToWire(text, type, "x.pbtxt");
  EXPECT_TRUE(wire) << wire.error().message();
  M m;
  EXPECT_TRUE(wire && m.ParseFromString(*wire));
  return m;
}
tensorflow::TensorProto tensor(std::string_view text) {
  return parse<tensorflow::TensorProto>(text, "tensorflow.TensorProto");
}

TEST(TextFormat, NodesMapsAndEnums) {
  const auto n = parse<NodeDef>(R"(
      # a comment
      name: "a" 'b' "c"   # strings that stand together are one
      op: "Const"; input: ["x", "y"], input: "z"
      attr { key: "dtype" value { type: DT_FLOAT } }
      attr < key: "n" value: < i: -0x10 > >
      attr: { key: "l" value { list { type: [DT_INT32, 101] f: 1.5 b: true b: f shape { dim { size: -1 } unknown_rank: false } } } }
      device: "/cpu:0"
      experimental_debug_info { original_node_names: ["p", 'q'] nested { deep: [1, 2.5, -inf] } }
      [some.extension]: 5
  )",
                                "tensorflow.NodeDef");
  EXPECT_EQ(n.name(), "abc");
  EXPECT_EQ(n.input_size(), 3);
  EXPECT_EQ(attrAt(n, "dtype").type(), tensorflow::DT_FLOAT);
  EXPECT_EQ(attrAt(n, "n").i(), -16);
  const auto& l = attrAt(n, "l").list();
  EXPECT_EQ(l.type(1), tensorflow::DT_FLOAT_REF);
  EXPECT_EQ(l.f(0), 1.5f);
  EXPECT_TRUE(l.b(0));
  EXPECT_FALSE(l.b(1));
  EXPECT_EQ(l.shape(0).dim(0).size(), -1);
}

TEST(TextFormat, Escapes) {
  const auto t = tensor(
      R"(tensor_content: "\000\001\377\n\t\"\'\\\x41\x7a\?\a" '"' string_val: "h\303\251" string_val: "\u00e9\U0001F600\ud83d\ude00")");
  EXPECT_EQ(t.tensor_content(), std::string("\0\1\xFF\n\t\"'\\Az?\a\"", 13));
  EXPECT_EQ(t.string_val(0), "h\xC3\xA9");
  EXPECT_EQ(t.string_val(1), "\xC3\xA9\xF0\x9F\x98\x80\xF0\x9F\x98\x80");
}

TEST(TextFormat, Numbers) {
  const auto t = tensor(R"(
      float_val: [1, -2.5e3, .5, 1e10f, inf, -inf, nan, - 3, 1e300]
      double_val: 0.1 int_val: 010 int64_val: -9223372036854775808 uint64_val: 18446744073709551615
      bool_val: 1 bool_val: True bool_val: 0 variant_val { type_name: "x" } version_number: 7)");
  ASSERT_EQ(t.float_val_size(), 9);
  EXPECT_EQ(t.float_val(1), -2500.f);
  EXPECT_EQ(t.float_val(3), 1e10f);
  EXPECT_EQ(t.float_val(4), INFINITY);
  EXPECT_EQ(t.float_val(5), -INFINITY);
  EXPECT_TRUE(std::isnan(t.float_val(6)));
  EXPECT_EQ(t.float_val(7), -3.f);
  EXPECT_EQ(t.float_val(8), INFINITY);
  EXPECT_EQ(t.double_val(0), 0.1);
  EXPECT_EQ(t.int_val(0), 8);
  EXPECT_EQ(t.int64_val(0), INT64_MIN);
  EXPECT_EQ(t.uint64_val(0), UINT64_MAX);
  EXPECT_TRUE(t.bool_val(1));
}

TEST(TextFormat, SignedAndAny) {
  const auto v =
      parse<tensorflow::StructuredValue>("int64_value: -3", "tensorflow.StructuredValue");
  EXPECT_EQ(v.int64_value(), -3);
  const auto c = parse<tensorflow::CollectionDef>(
      R"(any_list { value { [type.googleapis.com/tensorflow.AssetFileDef] { filename: "words.txt" } } })",
      "tensorflow.CollectionDef");
  tensorflow::AssetFileDef a;
  ASSERT_TRUE(a.ParseFromString(c.any_list().value(0).value()));
  EXPECT_EQ(a.filename(), "words.txt");
}

TEST(TextFormat, ErrorsSayWhere) {
  const auto error = [](std::string_view text) {
    const auto r = textToWire(text, "tensorflow.NodeDef", "m.pbtxt");
    EXPECT_FALSE(r) << text;
    EXPECT_EQ(r ? Code::kUnknown : r.error().code(), Code::kInvalidArgument);
    return r ? "" : r.error().message();
  };
  EXPECT_EQ(error("name: \"a\"\n  op: 5"),
            "m.pbtxt, line 2, column 7: a string was expected near \"5\"");
  for (const char* bad : {"name",
                          "name: ",
                          "name \"a\"",
                          "attr {",
                          "attr { key: \"a\" >",
                          "name: \"a",
                          "name: \"a\nb\"",
                          "name: \"\\q\"",
                          "attr { key: \"x\" value { i: 1.5 } }",
                          "attr { value { i: 9223372036854775808 } }",
                          "attr { value { b: maybe } }",
                          "}",
                          "name: [\"a\"]",
                          "attr { value { f: x } }",
                          "attr { value { i: 08 } }",
                          "@",
                          "input: [\"a\" \"b\",]",
                          "unknown",
                          "unknown: [1, {]",
                          "[a.b"})
    error(bad);
  std::string deep;
  for (int i = 0; i < 100; ++i) deep += "unknown { ";
  EXPECT_NE(error(deep).find("too deeply"), std::string::npos);
  deep = "unknown: ";
  for (int i = 0; i < 100000; ++i) deep += "[";
  EXPECT_NE(error(deep).find("too deeply"), std::string::npos);
}

TEST(TextFormat, EveryCutAndEveryBitOfAText) {
  const std::string text =
      R"(name: "a\nb" attr { key: "k" value { list { f: [1.5, -inf] type: DT_INT8 s: "\x00z" } } } # end)";
  for (size_t n = 0; n <= text.size(); ++n)
    (void)textToWire(text.substr(0, n), "tensorflow.NodeDef", "x");
  for (size_t i = 0; i < text.size() * 8; ++i) {
    std::string harmed = text;
    harmed[i / 8] ^= char(1 << (i % 8));
    if (const auto r = textToWire(harmed, "tensorflow.NodeDef", "x"))
      (void)NodeDef().ParseFromString(*r);
  }
}

}  // namespace
}  // namespace smw
