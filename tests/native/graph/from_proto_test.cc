#include "graph/from_proto.h"
#include "support/attr.h"

#include <gtest/gtest.h>

namespace smw {
namespace {

tensorflow::TensorProto proto(tensorflow::DataType type, std::initializer_list<int64_t> dims) {
  tensorflow::TensorProto p;
  p.set_dtype(type);
  for (int64_t d : dims) p.mutable_tensor_shape()->add_dim()->set_size(d);
  return p;
}

TEST(TensorFromProto, TheLastValueRepeats) {
  auto p = proto(tensorflow::DT_FLOAT, {4});
  p.add_float_val(1);
  p.add_float_val(2.5f);
  const auto t = tensorFromProto(p);
  ASSERT_TRUE(t);
  EXPECT_EQ(std::vector<float>(t->data<float>(), t->data<float>() + 4),
            (std::vector<float>{1, 2.5f, 2.5f, 2.5f}));
}

TEST(TensorFromProto, WithoutValuesZeros) {
  const auto t = tensorFromProto(proto(tensorflow::DT_COMPLEX64, {2}));
  ASSERT_TRUE(t);
  EXPECT_EQ(t->data<complex64>()[1], complex64());
}

TEST(TensorFromProto, StringsAsOneBlock) {
  auto p = proto(tensorflow::DT_STRING, {2});
  p.set_tensor_content(
      std::string("\x02\x01"
                  "abc",
                  5));
  const auto t = tensorFromProto(p);
  ASSERT_TRUE(t);
  EXPECT_EQ(t->data<std::string>()[0], "ab");
  EXPECT_EQ(t->data<std::string>()[1], "c");
  p.set_tensor_content(
      std::string("\x02\x7f"
                  "abc",
                  5));
  EXPECT_FALSE(tensorFromProto(p));
}

TEST(TensorFromProto, ContentOfWrongLengthIsRefused) {
  auto p = proto(tensorflow::DT_INT32, {2});
  p.set_tensor_content(std::string(7, '\0'));
  const auto t = tensorFromProto(p);
  ASSERT_FALSE(t);
  EXPECT_EQ(t.error().code(), Code::kInvalidArgument);
}

TEST(TensorFromProto, HostileShapesAreRefused) {
  EXPECT_FALSE(tensorFromProto(proto(tensorflow::DT_FLOAT, {-1})));
  EXPECT_FALSE(tensorFromProto(proto(tensorflow::DT_FLOAT, {1LL << 40, 1LL << 40})));
  EXPECT_FALSE(tensorFromProto(proto(tensorflow::DT_INVALID, {1})));
}

TEST(AttrFromProto, NestedTooDeeplyIsRefused) {
  tensorflow::AttrValue root;
  tensorflow::AttrValue* at = &root;
  for (int i = 0; i < 50; ++i) at = &mutableAttr(at->mutable_func(), "f");
  EXPECT_FALSE(attrFromProto(root));
}

TEST(AttrFromProto, AnEmptyListReadsAsAnyList) {
  Attrs attrs;
  tensorflow::AttrValue empty;
  empty.mutable_list();
  attrs.set("a", *attrFromProto(empty));
  EXPECT_TRUE(attrs.get<std::vector<int64_t>>("a"));
  EXPECT_TRUE(attrs.get<std::vector<DType>>("a"));
}

TEST(AttrsFromProto, OfNotesOnlyTheShapesAreKept) {
  tensorflow::NameAttrList list;
  mutableAttr(&list, "T").set_type(tensorflow::DT_INT32);
  mutableAttr(&list, "_class").mutable_list()->add_s("loc:@x");
  mutableAttr(&list, "_output_shapes").mutable_list()->add_shape()->add_dim()->set_size(3);
  const auto a = attrsFromProto(list.attr());
  ASSERT_TRUE(a);
  EXPECT_EQ(a->all().size(), 2u);
  EXPECT_EQ(a->getOr("T", DType::kInvalid), DType::kInt32);
  ASSERT_NE(a->find<std::vector<PartialShape>>("_output_shapes"), nullptr);
}

}  // namespace
}  // namespace smw
