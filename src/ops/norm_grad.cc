// FusedBatchNormGrad.
#include <algorithm>
#include <cmath>

#include "ops/elementwise.h"
#include "ops/families.h"
#include "ops/via_wider.h"

namespace smw {
namespace {

/// With h = (x - mean) / sqrt(variance + epsilon): offset's gradient is the sum of dy, scale's that
/// of dy h, and x's is scale / sqrt(variance + epsilon) times dy, less in training what dy moves
/// mean and variance.
struct BatchNormGrad {
  bool training;
  int64_t outer, channels, inner;  // x is (outer, channels, inner)
  float epsilon;

  void operator()(const Args& a) const {
    a.context.parallel().run(channels, 4, [&](int64_t begin, int64_t end) {
      for (int64_t c = begin; c < end; ++c) channel(a, c);
    });
  }
  void channel(const Args& a, int64_t c) const {
    const float *dy = a.in<float>(0), *x = a.in<float>(1);
    const double mean = double(a.in<float>(3)[c]);
    const double scale = double(a.in<float>(2)[c]);
    const double inverse = 1 / std::sqrt(double(a.in<float>(4)[c]) + double(epsilon));
    const double count = double(outer) * double(inner);
    const auto each = [&](auto f) {
      for (int64_t o = 0; o < outer; ++o)
        for (int64_t at = (o * channels + c) * inner, i = 0; i < inner; ++i) f(at + i);
    };
    double sum = 0, weighted = 0;
    each([&](int64_t i) {
      sum += double(dy[i]);
      weighted += double(dy[i]) * (double(x[i]) - mean) * inverse;
    });
    a.out<float>(1)[c] = float(weighted);
    a.out<float>(2)[c] = float(sum);
    each([&](int64_t i) {
      double d = double(dy[i]);
      if (training) d -= (sum + (double(x[i]) - mean) * inverse * weighted) / count;
      a.out<float>(0)[i] = float(scale * inverse * d);
    });
  }
};

/// y_backprop, x: (N, ..., C) or (N, C, ...); scale, mean, variance: (C) -> x_backprop,
/// scale_backprop: (C), offset_backprop: (C), and two empty vectors.
Status resolveFloat(Resolver& r) {
  for (int i = 0; i < 5; ++i)
    if (r.dtype(i) != DType::kFloat) return r.unsupportedDType(r.dtype(i));
  const Shape& s = r.shape(1);
  if (s.rank() != 4 && s.rank() != 5) return invalidArgument("input must be 4 or 5-dimensional", s);
  if (!(r.shape(0) == s)) return invalidArgument("x and y_backprop must have same shape");
  const bool first = r.attrOr("data_format", "NHWC").starts_with("NC");
  const int axis = first ? 1 : s.rank() - 1;
  const BatchNormGrad k{.training = r.attrOr("is_training", true),
                        .outer = first ? s[0] : s.product(0, axis),
                        .channels = s[axis],
                        .inner = first ? s.product(2, s.rank()) : 1,
                        .epsilon = r.attrOr("epsilon", 1e-4f)};
  for (int i = 2; i < 5; ++i) {
    SMW_TRY(r.requireVector(i, i == 2 ? "scale" : "reserve_space"));
    if (r.shape(i)[0] != k.channels)
      return invalidArgument("scale and saved statistics must have ", k.channels, " elements, got ",
                             r.shape(i)[0]);
  }
  r.addOutput(DType::kFloat, s);
  for (int i = 0; i < 2; ++i) r.addOutput(DType::kFloat, Shape({k.channels}));
  for (int i = 0; i < 2; ++i) r.addOutput(DType::kFloat, Shape({0}));
  return r.kernel(k);
}
Status resolveGrad(Resolver& r) {
  if (isNarrowFloat(r.dtype(0))) return viaFloat32(r, resolveFloat, 1);
  return resolveFloat(r);
}

constexpr const char* kArgs =
    "y_backprop, x, scale, reserve_space_1, reserve_space_2 -> x_backprop, scale_backprop, "
    "offset_backprop, "
    "reserve_space_3, reserve_space_4";
constexpr OpDef kOps[] = {
    {"FusedBatchNormGrad", kArgs, resolveGrad},
    {"FusedBatchNormGradV2", kArgs, resolveGrad},
    {"FusedBatchNormGradV3",
     "y_backprop, x, scale, reserve_space_1, reserve_space_2, reserve_space_3 -> x_backprop, "
     "scale_backprop, "
     "offset_backprop, reserve_space_4, reserve_space_5",
     resolveGrad},
};

}  // namespace

std::span<const OpDef> normGradOps() { return kOps; }

}  // namespace smw
