// FusedBatchNorm and local response normalisation.
#include "kernels/norm.h"

#include <algorithm>
#include <cmath>

#include "ops/elementwise.h"
#include "ops/families.h"
#include "ops/via_wider.h"

namespace smw {
namespace {

struct BatchNorm {
  bool training;
  int64_t outer, channels, inner;  // x is (outer, channels, inner)
  float epsilon, average;          // exponential_avg_factor

  void operator()(const Args& a) const {
    const float *x = a.in<float>(0), *scale = a.in<float>(1), *offset = a.in<float>(2);
    const float *mean = a.in<float>(3), *variance = a.in<float>(4);
    float *y = a.out<float>(0), *outMean = a.out<float>(1), *outVariance = a.out<float>(2);
    float *savedMean = a.out<float>(3), *savedVariance = a.out<float>(4);
    auto& parallel = a.context.parallel();
    if (training) {
      // The saved ones are the batch's; the variance that goes on is the unbiased estimate.
      parallel.run(channels, 16, [&](int64_t begin, int64_t end) {
        kernels::channelMoments(x, outer, channels, inner, savedMean, savedVariance, begin, end);
      });
      const double count = double(outer) * double(inner);
      const float unbias = float(count / std::max(1.0, count - 1));
      for (int64_t c = 0; c < channels; ++c) {
        const float m = savedMean[c], v = savedVariance[c] * unbias;
        outMean[c] = average == 1 ? m : (1 - average) * mean[c] + average * m;
        outVariance[c] = average == 1 ? v : (1 - average) * variance[c] + average * v;
      }
    } else {
      for (float* to : {outMean, savedMean}) std::copy_n(mean, channels, to);
      for (float* to : {outVariance, savedVariance}) std::copy_n(variance, channels, to);
    }
    float* factor = a.scratch<float>();
    for (int64_t c = 0; c < channels; ++c)
      factor[c] = scale[c] / std::sqrt(savedVariance[c] + epsilon);
    if (inner == 1)
      parallel.run(outer, std::max<int64_t>(1, kElementGrain / std::max<int64_t>(1, channels)),
                   [&](int64_t begin, int64_t end) {
                     kernels::normalizeChannelsLast(x, savedMean, factor, offset, y, channels,
                                                    begin, end);
                   });
    else
      parallel.run(outer * channels,
                   std::max<int64_t>(1, kElementGrain / std::max<int64_t>(1, inner)),
                   [&](int64_t begin, int64_t end) {
                     kernels::normalizeChannelsFirst(x, savedMean, factor, offset, y, channels,
                                                     inner, begin, end);
                   });
  }
};

/// x is (N, ..., C) or (N, C, ...); scale, offset, mean, variance: (C), the last two may be empty
/// in training. y like x; batch_mean, batch_variance, reserve_space_1, _2: (C) float32; V3's
/// reserve_space_3: scalar.
Status resolveFloat(Resolver& r) {
  if (r.dtype(0) != DType::kFloat) return r.unsupportedDType(r.dtype(0));
  for (int i = 1; i < 5; ++i)
    if (r.dtype(i) != DType::kFloat) return r.unsupportedDType(r.dtype(i));
  const Shape& s = r.shape(0);
  const std::string format = r.attrOr("data_format", "NHWC");
  const bool first = format.starts_with("NC");
  if (s.rank() != 4 && s.rank() != 5) return invalidArgument("input must be 4 or 5-dimensional", s);
  const int axis = first ? 1 : s.rank() - 1;
  BatchNorm k{.training = r.attrOr("is_training", true),
              .outer = first ? s[0] : s.product(0, axis),
              .channels = s[axis],
              .inner = first ? s.product(2, s.rank()) : 1,
              .epsilon = r.attrOr("epsilon", 1e-4f),
              .average = r.attrOr("exponential_avg_factor", 1.0f)};
  const char* names[] = {"", "scale", "offset", "mean", "variance"};
  for (int i = 1; i < 5; ++i) {
    SMW_TRY(r.requireVector(i, names[i]));
    const bool unused = i > 2 && k.training && k.average == 1;
    if (!unused && r.shape(i)[0] != k.channels)
      return invalidArgument(names[i],
                             " must have the same number of elements as the channels of x, got ",
                             r.shape(i)[0], " and ", k.channels);
  }
  r.addOutput(DType::kFloat, s);
  for (int i = 0; i < 4; ++i) r.addOutput(DType::kFloat, Shape({k.channels}));
  if (r.numOutputs() == 6) r.addValue(SMW_TRY(Tensor::scalar<float>(0)));
  r.scratch(SMW_TRY(mul(k.channels, int64_t(sizeof(float)))));
  return r.kernel(k);
}
Status resolveFusedBatchNorm(Resolver& r) {
  if (isNarrowFloat(r.dtype(0))) return viaFloat32(r, resolveFloat, 1);
  return resolveFloat(r);
}

/// input: (N, H, W, C).
Status resolveLrn(Resolver& r) {
  if (isNarrowFloat(r.dtype(0))) return viaFloat32(r, resolveLrn);
  if (r.dtype(0) != DType::kFloat) return r.unsupportedDType(r.dtype(0));
  SMW_TRY(r.requireRank(0, 4, "in"));
  const Shape& s = r.shape(0);
  const int64_t radius = r.attrOr<int64_t>("depth_radius", 5);
  if (radius < 0) return invalidArgument("depth_radius = ", radius, " must not be negative");
  const float bias = r.attrOr("bias", 1.0f), alpha = r.attrOr("alpha", 1.0f),
              beta = r.attrOr("beta", 0.5f);
  r.addOutput(DType::kFloat, s);
  return r.kernel([=, channels = s[3], rows = s.product(0, 3)](const Args& a) {
    const int64_t window = std::min(channels, radius);
    a.context.parallel().run(rows, 64, [&](int64_t begin, int64_t end) {
      kernels::localResponseNorm(a.in<float>(0), a.out<float>(0), channels, window, bias, alpha,
                                 beta, begin, end);
    });
  });
}

/// x: the dimensions from `axis` on are normalised as one; then gamma and beta, of as many
/// elements, where the attributes of these names say so. Where those have more dimensions than x,
/// so has y. Made by graph passes only.
Status resolveLayerNorm(Resolver& r) {
  if (r.dtype(0) != DType::kFloat) return r.unsupportedDType(r.dtype(0));
  const Shape& s = r.shape(0);
  const int axis = SMW_TRY(s.axis(r.attrOr("axis", int64_t(-1))));
  const int64_t width = s.product(axis, s.rank()), rows = s.product(0, axis);
  const int gamma = r.attrOr("gamma", false) ? 1 : 0;
  const int beta = r.attrOr("beta", false) ? gamma + 1 : 0;
  int rank = s.rank();
  for (int i = 1; i < r.numInputs(); ++i) {
    if (r.dtype(i) != DType::kFloat || r.shape(i).numElements() != width)
      return invalidArgument(cat("a vector of shape ", r.shape(i), " for rows of ", width));
    rank = std::max(rank, r.rank(i));
  }
  Dims dims(s.dims());
  while (int(dims.size()) < rank) dims.insert(0, 1);
  if (r.numInputs() <= std::max(gamma, beta)) return invalidArgument("gamma or beta is missing");
  r.addOutputReusing(0, DType::kFloat, SMW_TRY(Shape::make(dims)));
  return r.kernel([=, epsilon = r.attrOr("epsilon", 1e-3f)](const Args& a) {
    a.context.parallel().run(rows, kernels::grainFor(width * 8), [&](int64_t begin, int64_t end) {
      kernels::layerNorm(a.in<float>(0), gamma ? a.in<float>(gamma) : nullptr,
                         beta ? a.in<float>(beta) : nullptr, epsilon, a.out<float>(0), width, begin,
                         end);
    });
  });
}

constexpr const char* kBatchNorm =
    "x, scale, offset, mean, variance -> y, batch_mean, batch_variance, reserve_space_1, "
    "reserve_space_2";
constexpr OpDef kOps[] = {
    {"FusedBatchNorm", kBatchNorm, resolveFusedBatchNorm},
    {"FusedBatchNormV2", kBatchNorm, resolveFusedBatchNorm},
    {"FusedBatchNormV3",
     "x, scale, offset, mean, variance -> y, batch_mean, batch_variance, reserve_space_1, "
     "reserve_space_2, "
     "reserve_space_3",
     resolveFusedBatchNorm},
    {"LRN", "input -> output", resolveLrn},
    {"_LayerNorm", "x, more*num_args -> y", resolveLayerNorm},
};

}  // namespace

std::span<const OpDef> normOps() { return kOps; }

}  // namespace smw
