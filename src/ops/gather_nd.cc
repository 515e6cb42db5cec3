// GatherNd, ResourceGatherNd.
#include <cstring>

#include "ops/families.h"
#include "ops/index_tuples.h"
#include "ops/move.h"
#include "ops/variable.h"

namespace smw {
namespace {

struct GatherNdPlan {
  IndexTuples tuples;
  Shape out;
};

/// params: any, indices (..., depth): tuples into the first `depth` dimensions.
Result<GatherNdPlan> planGatherNd(const Shape& params, const Shape& indices, DType indexType) {
  if (params.rank() < 1) return invalidArgument("params must be at least a vector");
  if (indices.rank() < 1) return invalidArgument("indices must be at least a vector");
  const int64_t depth = indices.back();
  if (depth > params.rank())
    return invalidArgument("index innermost dimension length must be <= params rank; saw: ", depth,
                           " vs. ", params.rank());
  GatherNdPlan p;
  IndexTuples& t = p.tuples;
  t.count = indices.product(0, indices.rank() - 1);
  t.depth = depth;
  t.slice = params.product(int(depth), params.rank());
  t.dims = Dims(params.dims().first(size_t(depth)));
  t.type = indexType;
  Dims dims(indices.dims().first(size_t(indices.rank() - 1)));
  for (int i = int(depth); i < params.rank(); ++i) dims.push_back(params[i]);
  p.out = SMW_TRY(Shape::make(dims));
  if (p.out.numElements() > 0 && params.numElements() == 0)
    return invalidArgument("Requested more than 0 entries, but params is empty. Params shape: " +
                           params.toString());
  return p;
}

Status runGatherNd(const GatherNdPlan& p, BadIndices bad, DType t, const void* params,
                   const void* indices, void* out) {
  const int64_t n = p.tuples.slice;
  if (isPod(t)) {
    // fits: params holds slices, or there is nothing to copy.
    const size_t bytes = size_t(n) * dtypeSize(t);
    auto* to = static_cast<std::byte*>(out);
    const auto* from = static_cast<const std::byte*>(params);
    return p.tuples.forEach(indices, bad, [&](int64_t i, int64_t at) {
      if (at < 0)
        std::memset(to + size_t(i) * bytes, 0, bytes);
      else
        std::memcpy(to + size_t(i) * bytes, from + size_t(at) * dtypeSize(t), bytes);
    });
  }
  return p.tuples.forEach(indices, bad, [&](int64_t i, int64_t at) {
    if (at < 0)
      fillZeros(t, elementAt(t, out, i * n), n);
    else
      copyElements(t, elementAt(t, out, i * n), elementAt(t, params, at), n);
  });
}

Status resolveGatherNd(Resolver& r) {
  const BadIndices bad = SMW_TRY(badIndicesPolicy(r));
  auto p = SMW_TRY(planGatherNd(r.shape(0), r.shape(1), r.dtype(1)));
  r.addOutput(r.dtype(0), p.out);
  return r.kernel([p = std::move(p), bad, t = r.dtype(0)](const Args& a) {
    return runGatherNd(p, bad, t, a.inputs[0], a.inputs[1], a.outputs[0]);
  });
}

Status resolveResourceGatherNd(Resolver& r) {
  if (const Tensor* handle = r.peekValue(0)) {
    const auto v = SMW_TRY(asVariable(*handle));
    if (const auto shape = v->shape().fullyKnown())
      r.addOutput(v->dtype(), SMW_TRY(planGatherNd(*shape, r.shape(1), r.dtype(1))).out);
  }
  return r.tensorKernel([](Step& s) -> Status {
    const auto v = SMW_TRY(asVariable(s.input(0)));
    const Tensor params = SMW_TRY(readVariable(*v));
    const Tensor& indices = s.input(1);
    const auto p = SMW_TRY(planGatherNd(params.shape(), indices.shape(), indices.dtype()));
    Tensor* out = SMW_TRY(s.allocate(0, params.dtype(), p.out));
    return runGatherNd(p, BadIndices::kError, params.dtype(), params.raw(), indices.raw(),
                       out->raw());
  });
}

constexpr OpDef kOps[] = {
    {"GatherNd", "params, indices -> output", resolveGatherNd},
    {"ResourceGatherNd", "resource, indices -> output", resolveResourceGatherNd, Effect::kStateful},
};

}  // namespace

std::span<const OpDef> gatherNdOps() { return kOps; }

}  // namespace smw
