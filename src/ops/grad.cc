// Gradients of elementwise functions, of BiasAdd and of fake quantisation.
#include <algorithm>

#include "kernels/fake_quant.h"
#include "kernels/reduce.h"
#include "ops/elementwise.h"
#include "ops/families.h"

namespace smw {
namespace {

using B = kernels::BinaryOp;

Status sameShape(Resolver& r, B op, const kernels::BinaryParams& p = {}) {
  if (!(r.shape(0) == r.shape(1)))
    return invalidArgument("op ", r.op(), " needs two inputs of one shape, got ", r.shape(0),
                           " and ", r.shape(1));
  return resolveBinary(r, op, p, nullptr, &kernels::gradLoops);
}
/// Two inputs of one shape -> that shape.
template <B kOp>
Status grad(Resolver& r) {
  return sameShape(r, kOp);
}
Status resolveLeakyReluGrad(Resolver& r) {
  return sameShape(r, B::kLeakyReluGrad, {.alpha = r.attrOr("alpha", 0.2f)});
}

/// out_backprop is (N, ..., C), or (N, C, ...) for NCHW -> output: (C), summed over the rest.
Status resolveBiasAddGrad(Resolver& r) {
  const Shape& s = r.shape(0);
  if (s.rank() < 2) return invalidArgument("Input tensor must be at least 2D: " + s.toString());
  const int axis = r.attrOr("data_format", "NHWC").starts_with("NC") ? 1 : s.rank() - 1;
  const auto k = kernels::reduceKernel(kernels::ReduceOp::kSum, elemOf(r.dtype(0)));
  if (!k) return r.unsupportedDType(r.dtype(0));
  const int64_t dims[] = {s.product(0, axis), s[axis], s.product(axis + 1, s.rank())};
  const bool reduced[] = {true, false, true};
  kernels::ReducePlan plan;
  kernels::planReduce(dims, reduced, plan);
  r.addOutput(r.dtype(0), Shape({s[axis]}));
  return r.kernel([k, plan](const Args& a) {
    a.context.parallel().run(plan.outputs(), 64, [&](int64_t begin, int64_t end) {
      runReduce(k, plan, a.inputs[0], a.outputs[0], begin, end);
    });
  });
}

/// gradients where the input lay inside the grid's range; what fell below and above, summed by
/// channel.
struct FakeQuantGrad {
  int bits;
  bool narrow;
  int64_t channels, rows;
  float min, max;
  bool fromInputs;  // inputs 2 and 3 instead of min and max, and outputs 1 and 2

  void operator()(const Args& a) const {
    const float *g = a.in<float>(0), *x = a.in<float>(1);
    for (int64_t c = 0; c < channels; ++c) {
      const kernels::FakeQuant q(fromInputs ? a.in<float>(2)[c] : min,
                                 fromInputs ? a.in<float>(3)[c] : max, bits, narrow);
      double below = 0, above = 0;
      for (int64_t i = c; i < rows * channels; i += channels) {
        const bool inside = x[i] >= q.low && x[i] <= q.high;
        a.out<float>(0)[i] = inside ? g[i] : 0.0f;
        if (x[i] < q.low) below += double(g[i]);
        if (x[i] > q.high) above += double(g[i]);
      }
      if (!fromInputs) continue;
      a.out<float>(1)[c] = float(below);
      a.out<float>(2)[c] = float(above);
    }
  }
};

/// gradients, inputs: one shape; min, max: scalars, (d) for channels in the last dimension, or
/// attributes.
enum class Range { kAttributes, kScalars, kChannels };
template <Range kRange>
Status fakeQuantGrad(Resolver& r) {
  if (r.dtype(0) != DType::kFloat) return r.unsupportedDType(r.dtype(0));
  for (int i = 1; i < r.numInputs(); ++i) SMW_TRY(requireSameDType(r, 0, i));
  const Shape& s = r.shape(0);
  if (!(s == r.shape(1))) return invalidArgument("gradient and input must be the same size");
  FakeQuantGrad k{.bits = int(r.attrOr<int64_t>("num_bits", 8)),
                  .narrow = r.attrOr("narrow_range", false),
                  .channels = 1,
                  .rows = s.numElements(),
                  .min = r.attrOr("min", -6.0f),
                  .max = r.attrOr("max", 6.0f),
                  .fromInputs = kRange != Range::kAttributes};
  if (k.bits < 2 || k.bits > 16)
    return invalidArgument("num_bits must be between 2 and 16, inclusive, got ", int64_t(k.bits));
  r.addOutput(DType::kFloat, s);
  if (kRange == Range::kChannels) {
    if (s.rank() < 1) return invalidArgument("inputs must have at least one dimension");
    k.channels = s.back();
    k.rows = s.product(0, s.rank() - 1);
  }
  if (k.fromInputs) {
    for (int i : {2, 3}) {
      SMW_TRY(r.requireRank(i, kRange == Range::kChannels ? 1 : 0, i == 2 ? "min" : "max"));
      if (r.shape(i).numElements() != k.channels)
        return invalidArgument(i == 2 ? "min" : "max", " has incorrect size, expected ", k.channels,
                               " was ", r.shape(i).numElements());
      r.addOutput(DType::kFloat, r.shape(i));
    }
  }
  return r.kernel(k);
}

constexpr OpDef kOps[] = {
    {"BiasAddGrad", "out_backprop -> output", resolveBiasAddGrad},
    {"EluGrad", "gradients, outputs -> backprops", grad<B::kEluGrad>},
    {"FakeQuantWithMinMaxArgsGradient", "gradients, inputs -> backprops",
     fakeQuantGrad<Range::kAttributes>},
    {"FakeQuantWithMinMaxVarsGradient",
     "gradients, inputs, min, max -> backprops_wrt_input, backprop_wrt_min, backprop_wrt_max",
     fakeQuantGrad<Range::kScalars>},
    {"FakeQuantWithMinMaxVarsPerChannelGradient",
     "gradients, inputs, min, max -> backprops_wrt_input, backprop_wrt_min, backprop_wrt_max",
     fakeQuantGrad<Range::kChannels>},
    {"InvGrad", "y, dy -> z", grad<B::kReciprocalGrad>},
    {"LeakyReluGrad", "gradients, features -> backprops", resolveLeakyReluGrad},
    {"ReciprocalGrad", "y, dy -> z", grad<B::kReciprocalGrad>},
    {"Relu6Grad", "gradients, features -> backprops", grad<B::kRelu6Grad>},
    {"ReluGrad", "gradients, features -> backprops", grad<B::kReluGrad>},
    {"RsqrtGrad", "y, dy -> z", grad<B::kRsqrtGrad>},
    {"SeluGrad", "gradients, outputs -> backprops", grad<B::kSeluGrad>},
    {"SigmoidGrad", "y, dy -> z", grad<B::kSigmoidGrad>},
    {"SoftplusGrad", "gradients, features -> backprops", grad<B::kSoftplusGrad>},
    {"SoftsignGrad", "gradients, features -> backprops", grad<B::kSoftsignGrad>},
    {"SqrtGrad", "y, dy -> z", grad<B::kSqrtGrad>},
    {"TanhGrad", "y, dy -> z", grad<B::kTanhGrad>},
};

}  // namespace

std::span<const OpDef> gradOps() { return kOps; }

}  // namespace smw
