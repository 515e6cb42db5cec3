#include "kernels/gemm.h"

#include <algorithm>

#include "kernels/gemm_micro.h"

namespace smw::kernels {
namespace {

// K beyond this is summed in parts, so that a tile of A and a panel of B stay in the second-level
// cache.
constexpr int64_t kDepth = 2048;

// With that few panels a tile of A is not in the cache for most of its use.
constexpr int64_t kFewPanels = 6;

struct Problem {
  int64_t m, k, n;
  const float* a;
  int64_t aRow, aCol;
  const float* b;
  float* c;
  int64_t cRow;
  const Epilogue* epilogue;
  int64_t residualRow;
};

void tile(const Problem& p, int64_t rowBegin, int64_t row, int64_t panelBegin, int64_t panelEnd,
          int64_t l, int64_t depth) {
  const int rows = int(std::min<int64_t>(kTileRows, p.m - row));
  const float* pointers[kTileRows];
  MicroA a{.pointers = pointers, .segmentLength = depth, .base = nullptr, .step = p.aCol};
  const bool columns = p.aCol != 1;
  // With few panels, A is read once and then streamed.
  const bool streamsA = !columns && panelEnd - panelBegin <= kFewPanels;
  const float* start = p.a + row * p.aRow + l * p.aCol;
  if (columns)
    a.base = start;
  else
    for (int r = 0; r < rows; ++r) pointers[r] = start + r * p.aRow;
  if (streamsA)
    for (int r = 0; r < rows; ++r) touch(pointers[r], depth);
  const Epilogue& e = *p.epilogue;
  ptrdiff_t cRow[kTileRows], residualRow[kTileRows];
  for (int r = 0; r < rows; ++r) {
    cRow[r] = ptrdiff_t(r * p.cRow);
    residualRow[r] = ptrdiff_t(r * p.residualRow);
  }
  const int64_t column = panelBegin * kPanel;
  const MicroB b{.b = p.b + (panelBegin * p.k + l) * kPanel,
                 .panelStride = ptrdiff_t(p.k * kPanel),
                 .touch = row == rowBegin && worthTouching(rows, depth)};
  const MicroC out{.c = p.c + row * p.cRow + column,
                   .cRow = cRow,
                   .columns = ptrdiff_t(std::min(panelEnd * kPanel, p.n) - column),
                   .bias = e.bias ? e.bias + column : nullptr,
                   .residual = e.residual ? e.residual + row * p.residualRow + column : nullptr,
                   .residualRow = residualRow,
                   .epilogue = &e,
                   .first = l == 0,
                   .last = l + depth == p.k};
  if (columns)
    microColumns(rows, a, b, out);
  else
    microRows(rows, a, b, out);
}

// Rows [rowBegin, rowEnd) by panels [panelBegin, panelEnd).
void block(const Problem& p, int64_t rowBegin, int64_t rowEnd, int64_t panelBegin,
           int64_t panelEnd) {
  const int64_t parts = std::max<int64_t>(1, (p.k + kDepth - 1) / kDepth);
  const int64_t depth = std::max<int64_t>(1, (p.k + parts - 1) / parts);
  const int64_t step = panelsPerBlock(depth);
  for (int64_t j = panelBegin; j < panelEnd; j += step) {
    const int64_t jEnd = std::min(panelEnd, j + step);
    int64_t l = 0;
    do {
      const int64_t d = std::min(depth, p.k - l);
      for (int64_t row = rowBegin; row < rowEnd; row += kTileRows)
        tile(p, rowBegin, row, j, jEnd, l, d);
      l += depth;
    } while (l < p.k);
  }
}

}  // namespace

void gemmPacked(Parallel& parallel, int64_t m, int64_t k, int64_t n, const float* a, int64_t aRow,
                int64_t aCol, const float* packedB, float* c, int64_t cRow,
                const Epilogue& epilogue) {
  if (m <= 0 || n <= 0) return;
  if (k <= 0) {  // empty operands may be null pointers
    static constexpr float kNothing = 0;
    a = packedB = &kNothing;
    aRow = 0, aCol = 1, k = 0;
  }
  const Problem p{m,
                  k,
                  n,
                  a,
                  aRow,
                  aCol,
                  packedB,
                  c,
                  cRow,
                  &epilogue,
                  epilogue.residualStride ? epilogue.residualStride : cRow};
  const int64_t tiles = (m + kTileRows - 1) / kTileRows, panels = panelsOf(n);
  const int64_t tileCost = kTileRows * kPanel * std::max<int64_t>(k, 1);
  if (tiles >= panels) {
    parallel.run(tiles, grainFor(panels * tileCost), [&](int64_t begin, int64_t end) {
      block(p, begin * kTileRows, std::min(m, end * kTileRows), 0, panels);
    });
  } else {
    parallel.run(panels, grainFor(tiles * tileCost),
                 [&](int64_t begin, int64_t end) { block(p, 0, m, begin, end); });
  }
}

float gemmPeak(int64_t k, int64_t repeats) {
  constexpr int64_t kMax = 512;
  static float a[kTileRows * kMax], b[kPanel * kMax], c[kTileRows * kPanel];
  k = std::clamp<int64_t>(k, 1, kMax);
  for (int64_t i = 0; i < kTileRows * k; ++i) a[i] = 1.f / float(i + 1);
  for (int64_t i = 0; i < kPanel * k; ++i) b[i] = 1.f / float(i + 2);
  const float* pointers[kTileRows];
  for (int r = 0; r < kTileRows; ++r) pointers[r] = a + r * k;
  const Epilogue none;
  const MicroA in{.pointers = pointers, .segmentLength = k};
  const ptrdiff_t cRow[kTileRows] = {0, 8, 16, 24, 32, 40};
  const MicroC out{.c = c, .cRow = cRow, .epilogue = &none};
  float sum = 0;
  for (int64_t i = 0; i < repeats; ++i) {
    microRows(kTileRows, in, {.b = b}, out);
    sum += c[i % (kTileRows * kPanel)];
  }
  return sum;
}

}  // namespace smw::kernels
