// Squeeze and excite: an image whose channels are scaled by what two small layers make of their
// means. Made by the graph pass `squeeze_excite`.
#include "kernels/compressed.h"
#include "kernels/gemm.h"
#include "kernels/norm.h"
#include "ops/chosen.h"
#include "ops/compressed_weight.h"
#include "ops/elementwise.h"
#include "ops/fused_layers.h"
#include "ops/fused_tail.h"
#include "ops/packed_weight.h"
#include "ops/reduce.h"
#include "ops/threads.h"

namespace smw {
namespace {

/// activation((rows, k) x (k, n) + bias).
struct Layer {
  int weight;  // input; the bias is the next one
  kernels::Conv rows;
  Tensor kept;  // the weight as panels where it did not come so
  std::optional<kernels::Compressed> compressed;
  kernels::UnaryLoop activation = nullptr;  // none: clamped to [0, 1]

  Status plan(Resolver& r, const char* activationAttr) {
    const int64_t k = rows.inChannels, n = rows.outChannels;
    for (int i : {weight, weight + 1})
      if (r.dtype(i) != DType::kFloat) return r.unsupportedDType(r.dtype(i));
    if (r.shape(weight + 1).numElements() != n) return invalidArgument("a bias of other size");
    compressed = compressedFormat(r, weight, k, n);
    if (!compressed) kept = SMW_TRY(packedMatrix(r, weight, k, n, r.rank(weight) == 1));
    if (const auto op = SMW_TRY(FusedTail::activation(r.attrOr(activationAttr, ""))))
      activation = kernels::unaryLoopF32(*op);
    return {};
  }
  int64_t scratch(int threads) const {
    return compressed ? kernels::compressedScratch(*compressed, rows, threads) : 0;
  }
  void run(const Args& a, int threads, const float* in, float* out, float* scratch) const {
    kernels::Epilogue e = kernels::Epilogue::withBias(a.in<float>(weight + 1));
    if (!activation) e.lo = 0, e.hi = 1;
    if (compressed)
      kernels::compressedConv(parallelFor(a, threads), *compressed, rows, in, a.in<float>(weight),
                              out, e, scratch);
    else
      kernels::gemmPacked(a.context.parallel(), rows.batch, rows.inChannels, rows.outChannels, in,
                          rows.inChannels, 1, kept ? kept.data<float>() : a.in<float>(weight), out,
                          rows.outChannels, e);
    if (activation) activation(out, out, rows.batch * rows.outChannels, {});
  }
};

}  // namespace

/// x: (N,H,W,C); reduce: (C,R), or its panels; reduce_bias: (R); expand: (R,C), or its panels;
/// expand_bias: (C) -> x * scale * gate, where gate (N,C) is what the two layers make of x's means.
/// `units`: R. `reduce_activation`, `expand_activation`: as FusedTail's; "" clamps to [0, 1].
Status resolveSqueezeExcite(Resolver& r) {
  if (r.dtype(0) != DType::kFloat) return r.unsupportedDType(r.dtype(0));
  SMW_TRY(r.requireRank(0, 4, "x"));
  const Shape& s = r.shape(0);
  const int64_t images = s[0], pixels = s.product(1, 3), channels = s[3],
                units = SMW_TRY(r.attr<int64_t>("units"));
  Layer reduce{1, {.batch = images, .inChannels = channels, .outChannels = units}, {}, {}};
  Layer expand{3, {.batch = images, .inChannels = units, .outChannels = channels}, {}, {}};
  SMW_TRY(reduce.plan(r, "reduce_activation"));
  SMW_TRY(expand.plan(r, "expand_activation"));
  const auto mean = kernels::reduceKernel(kernels::ReduceOp::kMean, kernels::Elem::kF32);
  kernels::ReducePlan plan;
  const int64_t dims[] = {images, pixels, channels};
  const bool reduced[] = {false, true, false};
  kernels::planReduce(dims, reduced, plan);
  // Means, which the gate replaces; the reduced ones; what the products need.
  const int threads = plannedThreads();
  const int64_t small = SMW_TRY(mul(images, SMW_TRY(add(channels, units)))),
                products = std::max(reduce.scratch(threads), expand.scratch(threads));
  r.scratch(SMW_TRY(mul(SMW_TRY(add(small, products)), sizeof(float))));
  r.addOutputReusing(0, DType::kFloat, s);
  chose("squeeze-excite", 2.0 * double(images) * double(channels) * double(units));
  if (s.numElements() == 0) return r.kernel([](const Args&) {});
  return r.kernel([=, reduce = std::move(reduce), expand = std::move(expand),
                   scale = r.attrOr("scale", 1.0f)](const Args& a) {
    const int64_t gates = images * channels;
    float *gate = a.scratch<float>(), *hidden = gate + gates, *scratch = gate + small;
    reduceParallel(a.context.parallel(), mean, plan, a.in<float>(0), gate);
    reduce.run(a, threads, gate, hidden, scratch);
    expand.run(a, threads, hidden, gate, scratch);
    if (scale != 1)
      for (int64_t i = 0; i < gates; ++i) gate[i] *= scale;
    const int64_t grain = std::max<int64_t>(1, kElementGrain / channels);
    for (int64_t i = 0; i < images; ++i) {
      const int64_t from = i * pixels * channels;
      a.context.parallel().run(pixels, grain, [&](int64_t begin, int64_t end) {
        kernels::scaleChannels(a.in<float>(0) + from, gate + i * channels, a.out<float>(0) + from,
                               channels, begin, end);
      });
    }
  });
}

}  // namespace smw
