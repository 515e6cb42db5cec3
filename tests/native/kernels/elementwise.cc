// Unary and binary kernels, the broadcasting iterator and select, against plain scalar references.
#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <random>
#include <vector>

#include "kernels/binary.h"
#include "kernels/cast.h"
#include "kernels/select.h"
#include "kernels/unary.h"

namespace smw::kernels {
namespace {

using Bytes = std::vector<std::byte>;

/// `values` as elements of `e`, at an address that is not a vector's.
struct Array {
  Elem e;
  Bytes bytes;
  Array(Elem elem, const std::vector<double>& values) : Array(elem, values.size()) {
    cast(Elem::kF64, values.data(), e, data(), int64_t(values.size()));
  }
  Array(Elem elem, size_t n) : e(elem), bytes((n + 2) * elemSize(elem), std::byte(0x5A)) {}
  std::byte* data() { return bytes.data() + elemSize(e); }
  std::vector<double> values(size_t n) {
    std::vector<double> v(n);
    cast(e, data(), Elem::kF64, v.data(), int64_t(n));
    return v;
  }
  bool guardIntact(size_t n) { return bytes[(n + 1) * elemSize(e)] == std::byte(0x5A); }
};

double tolerance(Elem e) {
  return e == Elem::kF64 || e == Elem::kC128 ? 1e-12
         : e == Elem::kF16                   ? 1.1e-3
         : e == Elem::kBf16                  ? 9e-3
                                             : 2e-6;
}
bool near(double got, double want, Elem e) {
  if (std::isnan(want)) return std::isnan(got);
  if (got == want) return true;
  return std::abs(got - want) <= tolerance(e) * std::max(1.0, std::abs(want));
}

struct UnaryCase {
  UnaryOp op;
  double (*want)(double);
  double lo, hi;
};
const UnaryCase kUnary[] = {
    {UnaryOp::kAbs, std::fabs, -5, 5},
    {UnaryOp::kAcos, std::acos, -1, 1},
    {UnaryOp::kAcosh, std::acosh, 1, 9},
    {UnaryOp::kAsin, std::asin, -1, 1},
    {UnaryOp::kAsinh, std::asinh, -9, 9},
    {UnaryOp::kAtan, std::atan, -9, 9},
    {UnaryOp::kAtanh, std::atanh, -0.9, 0.9},
    {UnaryOp::kCeil, std::ceil, -5, 5},
    {UnaryOp::kCos, std::cos, -9, 9},
    {UnaryOp::kCosh, std::cosh, -3, 3},
    {UnaryOp::kElu, [](double x) { return x > 0 ? x : std::expm1(x); }, -3, 3},
    {UnaryOp::kErf, std::erf, -3, 3},
    {UnaryOp::kErfc, std::erfc, -3, 3},
    {UnaryOp::kExp, std::exp, -3, 3},
    {UnaryOp::kExpm1, std::expm1, -3, 3},
    {UnaryOp::kFloor, std::floor, -5, 5},
    {UnaryOp::kLeakyRelu, [](double x) { return x > 0 ? x : double(0.2f) * x; }, -5, 5},
    {UnaryOp::kLgamma, std::lgamma, 0.5, 9},
    {UnaryOp::kLog, std::log, 0.1, 9},
    {UnaryOp::kLog1p, std::log1p, -0.9, 9},
    {UnaryOp::kNeg, [](double x) { return -x; }, -5, 5},
    {UnaryOp::kReciprocal, [](double x) { return 1 / x; }, 1, 9},
    {UnaryOp::kRelu, [](double x) { return x > 0 ? x : 0; }, -5, 5},
    {UnaryOp::kRelu6, [](double x) { return std::min(std::max(x, 0.0), 6.0); }, -9, 9},
    {UnaryOp::kRint, std::nearbyint, -5, 5},
    {UnaryOp::kRsqrt, [](double x) { return 1 / std::sqrt(x); }, 1, 9},
    {UnaryOp::kSigmoid, [](double x) { return 1 / (1 + std::exp(-x)); }, -9, 9},
    {UnaryOp::kSign, [](double x) { return double((x > 0) - (x < 0)); }, -5, 5},
    {UnaryOp::kSin, std::sin, -9, 9},
    {UnaryOp::kSinh, std::sinh, -3, 3},
    {UnaryOp::kSoftplus, [](double x) { return std::log1p(std::exp(x)); }, -9, 9},
    {UnaryOp::kSoftsign, [](double x) { return x / (1 + std::fabs(x)); }, -9, 9},
    {UnaryOp::kSqrt, std::sqrt, 0, 9},
    {UnaryOp::kSquare, [](double x) { return x * x; }, -5, 5},
    {UnaryOp::kTan, std::tan, -1.2, 1.2},
    {UnaryOp::kTanh, std::tanh, -5, 5},
};

TEST(Unary, EveryLengthAndFloatType) {
  std::mt19937 rng(1);
  for (const UnaryCase& c : kUnary)
    for (Elem e : {Elem::kF32, Elem::kF64, Elem::kF16, Elem::kBf16}) {
      std::uniform_real_distribution<double> d(c.lo, c.hi);
      for (size_t n = 0; n <= 67; ++n) {
        std::vector<double> x(n);
        for (double& v : x) v = d(rng);
        Array a(e, x), y(e, n);
        x = a.values(n);
        runUnary(unaryKernel(c.op, e), a.data(), y.data(), 0, int64_t(n));
        const auto got = y.values(n);
        for (size_t i = 0; i < n; ++i)
          ASSERT_TRUE(near(got[i], c.want(x[i]), e))
              << int(c.op) << " of " << x[i] << " gave " << got[i];
        ASSERT_TRUE(y.guardIntact(n));
        // Cut anywhere, the bits are the same.
        Array parts(e, n);
        const int64_t cut = int64_t(n) / 3;
        runUnary(unaryKernel(c.op, e), a.data(), parts.data(), cut, int64_t(n));
        runUnary(unaryKernel(c.op, e), a.data(), parts.data(), 0, cut);
        ASSERT_EQ(parts.bytes, y.bytes);
      }
    }
}

TEST(Unary, Specials) {
  const double nan = NAN, inf = INFINITY;
  const auto one = [](UnaryOp op, Elem e, double x) {
    Array a(e, std::vector<double>{x}), y(e, size_t(1));
    const UnaryKernel k = unaryKernel(op, e);
    y.e = k.out;
    runUnary(k, a.data(), y.data(), 0, 1);
    return y.values(1)[0];
  };
  for (Elem e : {Elem::kF32, Elem::kF64, Elem::kF16, Elem::kBf16}) {
    for (UnaryOp op :
         {UnaryOp::kRelu, UnaryOp::kRelu6, UnaryOp::kElu, UnaryOp::kSelu, UnaryOp::kLeakyRelu,
          UnaryOp::kSign, UnaryOp::kTanh, UnaryOp::kErf, UnaryOp::kSoftplus, UnaryOp::kErfinv})
      EXPECT_TRUE(std::isnan(one(op, e, nan))) << int(op);
    EXPECT_EQ(one(UnaryOp::kIsNan, e, nan), 1);
    EXPECT_EQ(one(UnaryOp::kIsInf, e, -inf), 1);
    EXPECT_EQ(one(UnaryOp::kIsFinite, e, inf), 0);
    EXPECT_EQ(one(UnaryOp::kIsFinite, e, 1), 1);
    EXPECT_EQ(one(UnaryOp::kErfinv, e, 1), inf);
    EXPECT_EQ(one(UnaryOp::kRint, e, 2.5), 2);
  }
  for (double x : {-0.999999, -0.7, -0.3, 1e-5, 0.2, 0.5, 0.9, 0.99999999}) {
    EXPECT_NEAR(std::erf(one(UnaryOp::kErfinv, Elem::kF64, x)), x, 1e-14);
    EXPECT_NEAR(one(UnaryOp::kErfinv, Elem::kF64, x) / one(UnaryOp::kErfinv, Elem::kF64, -x), -1,
                1e-12);
  }
  EXPECT_NEAR(one(UnaryOp::kDigamma, Elem::kF64, 1), -0.57721566490153286, 1e-13);
  EXPECT_NEAR(one(UnaryOp::kDigamma, Elem::kF64, -0.5), 0.03648997397857652, 1e-13);
  EXPECT_NEAR(one(UnaryOp::kNdtri, Elem::kF64, 0.975), 1.959963984540054, 1e-12);
  EXPECT_NEAR(one(UnaryOp::kNdtri, Elem::kF64, 1e-300), -37.0471, 1e-4);
  EXPECT_EQ(one(UnaryOp::kAbs, Elem::kI32, INT32_MIN), INT32_MIN);
  EXPECT_EQ(one(UnaryOp::kNeg, Elem::kI8, -128), -128);
  EXPECT_EQ(one(UnaryOp::kSquare, Elem::kU8, 17), 33);
  EXPECT_EQ(one(UnaryOp::kPopulationCount, Elem::kI8, -1), 8);
  EXPECT_EQ(one(UnaryOp::kInvert, Elem::kU16, 1), 65534);
  EXPECT_EQ(one(UnaryOp::kLogicalNot, Elem::kBool, 1), 0);
  EXPECT_FALSE(unaryKernel(UnaryOp::kNeg, Elem::kBool));
}

const Elem kNumbers[] = {Elem::kF32, Elem::kF64, Elem::kF16, Elem::kBf16, Elem::kI8,
                         Elem::kI16, Elem::kI32, Elem::kI64, Elem::kU8,   Elem::kU16,
                         Elem::kU32, Elem::kU64, Elem::kC64, Elem::kC128};

struct BinaryCase {
  BinaryOp op;
  double (*want)(double, double);
};
const BinaryCase kBinary[] = {
    {BinaryOp::kAdd, [](double a, double b) { return a + b; }},
    {BinaryOp::kMul, [](double a, double b) { return a * b; }},
    {BinaryOp::kSub, [](double a, double b) { return a - b; }},
    {BinaryOp::kMaximum, [](double a, double b) { return std::max(a, b); }},
    {BinaryOp::kMinimum, [](double a, double b) { return std::min(a, b); }},
    {BinaryOp::kFloorDiv, [](double a, double b) { return std::floor(a / b); }},
    {BinaryOp::kFloorMod, [](double a, double b) { return a - std::floor(a / b) * b; }},
    {BinaryOp::kTruncateDiv, [](double a, double b) { return std::trunc(a / b); }},
    {BinaryOp::kTruncateMod, [](double a, double b) { return std::fmod(a, b); }},
    {BinaryOp::kPow, [](double a, double b) { return std::pow(a, b); }},
    {BinaryOp::kSquaredDifference, [](double a, double b) { return (a - b) * (a - b); }},
    {BinaryOp::kXlogy, [](double a, double b) { return a == 0 ? 0 : a * std::log(b); }},
    {BinaryOp::kXdivy, [](double a, double b) { return a == 0 ? 0 : a / b; }},
    {BinaryOp::kAtan2, [](double a, double b) { return std::atan2(a, b); }},
    {BinaryOp::kEqual, [](double a, double b) { return double(a == b); }},
    {BinaryOp::kNotEqual, [](double a, double b) { return double(a != b); }},
    {BinaryOp::kLess, [](double a, double b) { return double(a < b); }},
    {BinaryOp::kLessEqual, [](double a, double b) { return double(a <= b); }},
    {BinaryOp::kGreater, [](double a, double b) { return double(a > b); }},
    {BinaryOp::kGreaterEqual, [](double a, double b) { return double(a >= b); }},
};

/// Every pair of shapes here broadcasts to `out`.
struct ShapeCase {
  std::vector<int64_t> out, a, b;
};
std::vector<ShapeCase> shapes() {
  std::vector<ShapeCase> s = {
      {{}, {}, {}},
      {{0}, {0}, {}},
      {{5, 7, 3}, {5, 7, 3}, {3}},
      {{5, 7, 3}, {5, 7, 3}, {5, 1, 1}},
      {{5, 7, 3}, {5, 7, 1}, {1, 7, 3}},
      {{4, 300}, {4, 1}, {300}},
      {{300, 4}, {300, 1}, {4}},
      {{2, 3, 2, 3, 2}, {2, 1, 2, 1, 2}, {3, 1, 3, 1}},
      {{3, 40}, {1}, {3, 40}},
      {{1, 1, 65}, {65}, {1, 1, 1}},
      {{7, 5, 64}, {7, 1, 64}, {5, 1}},
      {{11, 100}, {11, 100}, {1, 100}},
      {{3, 3, 128}, {128}, {3, 3, 128}},
      {{5, 129}, {5, 129}, {129}},
  };
  for (int64_t n = 1; n <= 67; ++n) {
    s.push_back({{n}, {n}, {n}});
    s.push_back({{n}, {n}, {1}});
    s.push_back({{n}, {}, {n}});
  }
  return s;
}
int64_t count(const std::vector<int64_t>& d) {
  int64_t n = 1;
  for (int64_t x : d) n *= x;
  return n;
}
/// Where the output's element i lies in an operand of shape `d`.
int64_t source(int64_t i, const std::vector<int64_t>& out, const std::vector<int64_t>& d) {
  int64_t offset = 0, stride = 1;
  for (size_t k = 0; k < out.size(); ++k) {
    const int64_t at = i % out[out.size() - 1 - k];
    i /= out[out.size() - 1 - k];
    if (k < d.size() && d[d.size() - 1 - k] != 1) offset += at * stride;
    if (k < d.size()) stride *= d[d.size() - 1 - k];
  }
  return offset;
}
BroadcastPlan plan(const std::vector<int64_t>& out,
                   std::vector<std::span<const int64_t>> operands) {
  BroadcastPlan p;
  EXPECT_TRUE(planBroadcast(out, operands, p));
  return p;
}

TEST(Unary, MagnitudesOfComplexNumbers) {
  const c128 x[] = {{3, -4},         {3e200, 4e200}, {3e-200, 4e-200}, {0, 0},
                    {INFINITY, NAN}, {NAN, 1},       {5e-324, 0}};
  double y[std::size(x)];
  unaryLoopC128(UnaryOp::kAbs)(x, y, int64_t(std::size(x)), {});
  for (size_t i = 0; i < std::size(x); ++i) {
    const double want = std::hypot(x[i].real(), x[i].imag());
    if (std::isnan(want))
      EXPECT_TRUE(std::isnan(y[i]));
    else
      EXPECT_DOUBLE_EQ(y[i], want);
  }
}

TEST(Binary, EveryTypeAndShape) {
  std::mt19937 rng(2);
  for (const ShapeCase& s : shapes())
    for (const BinaryCase& c : kBinary)
      for (Elem e : kNumbers) {
        const BinaryKernel k = binaryKernel(c.op, e);
        if (!k) continue;
        const size_t n = size_t(count(s.out)), na = size_t(count(s.a)), nb = size_t(count(s.b));
        std::vector<double> a(na), b(nb);
        for (double& v : a) v = double(rng() % 12);
        for (double& v : b) v = double(1 + rng() % 3);
        Array x(e, a), y(e, b), out(k.out, n), parts(k.out, n);
        const BroadcastPlan p = plan(s.out, {s.a, s.b});
        ASSERT_TRUE(runBinary(k, p, x.data(), y.data(), out.data(), 0, int64_t(n)));
        const auto got = out.values(n);
        for (size_t i = 0; i < n; ++i) {
          const double va = a[size_t(source(int64_t(i), s.out, s.a))],
                       vb = b[size_t(source(int64_t(i), s.out, s.b))];
          double want = c.want(va, vb);
          if (isUnsigned(e) && want < 0) want = std::ldexp(1, int(elemSize(e)) * 8) + want;
          if (e == Elem::kI8 && want > 127) want = double(int8_t(int(want)));
          if (e == Elem::kU8 && want > 255) want = double(uint8_t(int(want)));
          ASSERT_TRUE(near(got[i], want, e))
              << "op " << int(c.op) << " type " << int(e) << " of " << va << ", " << vb << " gave "
              << got[i] << " want " << want;
        }
        ASSERT_TRUE(out.guardIntact(n));
        const int64_t cut = int64_t(n) / 3 + 1 < int64_t(n) ? int64_t(n) / 3 + 1 : 0;
        runBinary(k, p, x.data(), y.data(), parts.data(), cut, int64_t(n));
        runBinary(k, p, x.data(), y.data(), parts.data(), 0, cut);
        ASSERT_EQ(parts.bytes, out.bytes);
      }
}

TEST(Binary, IntegerEdges) {
  const auto one = [](BinaryOp op, Elem e, double a, double b, bool ok = true) {
    Array x(e, std::vector<double>{a}), y(e, std::vector<double>{b}), out(e, size_t(1));
    const BinaryKernel k = binaryKernel(op, e);
    out.e = k.out;
    EXPECT_EQ(runBinary(k, x.data(), 1, y.data(), 1, out.data(), 1), ok);
    return out.values(1)[0];
  };
  for (Elem e : {Elem::kI8, Elem::kI16, Elem::kI32, Elem::kI64}) {
    EXPECT_EQ(one(BinaryOp::kFloorDiv, e, -7, 3), -3);
    EXPECT_EQ(one(BinaryOp::kFloorMod, e, -7, 3), 2);
    EXPECT_EQ(one(BinaryOp::kFloorMod, e, 7, -3), -2);
    EXPECT_EQ(one(BinaryOp::kTruncateDiv, e, -7, 3), -2);
    EXPECT_EQ(one(BinaryOp::kTruncateMod, e, -7, 3), -1);
    const double lowest = -std::ldexp(1, int(elemSize(e)) * 8 - 1);
    EXPECT_EQ(one(BinaryOp::kFloorDiv, e, lowest, -1), lowest);
    EXPECT_EQ(one(BinaryOp::kFloorMod, e, lowest, -1), 0);
    one(BinaryOp::kFloorDiv, e, 1, 0, false);
    one(BinaryOp::kPow, e, 2, -1, false);
    EXPECT_EQ(one(BinaryOp::kLeftShift, e, 1, 100), lowest);
    EXPECT_EQ(one(BinaryOp::kRightShift, e, -100, 100), -1);
  }
  EXPECT_EQ(one(BinaryOp::kRightShift, Elem::kU8, 156, 1), 78);
  EXPECT_EQ(one(BinaryOp::kMaximum, Elem::kU64, 1e19, 1), 1e19);
  EXPECT_EQ(one(BinaryOp::kPow, Elem::kI32, -3, 3), -27);
  EXPECT_EQ(one(BinaryOp::kFloorDiv, Elem::kU64, 1e19, 10), 1e18);
}

TEST(Binary, FloatEdges) {
  const double nan = NAN, inf = INFINITY;
  for (Elem e : {Elem::kF32, Elem::kF64, Elem::kF16, Elem::kBf16}) {
    const auto one = [&](BinaryOp op, double a, double b) {
      Array x(e, std::vector<double>{a}), y(e, std::vector<double>{b}), out(e, size_t(1));
      runBinary(binaryKernel(op, e), x.data(), 1, y.data(), 0, out.data(), 1);
      return out.values(1)[0];
    };
    EXPECT_TRUE(std::isnan(one(BinaryOp::kMaximum, 1, nan)));
    EXPECT_TRUE(std::isnan(one(BinaryOp::kMaximum, nan, 1)));
    EXPECT_TRUE(std::isnan(one(BinaryOp::kMinimum, 1, nan)));
    EXPECT_TRUE(std::isnan(one(BinaryOp::kMinimum, nan, 1)));
    EXPECT_EQ(one(BinaryOp::kDivNoNan, nan, 0), 0);
    EXPECT_EQ(one(BinaryOp::kMulNoNan, nan, 0), 0);
    EXPECT_EQ(one(BinaryOp::kXlogy, 0, 0), 0);
    EXPECT_EQ(one(BinaryOp::kFloorMod, 1, -inf), -inf);
    EXPECT_EQ(one(BinaryOp::kFloorMod, -7, 3), 2);
    EXPECT_EQ(one(BinaryOp::kPow, -inf, 0.5), inf);
    EXPECT_FALSE(std::signbit(one(BinaryOp::kPow, -0.0, 0.5)));
    EXPECT_EQ(one(BinaryOp::kPow, -8, 3), -512);
    EXPECT_EQ(one(BinaryOp::kPow, -0.0, -1), -inf);
    EXPECT_TRUE(std::isnan(one(BinaryOp::kPow, -2, 1.5)));
  }
}

TEST(Select, EveryWidthAndShape) {
  std::mt19937 rng(3);
  for (size_t size : {1, 2, 4, 8, 16})
    for (const ShapeCase& s : shapes()) {
      const size_t n = size_t(count(s.out)), na = size_t(count(s.a)), nb = size_t(count(s.b));
      std::vector<uint8_t> c(na), t(nb * size), e(n * size), out(n * size + 1, 0x5A);
      for (auto* v : {&c, &t, &e})
        for (uint8_t& x : *v) x = uint8_t(rng());
      for (uint8_t& x : c) x &= 1;
      select(plan(s.out, {s.a, s.b, s.out}), size, c.data(), t.data(), e.data(), out.data(), 0,
             int64_t(n));
      for (size_t i = 0; i < n; ++i) {
        const uint8_t* want = c[size_t(source(int64_t(i), s.out, s.a))]
                                  ? &t[size_t(source(int64_t(i), s.out, s.b)) * size]
                                  : &e[i * size];
        ASSERT_EQ(std::memcmp(&out[i * size], want, size), 0);
      }
      ASSERT_EQ(out.back(), 0x5A);
    }
}

}  // namespace
}  // namespace smw::kernels
