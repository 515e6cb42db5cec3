// float64 and complex128 through libm; complex64 passes through here too.
#include <cmath>

#include "kernels/binary_loop.h"

namespace smw::kernels {
namespace {

template <double (*F)(double, double)>
constexpr BinaryLoop kMap = binaryMap<double, double, F>;
template <bool (*F)(double, double)>
constexpr BinaryLoop kTest = binaryMap<double, bool, F>;
template <c128 (*F)(c128, c128)>
constexpr BinaryLoop kComplex = binaryMap<c128, c128, F>;

double floorMod(double a, double b) {
  const double r = std::fmod(a, b);
  return r != 0 && (r < 0) != (b < 0) ? r + b : r;
}
double maximum(double a, double b) { return b != b ? b : a < b ? b : a; }
double minimum(double a, double b) { return b != b ? b : b < a ? b : a; }

bool approximateEqual(const void* as, int stepA, const void* bs, int stepB, void* out, int64_t n,
                      const BinaryParams& p) {
  const double* a = static_cast<const double*>(as);
  const double* b = static_cast<const double*>(bs);
  for (int64_t i = 0; i < n; ++i)
    static_cast<bool*>(out)[i] = std::fabs(a[i * stepA] - b[i * stepB]) < double(p.tolerance);
  return true;
}

c128 complexPow(c128 a, c128 b) {
  if (b == 0.0) return 1.0;
  if (a == 0.0) return b.real() > 0 ? c128() : std::pow(a, b);
  return std::pow(a, b);
}

}  // namespace

BinaryLoop binaryLoopF64(BinaryOp op) {
  using B = BinaryOp;
  switch (op) {
    case B::kAdd:
      return kMap<[](double a, double b) { return a + b; }>;
    case B::kSub:
      return kMap<[](double a, double b) { return a - b; }>;
    case B::kMul:
      return kMap<[](double a, double b) { return a * b; }>;
    case B::kDiv:
      return kMap<[](double a, double b) { return a / b; }>;
    case B::kDivNoNan:
      return kMap<[](double a, double b) { return b == 0 ? 0 : a / b; }>;
    case B::kMulNoNan:
      return kMap<[](double a, double b) { return b == 0 ? 0 : a * b; }>;
    case B::kFloorDiv:
      return kMap<[](double a, double b) { return std::floor(a / b); }>;
    case B::kFloorMod:
      return kMap<floorMod>;
    case B::kTruncateDiv:
      return kMap<[](double a, double b) { return std::trunc(a / b); }>;
    case B::kTruncateMod:
      return kMap<std::fmod>;
    case B::kMaximum:
      return kMap<maximum>;
    case B::kMinimum:
      return kMap<minimum>;
    case B::kPow:
      return kMap<std::pow>;
    case B::kSquaredDifference:
      return kMap<[](double a, double b) { return (a - b) * (a - b); }>;
    case B::kXlogy:
      return kMap<[](double a, double b) { return a == 0 ? 0 : a * std::log(b); }>;
    case B::kXdivy:
      return kMap<[](double a, double b) { return a == 0 ? 0 : a / b; }>;
    case B::kXlog1py:
      return kMap<[](double a, double b) { return a == 0 ? 0 : a * std::log1p(b); }>;
    case B::kAtan2:
      return kMap<std::atan2>;
    case B::kNextAfter:
      return kMap<std::nextafter>;
    case B::kApproximateEqual:
      return approximateEqual;
    case B::kEqual:
      return kTest<[](double a, double b) { return a == b; }>;
    case B::kNotEqual:
      return kTest<[](double a, double b) { return a != b; }>;
    case B::kLess:
      return kTest<[](double a, double b) { return a < b; }>;
    case B::kLessEqual:
      return kTest<[](double a, double b) { return a <= b; }>;
    case B::kGreater:
      return kTest<[](double a, double b) { return a > b; }>;
    case B::kGreaterEqual:
      return kTest<[](double a, double b) { return a >= b; }>;
    default:
      return nullptr;
  }
}

BinaryLoop binaryLoopC128(BinaryOp op) {
  using B = BinaryOp;
  switch (op) {
    case B::kAdd:
      return kComplex<[](c128 a, c128 b) { return a + b; }>;
    case B::kSub:
      return kComplex<[](c128 a, c128 b) { return a - b; }>;
    case B::kMul:
      return kComplex<[](c128 a, c128 b) { return a * b; }>;
    case B::kDiv:
      return kComplex<[](c128 a, c128 b) { return a / b; }>;
    case B::kDivNoNan:
      return kComplex<[](c128 a, c128 b) { return b == 0.0 ? c128() : a / b; }>;
    case B::kMulNoNan:
      return kComplex<[](c128 a, c128 b) { return b == 0.0 ? c128() : a * b; }>;
    case B::kPow:
      return kComplex<complexPow>;
    case B::kSquaredDifference:
      return kComplex<[](c128 a, c128 b) { return c128(std::norm(a - b)); }>;
    case B::kXlogy:
      return kComplex<[](c128 a, c128 b) { return a == 0.0 ? c128() : a * std::log(b); }>;
    case B::kXdivy:
      return kComplex<[](c128 a, c128 b) { return a == 0.0 ? c128() : a / b; }>;
    case B::kXlog1py:
      return kComplex<[](c128 a, c128 b) { return a == 0.0 ? c128() : a * std::log(1.0 + b); }>;
    case B::kEqual:
      return binaryMap<c128, bool, [](c128 a, c128 b) { return a == b; }>;
    case B::kNotEqual:
      return binaryMap<c128, bool, [](c128 a, c128 b) { return a != b; }>;
    default:
      return nullptr;
  }
}

}  // namespace smw::kernels
