// What op cases cannot show: refusals, and values that are one tensor.
#include "call_op.h"

namespace smw::testing {
namespace {

Tensor zero() { return *Tensor::scalar(0.0f); }

TEST(MatrixDiag, RefusesWhatTensorFlowRefuses) {
  const Tensor three = iota({3}), rows = iota({2, 3});
  const auto refused = [](std::vector<Tensor> in) {
    return failure("MatrixDiagV3", std::move(in)) == Code::kInvalidArgument;
  };
  const Tensor any = scalarInt(-1), k = scalarInt(0);
  EXPECT_TRUE(refused({three, ints({1, 0}), any, any, zero()}));         // upside down
  EXPECT_TRUE(refused({three, ints({0, 1, 2}), any, any, zero()}));      // not two
  EXPECT_TRUE(refused({three, ints({}), any, any, zero()}));             //
  EXPECT_TRUE(refused({rows, ints({0, 2}), any, any, zero()}));          // three diagonals of two
  EXPECT_TRUE(refused({three, ints({0, 1}), any, any, zero()}));         // no row for each
  EXPECT_TRUE(refused({three, k, scalarInt(2), any, zero()}));           // too few rows
  EXPECT_TRUE(refused({three, k, any, scalarInt(2), zero()}));           // too few columns
  EXPECT_TRUE(refused({three, k, scalarInt(4), scalarInt(4), zero()}));  // both too many
  EXPECT_TRUE(refused({three, k, any, any, scalarInt(0)}));              // another dtype
  EXPECT_TRUE(refused({three, k, any, any, iota({2})}));
  EXPECT_EQ(failure("MatrixDiag", {zero()}), Code::kInvalidArgument);
}

TEST(MatrixDiagPart, RefusesWhatTensorFlowRefuses) {
  for (const int32_t k : {-3, 4, INT32_MIN, INT32_MAX})
    EXPECT_EQ(failure("MatrixDiagPartV3", {iota({3, 4}), scalarInt(k), zero()}),
              Code::kInvalidArgument)
        << k;
  EXPECT_EQ(failure("MatrixDiagPart", {iota({3})}), Code::kInvalidArgument);
  EXPECT_EQ(failure("DiagPart", {iota({2, 3})}), Code::kInvalidArgument);
  EXPECT_EQ(failure("DiagPart", {iota({2, 2, 2})}), Code::kInvalidArgument);
}

TEST(MatrixSetDiag, RefusesWhatTensorFlowRefuses) {
  EXPECT_EQ(failure("MatrixSetDiag", {iota({3, 4}), iota({4})}), Code::kInvalidArgument);
  EXPECT_EQ(failure("MatrixSetDiagV3", {iota({3, 4}), iota({3}), ints({0, 1})}),
            Code::kInvalidArgument);
  EXPECT_EQ(failure("MatrixSetDiagV3", {iota({3, 4}), iota({3}), scalarInt(4)}),
            Code::kInvalidArgument);
}

TEST(MatrixDiag, OfNothing) {
  EXPECT_EQ(call("MatrixDiag", {iota({2, 0})})[0].shape(), Shape({2, 0, 0}));
  EXPECT_EQ(call("MatrixDiagPartV3", {iota({0, 0}), scalarInt(0), zero()})[0].shape(), Shape({0}));
  EXPECT_EQ(call("MatrixSetDiag", {iota({0, 3}), iota({0})})[0].shape(), Shape({0, 3}));
}

/// A row of two elements beside one of three: at either end.
TEST(MatrixDiagPart, ShorterDiagonalsLieAsAligned) {
  const auto with = [](const char* align, const char* op = "MatrixDiagPartV3") {
    Attrs attrs;
    if (*align) attrs.set("align", std::string(align));
    const auto y = call(op, {iota({3, 3}), ints({-1, 1}), *Tensor::scalar(9.0f)}, attrs);
    return valuesOf<float>(y[0]);
  };
  EXPECT_EQ(with("LEFT_LEFT"), (std::vector<float>{1, 5, 9, 0, 4, 8, 3, 7, 9}));
  EXPECT_EQ(with("RIGHT_RIGHT"), (std::vector<float>{9, 1, 5, 0, 4, 8, 9, 3, 7}));
  EXPECT_EQ(with("LEFT_RIGHT"), (std::vector<float>{1, 5, 9, 0, 4, 8, 9, 3, 7}));
  EXPECT_EQ(with("RIGHT_LEFT"), (std::vector<float>{9, 1, 5, 0, 4, 8, 3, 7, 9}));
  EXPECT_EQ(with(""), with("RIGHT_LEFT"));  // defaults are not saved
  EXPECT_EQ(with("", "MatrixDiagPartV2"), with("LEFT_LEFT"));
}

}  // namespace
}  // namespace smw::testing
