// Reductions over any set of dimensions.
#pragma once

#include <span>

#include "kernels/elem.h"

namespace smw::kernels {

/// L2Loss is half the sum of squares.
enum class ReduceOp : uint8_t {
  kSum,
  kMean,
  kProd,
  kMax,
  kMin,
  kAll,
  kAny,
  kEuclideanNorm,
  kL2Loss
};

inline constexpr int kMaxReduceRank = 16;  // after neighbours of one kind have been merged

/// Kept and reduced dimensions apart, outermost first; strides count elements of the input.
struct ReducePlan {
  struct Dims {
    int rank = 0;
    int64_t dims[kMaxReduceRank], strides[kMaxReduceRank];
    int64_t total = 1;
  };
  Dims kept, reduced;
  /// Kept elements that lie side by side in the input and the output; 1 where the innermost
  /// dimension is reduced, and then `run` reduced elements lie side by side.
  int64_t inner = 1, run = 1;
  int64_t outputs() const { return kept.total * inner; }
  int64_t count() const { return reduced.total * run; }
};
/// False where more than kMaxReduceRank dimensions remain. `isReduced[d]` for each of `dims`.
bool planReduce(std::span<const int64_t> dims, std::span<const bool> isReduced, ReducePlan& plan);

/// How one accumulator type works; see reduce_loops.h.
struct ReduceLoops {
  Elem in = Elem::kNone, out = Elem::kNone;  // what the loops read and what `finish` gives
  size_t accSize = 0;
  void (*init)(void* acc, int64_t n) = nullptr;
  void (*run)(void* acc, const void* x, int64_t n) = nullptr;  // n elements into one accumulator
  /// One element of each row into each of n accumulators; rows lie `stride` elements apart.
  void (*rows)(void* acc, const void* x, int64_t n, int64_t count, int64_t stride) = nullptr;
  void (*finish)(const void* acc, void* out, int64_t n, int64_t count, Elem storage) = nullptr;
};
struct ReduceKernel {
  ReduceLoops loops;
  Elem elem = Elem::kNone;
  explicit operator bool() const { return loops.run != nullptr; }
};
/// False where the reduction is not defined for `e`. All and Any take bool only.
ReduceKernel reduceKernel(ReduceOp op, Elem e);

/// Elements [begin, end) of the output. Sums of floats are kept in double; integers wrap as their
/// type does, except that Mean's sum does not. Nothing to reduce gives the neutral element; NaN for
/// Mean.
void runReduce(const ReduceKernel& k, const ReducePlan& plan, const void* x, void* out,
               int64_t begin, int64_t end);

/// The loops by type. Used by reduceKernel.
ReduceLoops reduceLoopsF32(ReduceOp op);
ReduceLoops reduceLoopsOther(ReduceOp op, Elem wide);

}  // namespace smw::kernels
