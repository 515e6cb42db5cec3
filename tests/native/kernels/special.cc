// Special functions at points that are known in closed form, and gradients against differences.
#include "kernels/special.h"

#include <gtest/gtest.h>

#include <cmath>

#include "kernels/binary.h"
#include "kernels/unary.h"

namespace smw::kernels {
namespace {

TEST(Special, ClosedForms) {
  for (double x : {1e-3, 0.3, 1.0, 2.5, 7.0, 30.0}) {
    EXPECT_NEAR(igamma(1, x), -std::expm1(-x), 1e-14);
    EXPECT_NEAR(igammac(0.5, x), std::erfc(std::sqrt(x)), 1e-14);
    for (double a : {0.1, 1.0, 4.5, 40.0}) EXPECT_NEAR(igamma(a, x) + igammac(a, x), 1, 1e-13);
  }
  for (double a : {0.3, 2.0, 9.0})
    for (double x : {0.1, 1.5, 8.0, 60.0}) {
      const double h = 1e-5 * a, slope = (igamma(a + h, x) - igamma(a - h, x)) / (2 * h);
      EXPECT_NEAR(igammaGradA(a, x), slope, 1e-8);
    }
  for (double x : {0.01, 0.4, 0.77, 0.99}) {
    EXPECT_NEAR(betainc(1, 1, x), x, 1e-14);
    EXPECT_NEAR(betainc(2, 3, x), 1 - betainc(3, 2, 1 - x), 1e-14);
    EXPECT_NEAR(betainc(0.5, 0.5, x), 2 / std::acos(-1.0) * std::asin(std::sqrt(x)), 1e-13);
  }
  const double pi = std::acos(-1.0);
  EXPECT_NEAR(zeta(2, 1), pi * pi / 6, 1e-14);
  EXPECT_NEAR(zeta(4, 1), std::pow(pi, 4) / 90, 1e-14);
  EXPECT_NEAR(polygamma(1, 1), pi * pi / 6, 1e-14);
  EXPECT_NEAR(polygamma(2, 1), -2.404113806319189, 1e-13);
  EXPECT_TRUE(std::isnan(igamma(-1, 1)));
  EXPECT_TRUE(std::isnan(betainc(1, 1, 1.5)));
  EXPECT_TRUE(std::isinf(zeta(1, 1)));
}

/// The gradient op takes (y, dy) or (dy, x), by kind.
struct GradCase {
  BinaryOp grad;
  UnaryOp op;
  enum Takes { kOutput, kInput, kGradientOutput } takes;
  double x;
};
TEST(Gradient, MatchesDifferences) {
  using G = GradCase;
  const GradCase cases[] = {
      {BinaryOp::kEluGrad, UnaryOp::kElu, G::kGradientOutput, -0.7},
      {BinaryOp::kEluGrad, UnaryOp::kElu, G::kGradientOutput, 0.7},
      {BinaryOp::kSeluGrad, UnaryOp::kSelu, G::kGradientOutput, -0.7},
      {BinaryOp::kSeluGrad, UnaryOp::kSelu, G::kGradientOutput, 0.7},
      {BinaryOp::kLeakyReluGrad, UnaryOp::kLeakyRelu, G::kInput, -0.7},
      {BinaryOp::kReluGrad, UnaryOp::kRelu, G::kInput, 0.7},
      {BinaryOp::kReluGrad, UnaryOp::kRelu, G::kInput, -0.7},
      {BinaryOp::kRelu6Grad, UnaryOp::kRelu6, G::kInput, 6.5},
      {BinaryOp::kSoftplusGrad, UnaryOp::kSoftplus, G::kInput, 0.4},
      {BinaryOp::kSoftsignGrad, UnaryOp::kSoftsign, G::kInput, -0.4},
      {BinaryOp::kSigmoidGrad, UnaryOp::kSigmoid, G::kOutput, 0.4},
      {BinaryOp::kTanhGrad, UnaryOp::kTanh, G::kOutput, 0.4},
      {BinaryOp::kSqrtGrad, UnaryOp::kSqrt, G::kOutput, 2.0},
      {BinaryOp::kRsqrtGrad, UnaryOp::kRsqrt, G::kOutput, 2.0},
      {BinaryOp::kReciprocalGrad, UnaryOp::kReciprocal, G::kOutput, 2.0},
  };
  for (const GradCase& c : cases) {
    const auto f = [&](double x) {
      double y;
      runUnary(unaryKernel(c.op, Elem::kF64), &x, &y, 0, 1);
      return y;
    };
    const double h = 1e-5, dy = 1.5, want = dy * (f(c.x + h) - f(c.x - h)) / (2 * h);
    const double first = c.takes == G::kOutput ? f(c.x) : dy;
    const double second = c.takes == G::kOutput ? dy : c.takes == G::kInput ? c.x : f(c.x);
    double wide;
    runBinary(binaryKernel(c.grad, Elem::kF64, {}, &gradLoops), &first, 1, &second, 1, &wide, 1);
    EXPECT_NEAR(wide, want, 1e-8) << int(c.grad);
    const float a[] = {float(first), float(first), float(first), float(first), float(first)};
    const float b = float(second);
    float narrow[5];
    runBinary(binaryKernel(c.grad, Elem::kF32, {}, &gradLoops), a, 1, &b, 0, narrow, 5);
    for (float v : narrow) EXPECT_NEAR(v, want, 1e-6) << int(c.grad);
  }
}

}  // namespace
}  // namespace smw::kernels
