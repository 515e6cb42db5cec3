// Gather, GatherV2, ResourceGather.
#include "ops/gather.h"

#include <cstring>

#include "ops/families.h"
#include "ops/move.h"
#include "ops/variable.h"

namespace smw {

namespace {

template <typename I>
Status checkIndices(const I* indices, int64_t n, int64_t rows) {
  // One branch at the end: rows below 2^63, so negative indices are large as unsigned.
  bool bad = false;
  for (int64_t i = 0; i < n; ++i) bad |= uint64_t(int64_t(indices[i])) >= uint64_t(rows);
  if (!bad) return {};
  int64_t i = 0;
  while (uint64_t(int64_t(indices[i])) < uint64_t(rows)) ++i;
  return invalidArgument("indices[", i, "] = ", int64_t(indices[i]), " is not in [0, ", rows, ")");
}

template <int W, typename I>
void gatherFixed(const std::byte* params, const I* indices, std::byte* out, int64_t picks) {
  for (int64_t i = 0; i < picks; ++i) std::memcpy(out + i * W, params + int64_t(indices[i]) * W, W);
}

template <typename I>
void gatherBytes(const std::byte* params, const I* indices, std::byte* out, int64_t picks,
                 int64_t bytes) {
  switch (bytes) {
    case 1:
      return gatherFixed<1>(params, indices, out, picks);
    case 2:
      return gatherFixed<2>(params, indices, out, picks);
    case 4:
      return gatherFixed<4>(params, indices, out, picks);
    case 8:
      return gatherFixed<8>(params, indices, out, picks);
    case 16:
      return gatherFixed<16>(params, indices, out, picks);
    default:
      for (int64_t i = 0; i < picks; ++i)
        std::memcpy(out + i * bytes, params + int64_t(indices[i]) * bytes, size_t(bytes));
  }
}

template <typename I>
Status gatherBy(OpContext& context, const GatherPlan& g, DType t, const void* params,
                const I* indices, void* out) {
  SMW_TRY(checkIndices(indices, g.batch * g.picks, g.rows));
  if (g.out.numElements() == 0) return {};
  const int64_t in = g.rows * g.slice, to = g.picks * g.slice;
  // fits: params holds rows of these.
  const int64_t bytes = g.slice * int64_t(dtypeSize(t));
  for (int64_t b = 0; b < g.batch; ++b)
    for (int64_t o = 0; o < g.outer; ++o) {
      const int64_t block = b * g.outer + o;
      const void* from = elementAt(t, params, block * in);
      void* into = elementAt(t, out, block * to);
      const I* picked = indices + b * g.picks;
      if (!isPod(t)) {
        for (int64_t i = 0; i < g.picks; ++i)
          copyElements(t, elementAt(t, into, i * g.slice),
                       elementAt(t, from, int64_t(picked[i]) * g.slice), g.slice);
        continue;
      }
      const auto some = [&](int64_t begin, int64_t end) {
        gatherBytes(static_cast<const std::byte*>(from), picked + begin,
                    static_cast<std::byte*>(into) + begin * bytes, end - begin, bytes);
      };
      if (g.picks * bytes < (256 << 10))
        some(0, g.picks);
      else
        context.parallel().run(g.picks, std::max<int64_t>(1, (64 << 10) / bytes), some);
    }
  return {};
}

}  // namespace

Result<GatherPlan> GatherPlan::make(const Shape& params, const Shape& indices, int64_t axisGiven,
                                    int64_t batchDims) {
  if (batchDims < -indices.rank() || batchDims > indices.rank())
    return invalidArgument("Expected batch_dims in the range [", -indices.rank(), ", ",
                           indices.rank(), "], but got ", batchDims);
  // fits: ranks.
  if (batchDims < 0) batchDims += indices.rank();
  if (params.rank() < 1) return invalidArgument("params must be at least 1 dimensional");
  const int axis = SMW_TRY(params.axis(axisGiven));
  if (batchDims > axis)
    return invalidArgument("batch_dims (", batchDims, ") must be less than or equal to axis (",
                           axis, ")");
  const int batch = int(batchDims);
  for (int i = 0; i < batch; ++i)
    if (params[i] != indices[i])
      return invalidArgument("params.shape[", i, "]: ", params[i],
                             " should be equal to indices.shape[", i, "]: ", indices[i]);
  GatherPlan g;
  g.batch = params.product(0, batch);
  g.outer = params.product(batch, axis);
  g.rows = params[axis];
  g.slice = params.product(axis + 1, params.rank());
  g.picks = indices.product(batch, indices.rank());
  Dims dims;
  for (int i = 0; i < axis; ++i) dims.push_back(params[i]);
  for (int i = batch; i < indices.rank(); ++i) dims.push_back(indices[i]);
  for (int i = axis + 1; i < params.rank(); ++i) dims.push_back(params[i]);
  g.out = SMW_TRY(Shape::make(dims));
  return g;
}

Status gather(OpContext& context, const GatherPlan& plan, DType dtype, const void* params,
              DType indexType, const void* indices, void* out) {
  switch (indexType) {
    case DType::kInt16:
      return gatherBy(context, plan, dtype, params, static_cast<const int16_t*>(indices), out);
    case DType::kInt32:
      return gatherBy(context, plan, dtype, params, static_cast<const int32_t*>(indices), out);
    case DType::kInt64:
      return gatherBy(context, plan, dtype, params, static_cast<const int64_t*>(indices), out);
    default:
      return invalidArgument("indices must be integers, got ", dtypeName(indexType));
  }
}

namespace {

Status gatherAlong(Resolver& r, int64_t axis) {
  const GatherPlan g =
      SMW_TRY(GatherPlan::make(r.shape(0), r.shape(1), axis, r.attrOr("batch_dims", int64_t(0))));
  r.addOutput(r.dtype(0), g.out);
  return r.kernel([g, t = r.dtype(0), it = r.dtype(1)](const Args& a) {
    return gather(a.context, g, t, a.inputs[0], it, a.inputs[1], a.outputs[0]);
  });
}

/// params: any, indices: int16, int32 or int64 of any shape.
Status resolveGather(Resolver& r) { return gatherAlong(r, 0); }
/// As Gather, with axis: scalar, and attribute batch_dims.
Status resolveGatherV2(Resolver& r) { return gatherAlong(r, SMW_TRY(r.integer(2))); }

/// resource: a variable of at least rank 1, indices: int32 or int64.
Status resolveResourceGather(Resolver& r) {
  const int64_t batchDims = r.attrOr("batch_dims", int64_t(0));
  if (const Tensor* handle = r.peekValue(0)) {
    const auto v = SMW_TRY(asVariable(*handle));
    if (const auto shape = v->shape().fullyKnown())
      r.addOutput(v->dtype(),
                  SMW_TRY(GatherPlan::make(*shape, r.shape(1), batchDims, batchDims)).out);
  }
  return r.tensorKernel([batchDims](Step& s) -> Status {
    const auto v = SMW_TRY(asVariable(s.input(0)));
    const Tensor params = SMW_TRY(readVariable(*v));
    const Tensor& indices = s.input(1);
    const GatherPlan g =
        SMW_TRY(GatherPlan::make(params.shape(), indices.shape(), batchDims, batchDims));
    Tensor* out = SMW_TRY(s.allocate(0, params.dtype(), g.out));
    return gather(s.context(), g, params.dtype(), params.raw(), indices.dtype(), indices.raw(),
                  out->raw());
  });
}

constexpr OpDef kOps[] = {
    {"Gather", "params, indices -> output", resolveGather},
    {"GatherV2", "params, indices, axis -> output", resolveGatherV2},
    {"ResourceGather", "resource, indices -> output", resolveResourceGather, Effect::kStateful},
};

}  // namespace

std::span<const OpDef> gatherOps() { return kOps; }

}  // namespace smw
