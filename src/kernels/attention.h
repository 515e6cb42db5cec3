// softmax(scale * Q K^T + mask) V, or with where(mask, scale * Q K^T, fill); a block of queries at
// a time.
#pragma once

#include <cstdint>

#include "kernels/parallel.h"

namespace smw::kernels {

struct Attention {
  int64_t batch = 1, heads = 1, queries = 0, keys = 0, depth = 0, valueDepth = 0;
  /// Floats from one batch item, head, row (query or key), column to the next; 0 where all share
  /// one. Of q, row or column is 1; of out, column is 1; of the mask, column is 0 or 1.
  struct Strides {
    int64_t batch = 0, head = 0, row = 0, column = 1;
  } q, k, v, out, mask;
  float scale = 1;
  /// What scores are that a mask of bools does not keep: those of false ones, or of true ones.
  float fill = 0;
  bool keepsFalse = false;

  /// Floats of scratch.
  int64_t scratch(int threads) const;
};

/// At most one of them: what is added to the scores, and which of them are kept.
struct AttentionMask {
  const float* added = nullptr;
  const uint8_t* kept = nullptr;
};

void attention(Parallel& parallel, const Attention& s, const float* q, const float* k,
               const float* v, AttentionMask mask, float* out, float* scratch);

}  // namespace smw::kernels
