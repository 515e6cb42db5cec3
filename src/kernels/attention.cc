#include "kernels/attention.h"

#include <algorithm>

#include "kernels/gemm.h"
#include "kernels/gemm_micro.h"
#include "kernels/pack.h"
#include "kernels/softmax.h"
#include "simd/vec.h"

namespace smw::kernels {
namespace {

using namespace simd;

/// Queries at a time: their scores stay in the first-level cache.
int64_t blockRows(const Attention& s) {
  constexpr int64_t kFloats = 6144;
  return std::clamp<int64_t>(kFloats / std::max<int64_t>(s.keys, 1) / kTileRows, 1, 8) * kTileRows;
}
constexpr int64_t aligned(int64_t floats) { return (floats + 15) / 16 * 16; }
int64_t keyFloats(const Attention& s) { return aligned(packedFloats(s.depth, s.keys)); }
int64_t valueFloats(const Attention& s) { return aligned(packedFloats(s.keys, s.valueDepth)); }
int64_t slotFloats(const Attention& s) {
  return keyFloats(s) + valueFloats(s) + aligned(blockRows(s) * s.keys);
}

constexpr float kNothing = 0;

void multiplyRow(float* x, int64_t n, float by) {
  const F32x4 f = splat(by);
  int64_t i = 0;
  for (; i + 4 <= n; i += 4) store(x + i, load(x + i) * f);
  for (; i < n; ++i) x[i] *= by;
}

/// What is added to the scores of the queries from `row` on, where the keys have a mask each. It is
/// added to finished sums, as TensorFlow does: with masks of -1e9 that shows.
Epilogue maskOf(const Attention& s, const float* mask, int64_t row) {
  if (!mask || !s.mask.column) return {};
  if (!s.mask.row) return {.bias = mask};
  return {.residual = mask + row * s.mask.row, .residualStride = s.mask.row};
}

/// Scores of one query that are not kept become `fill`.
void dropScores(const Attention& s, const uint8_t* kept, float* x) {
  if (!s.mask.column) {
    if (bool(*kept) == s.keepsFalse) std::fill_n(x, s.keys, s.fill);
    return;
  }
  const F32x4 fill = splat(s.fill);
  const I32x4 flip = splat(s.keepsFalse ? -1 : 0);
  int64_t j = 0;
  for (; j + 4 <= s.keys; j += 4)
    store(x + j, select((loadBytes(kept + j) == splat(0)) ^ flip, fill, load(x + j)));
  for (; j < s.keys; ++j)
    if (bool(kept[j]) == s.keepsFalse) x[j] = s.fill;
}

/// One head of one batch item.
void head(const Attention& s, const float* q, const float* k, const float* v, AttentionMask masks,
          float* out, float* scratch) {
  const float* mask = masks.added;
  float *keys = scratch, *values = keys + keyFloats(s), *scores = values + valueFloats(s);
  packB(k, s.depth, s.keys, s.k.column, s.k.row, keys);
  if (s.scale != 1) multiplyRow(keys, packedFloats(s.depth, s.keys), s.scale);
  packB(v, s.keys, s.valueDepth, s.v.row, s.v.column, values);
  const int64_t step = blockRows(s), n = s.keys;
  for (int64_t row = 0; row < s.queries; row += step) {
    const int64_t rows = std::min(step, s.queries - row);
    float sums[8 * kTileRows];
    gemmPacked(serial(), rows, s.depth, n, q + row * s.q.row, s.q.row, s.q.column, keys, scores, n,
               maskOf(s, mask, row));
    for (int64_t r = 0; r < rows; ++r) {
      float* x = scores + r * n;
      sums[r] = 1;
      if (n == 0) continue;
      if (masks.kept) dropScores(s, masks.kept + (row + r) * s.mask.row, x);
      if (mask && !s.mask.column)
        for (int64_t j = 0; j < n; ++j) x[j] += mask[(row + r) * s.mask.row];
      sums[r] = float(1 / expSum(x, x, n, rowMax(x, n)));
    }
    float* to = out + row * s.out.row;
    gemmPacked(serial(), rows, n, s.valueDepth, scores, n, 1, values, to, s.out.row, {});
    for (int64_t r = 0; r < rows; ++r) multiplyRow(to + r * s.out.row, s.valueDepth, sums[r]);
  }
}

}  // namespace

int64_t Attention::scratch(int threads) const { return slotFloats(*this) * threads; }

void attention(Parallel& parallel, const Attention& s, const float* q, const float* k,
               const float* v, AttentionMask mask, float* out, float* scratch) {
  for (const float** p : {&q, &k, &v})
    if (!*p) *p = &kNothing;  // an empty operand, of which nothing is read
  const int64_t cost = s.queries * s.keys * (s.depth + s.valueDepth + 8);
  parallel.run(s.batch * s.heads, grainFor(cost), [&](int64_t begin, int64_t end, int slot) {
    for (int64_t i = begin; i < end; ++i) {
      const auto at = [&](const Attention::Strides& t) {
        return i / s.heads * t.batch + i % s.heads * t.head;
      };
      AttentionMask own;
      if (mask.added) own.added = mask.added + at(s.mask);
      if (mask.kept) own.kept = mask.kept + at(s.mask);
      head(s, q + at(s.q), k + at(s.k), v + at(s.v), own, out + at(s.out),
           scratch + slot * slotFloats(s));
    }
  });
}

}  // namespace smw::kernels
