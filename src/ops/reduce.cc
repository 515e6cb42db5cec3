// Reductions over axes, and where the extremes lie.
#include "ops/reduce.h"

#include <algorithm>

#include "kernels/argmax.h"
#include "kernels/cast.h"
#include "ops/elementwise.h"
#include "ops/families.h"

namespace smw {
namespace {

using kernels::ReduceOp;

/// The outputs a thread takes at least, where each costs `count` elements.
int64_t grainFor(int64_t count) {
  return std::max<int64_t>(1, kElementGrain / std::max<int64_t>(1, count));
}

/// A range of columns walks over all rows, so it takes as many columns as leave each thread some,
/// whole cache lines of them; or whole rows of outputs where those are enough.
int64_t grainFor(const kernels::ReducePlan& p, int threads) {
  const int64_t least = grainFor(p.count());
  if (p.inner == 1) return least;
  if (p.kept.total >= 4 * threads) return (least + p.inner - 1) / p.inner * p.inner;
  constexpr int64_t kLine = 16;
  const int64_t columns = std::max(least, (p.inner + threads - 1) / threads);
  return (columns + kLine - 1) / kLine * kLine;
}

struct Reduction {
  Shape out;
  kernels::ReducePlan plan;
};

/// `axes` of `in`, each in [-rank, rank) and named once.
Result<Reduction> planOver(const Shape& in, const Dims& axes, bool keepDims) {
  SmallVector<uint8_t, 8> reduced(size_t(in.rank()), 0);
  for (int64_t a : axes) {
    if (a < -in.rank() || a >= in.rank())
      return invalidArgument("Invalid reduction dimension (", a, " for input with ", in.rank(),
                             " dimension(s)");
    uint8_t& seen = reduced[size_t(a < 0 ? a + in.rank() : a)];
    if (seen)
      return invalidArgument("Invalid reduction arguments: Axes contains duplicate dimension: ", a);
    seen = 1;
  }
  Dims out;
  for (int d = 0; d < in.rank(); ++d) {
    if (!reduced[size_t(d)])
      out.push_back(in[d]);
    else if (keepDims)
      out.push_back(1);
  }
  Reduction r{SMW_TRY(Shape::make(out)), {}};
  static_assert(sizeof(bool) == 1);
  if (!kernels::planReduce(in.dims(),
                           {reinterpret_cast<const bool*>(reduced.data()), reduced.size()}, r.plan))
    return unimplemented("reducing ", in, " over so many separate dimensions");
  return r;
}

Status reduceOver(Resolver& r, ReduceOp op, const Dims& axes, bool keepDims) {
  const auto k = kernels::reduceKernel(op, elemOf(r.dtype(0)));
  if (!k) return r.unsupportedDType(r.dtype(0));
  const Reduction plan = SMW_TRY(planOver(r.shape(0), axes, keepDims));
  r.addOutput(r.dtype(0), plan.out);
  return r.kernel([k, p = plan.plan](const Args& a) {
    reduceParallel(a.context.parallel(), k, p, a.inputs[0], a.outputs[0]);
  });
}

/// input: any shape; reduction_indices: a scalar or vector of axes.
template <ReduceOp kOp>
Status reduce(Resolver& r) {
  if (r.rank(1) > 1)
    return invalidArgument("Expected reduction_indices to be a scalar or a vector, got ",
                           r.shape(1));
  return reduceOver(r, kOp, SMW_TRY(r.ints(1)), r.attrOr("keep_dims", false));
}

/// t: any shape -> output: scalar, half the sum of squares.
Status resolveL2Loss(Resolver& r) {
  Dims axes;
  for (int d = 0; d < r.rank(0); ++d) axes.push_back(d);
  return reduceOver(r, ReduceOp::kL2Loss, axes, false);
}

/// input: (.., n, ..) -> output: output_type, without the dimension.
template <bool kMax>
Status resolveArg(Resolver& r) {
  const kernels::Elem e = elemOf(r.dtype(0));
  const DType outType = r.attrOr("output_type", DType::kInt64);
  int64_t probe;
  if (!kernels::argExtreme(kMax, e, nullptr, &probe, 1, 1, 0, 0))
    return r.unsupportedDType(r.dtype(0));
  const Shape& in = r.shape(0);
  const int axis = SMW_TRY(in.axis(SMW_TRY(r.integer(1)), "dimension"));
  const int64_t n = in[axis], inner = in.product(axis + 1, in.rank());
  if (n == 0) return invalidArgument("Reduction axis ", axis, " is empty in shape ", in);
  Dims dims(in.dims());
  dims.erase(size_t(axis));
  const Shape out = SMW_TRY(Shape::make(dims));
  r.addOutput(outType, out);
  return r.kernel([=, to = elemOf(outType), outputs = out.numElements()](const Args& a) {
    a.context.parallel().run(outputs, grainFor(n), [&](int64_t begin, int64_t end) {
      int64_t found[kernels::kBlock];
      for (int64_t i = begin; i < end; i += kernels::kBlock) {
        const int64_t m = std::min(kernels::kBlock, end - i);
        kernels::argExtreme(kMax, e, a.inputs[0], found, n, inner, i, i + m);
        kernels::cast(kernels::Elem::kI64, found, to,
                      a.out<std::byte>(0) + size_t(i) * elemSize(to), m);
      }
    });
  });
}

constexpr OpDef kOps[] = {
    {"All", "input, reduction_indices -> output", reduce<ReduceOp::kAll>},
    {"Any", "input, reduction_indices -> output", reduce<ReduceOp::kAny>},
    {"ArgMax", "input, dimension -> output", resolveArg<true>},
    {"ArgMin", "input, dimension -> output", resolveArg<false>},
    {"EuclideanNorm", "input, reduction_indices -> output", reduce<ReduceOp::kEuclideanNorm>},
    {"L2Loss", "t -> output", resolveL2Loss},
    {"Max", "input, reduction_indices -> output", reduce<ReduceOp::kMax>},
    {"Mean", "input, reduction_indices -> output", reduce<ReduceOp::kMean>},
    {"Min", "input, reduction_indices -> output", reduce<ReduceOp::kMin>},
    {"Prod", "input, reduction_indices -> output", reduce<ReduceOp::kProd>},
    {"Sum", "input, reduction_indices -> output", reduce<ReduceOp::kSum>},
};

}  // namespace

void reduceParallel(kernels::Parallel& parallel, const kernels::ReduceKernel& k,
                    const kernels::ReducePlan& p, const void* x, void* out) {
  parallel.run(p.outputs(), grainFor(p, parallel.threads()),
               [&](int64_t begin, int64_t end) { kernels::runReduce(k, p, x, out, begin, end); });
}

std::span<const OpDef> reduceOps() { return kOps; }

}  // namespace smw
