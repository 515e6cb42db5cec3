// The one broadcasting iterator: it cuts an elementwise operation of up to three operands into runs
// of n elements in which every operand either advances by one element or stands still.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace smw::kernels {

inline constexpr int kMaxBroadcastRank = 12;  // after neighbouring dimensions have been merged
inline constexpr int kMaxOperands = 3;

/// Strides count elements; dims run from the outermost in. The output is contiguous.
struct BroadcastPlan {
  int rank = 0, operands = 0;
  int64_t total = 0;
  int64_t dims[kMaxBroadcastRank] = {};
  int64_t strides[kMaxOperands][kMaxBroadcastRank] = {};
};

/// Lays out operands of the given shapes over `out`, which they all broadcast to (NumPy's rules;
/// the caller has checked that). False where more than kMaxBroadcastRank dimensions remain.
bool planBroadcast(std::span<const int64_t> out, std::span<const std::span<const int64_t>> operands,
                   BroadcastPlan& plan);

/// n elements: operand k's element i is in[k] + i * step[k] elements, step 0 or 1; out is
/// contiguous. Returns false to report a value that the operation does not accept; the walk goes
/// on.
using RunFn = bool (*)(const void* context, const void* const* in, const int* step, void* out,
                       int64_t n);

/// Calls `run` over elements [begin, end) of the output. Elements are `sizes[k]` bytes each; those
/// of 1, 2, 4, 8 or 16 bytes may be gathered into a buffer first, so that short inner dimensions
/// give long runs. Others (objects) are always given in place. False where any run returned false.
bool broadcastRuns(const BroadcastPlan& plan, const void* const* in, const size_t* sizes, void* out,
                   size_t outSize, int64_t begin, int64_t end, RunFn run, const void* context);

}  // namespace smw::kernels
