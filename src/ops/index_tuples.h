// Index tuples, the last dimension of GatherNd's and ScatterNd's `indices`, as offsets of slices.
#pragma once

#include <span>
#include <string>

#include "ops/resolver.h"

namespace smw {

/// What becomes of a tuple that points outside (attribute bad_indices_policy).
enum class BadIndices { kError, kIgnore };
Result<BadIndices> badIndicesPolicy(const Resolver& r);

/// Tuples of `depth` integers that point to slices of `slice` elements in a tensor of `dims`.
struct IndexTuples {
  int64_t count = 0, depth = 0, slice = 1;
  Dims dims;     // the first `depth` dimensions of what they point into
  DType type{};  // int16, int32 or int64

  /// Calls each(i, element offset) for every tuple, offset -1 where it points outside and that is
  /// ignored; INVALID_ARGUMENT naming the tuple where it is not.
  template <typename F>
  Status forEach(const void* tuples, BadIndices bad, F&& each) const {
    for (int64_t i = 0; i < count; ++i) {
      const int64_t at = offset(tuples, i);
      if (at < 0 && bad == BadIndices::kError) return outside(tuples, i);
      each(i, at);
    }
    return {};
  }

 private:
  int64_t offset(const void* tuples, int64_t i) const {
    int64_t at = 0;
    for (int64_t k = 0; k < depth; ++k) {
      const int64_t x = entry(tuples, i * depth + k);
      if (x < 0 || x >= dims[size_t(k)]) return -1;
      at = at * dims[size_t(k)] + x;
    }
    return at * slice;
  }
  int64_t entry(const void* tuples, int64_t i) const {
    if (type == DType::kInt64) return static_cast<const int64_t*>(tuples)[i];
    if (type == DType::kInt32) return static_cast<const int32_t*>(tuples)[i];
    return static_cast<const int16_t*>(tuples)[i];
  }
  Status outside(const void* tuples, int64_t i) const;
};

/// For ScatterNd and its kin: indices (..., depth), updates (indices.shape[:-1] + slice) and the
/// shape that is scattered into, checked as tensorflow/core/kernels/scatter_nd_op.cc does.
Result<IndexTuples> scatterTuples(const Shape& shape, const Shape& indices, DType indexType,
                                  const Shape& updates);

}  // namespace smw
