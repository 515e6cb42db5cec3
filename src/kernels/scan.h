// Running sums and products along one dimension.
#pragma once

#include "kernels/elem.h"

namespace smw::kernels {

enum class ScanOp : uint8_t { kSum, kProd, kLogSumExp };

/// x and y are (outer, n, inner). y[k] covers x[0..k], without x[k] where exclusive, and from the
/// other end where reverse. Every step is rounded to `e`, as TensorFlow's. Rows [begin, end) of
/// `outer`. False where the type has no such scan.
bool scan(ScanOp op, Elem e, const void* x, void* y, int64_t n, int64_t inner, bool exclusive,
          bool reverse, int64_t begin, int64_t end);

}  // namespace smw::kernels
