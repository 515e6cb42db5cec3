// Rows by index: what Gather, GatherV2, ResourceGather and the sparse lookups do.
#pragma once

#include "ops/context.h"
#include "tensor/tensor.h"

namespace smw {

/// params is (batch, outer, rows, slice), indices is (batch, picks), out is (batch, outer, picks,
/// slice); sizes in elements.
struct GatherPlan {
  int64_t batch = 1, outer = 1, rows = 0, slice = 1, picks = 0;
  Shape out;

  /// params[:axis] + indices[batchDims:] + params[axis + 1:], with INVALID_ARGUMENT where axis or
  /// batchDims do not fit the shapes.
  static Result<GatherPlan> make(const Shape& params, const Shape& indices, int64_t axis,
                                 int64_t batchDims);
};

/// INVALID_ARGUMENT naming the first index (int16, int32 or int64) that is not in [0, rows).
Status gather(OpContext& context, const GatherPlan& plan, DType dtype, const void* params,
              DType indexType, const void* indices, void* out);

}  // namespace smw
