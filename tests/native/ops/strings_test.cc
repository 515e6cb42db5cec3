#include "call_op.h"

namespace smw::testing {
namespace {

TEST(DecodeBase64, TakesWhatTensorFlowTakes) {
  const auto decoded = [](std::string s) {
    return *call("DecodeBase64", {Tensor::scalar(s).value()})[0].data<std::string>();
  };
  EXPECT_EQ(decoded("QQ=="), "A");
  EXPECT_EQ(decoded("QQ"), "A");
  EXPECT_EQ(decoded("QR"), "A");
  EXPECT_EQ(decoded("QUI="), "AB");
  EXPECT_EQ(decoded("QU-D"), "AO\x83");
  EXPECT_EQ(decoded(""), "");
  for (const char* bad :
       {"QQ=", "Q", "QQ===", "Q==", "====", "=", "QU+D", "Q=Q=", "QQ==QQ==", " QQ"})
    EXPECT_EQ(failure("DecodeBase64", {Tensor::scalar<std::string>(bad).value()}),
              Code::kInvalidArgument)
        << bad;
}

TEST(EncodeBase64, IsUndoneByDecodeBase64) {
  std::string all;
  for (int i = 0; i < 256; ++i) all += char(i);
  for (bool pad : {false, true})
    for (size_t n = 0; n < 20; ++n) {
      Attrs a;
      a.set("pad", pad);
      const std::string part = all.substr(240 - n);
      const Tensor text = call("EncodeBase64", {Tensor::scalar(part).value()}, a)[0];
      EXPECT_EQ(text.data<std::string>()->size() % 4 == 0 || !pad, true);
      EXPECT_EQ(*call("DecodeBase64", {text})[0].data<std::string>(), part);
    }
}

TEST(AsString, FormatsLikePrintf) {
  Attrs a;
  a.set("precision", int64_t(2));
  a.set("width", int64_t(8));
  a.set("fill", std::string("0"));
  EXPECT_EQ(*call("AsString", {Tensor::scalar(-3.14159f).value()}, a)[0].data<std::string>(),
            "-0003.14");
  EXPECT_EQ(failure("AsString", {scalarInt(1)}, a), Code::kInvalidArgument);
  Attrs wide;
  wide.set("width", int64_t(200));
  EXPECT_EQ(call("AsString", {scalarInt(7)}, wide)[0].data<std::string>()->size(), 200u);
  wide.set("width", int64_t(1) << 40);
  EXPECT_EQ(failure("AsString", {scalarInt(7)}, wide), Code::kInvalidArgument);
}

TEST(StringJoin, SpreadsScalars) {
  Attrs a;
  a.set("separator", std::string("-"));
  const auto y = call(
      "StringJoin",
      {tensorOf<std::string>({"a", "b"}, {2}), Tensor::scalar<std::string>("x").value()}, a)[0];
  EXPECT_EQ(valuesOf<std::string>(y), (std::vector<std::string>{"a-x", "b-x"}));
}

}  // namespace
}  // namespace smw::testing
