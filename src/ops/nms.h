// The greedy choice of boxes that NonMaxSuppression* make.
#pragma once

#include <functional>
#include <vector>

#include "base/status.h"

namespace smw {

struct NmsOptions {
  int64_t most = 0;  // boxes to select
  float similarity = 0.5f, score = 0, softSigma = 0;
  bool half = false;  // scores and weights are rounded to float16 at each step
};

struct NmsResult {
  std::vector<int32_t> indices;
  std::vector<float> scores;
};

/// Area of the intersection over that of the union of two boxes, each two opposite corners (y, x,
/// y, x) in any order; 0 for empty boxes.
float intersectionOverUnion(const float* a, const float* b);

/// Indices of `n` scores in falling order, ties by index, leaving out what is too similar to one
/// selected before; with softSigma > 0 it loses score instead. `cancelled` is asked now and then.
NmsResult selectBoxes(const float* scores, int64_t n, const NmsOptions& o,
                      const std::function<float(int64_t, int64_t)>& similarity,
                      const std::function<bool()>& cancelled);

}  // namespace smw
