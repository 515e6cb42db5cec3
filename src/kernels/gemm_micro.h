// The innermost piece of every product and convolution: up to 6 rows of A times one panel of B.
#pragma once

#include <cstddef>
#include <cstdint>

#include "kernels/epilogue.h"

namespace smw::kernels {

/// Rows of A that one call of a micro-kernel takes: with 8 columns they fill 12 of the 16 vector
/// registers that WebAssembly engines have on x86.
inline constexpr int kTileRows = 6;

/// How many panels of that depth are multiplied by all rows before the next ones are touched: as
/// many as stay in the second-level cache.
inline constexpr int64_t panelsPerBlock(int64_t depth) {
  constexpr int64_t kBlockFloats = 96 << 10;
  return depth * 8 >= kBlockFloats || depth <= 0 ? 1 : kBlockFloats / (depth * 8);
}

/// What a micro-kernel multiplies. K is cut into `segments` stretches of `segmentLength`; in each,
/// a row of A lies contiguously. A plain product has one segment, a convolution one per filter tap.
struct MicroA {
  /// Rows: pointers[s * kTileRows + r] is where row r's segment s begins.
  const float* const* pointers = nullptr;
  int64_t segments = 1, segmentLength = 0;
  ptrdiff_t offset = 0;  ///< added to every pointer: a group's first channel
  /// Columns (A transposed): element (r,l) is base[r + l * step]; one segment.
  const float* base = nullptr;
  int64_t step = 0;
  /// What a kernel of another format knows of row r: at rowFacts + r * rowFactsStep.
  const float* rowFacts = nullptr;
  int64_t rowFactsStep = 0;
};

/// Panels of B, one after another.
struct MicroB {
  const float* b = nullptr;
  ptrdiff_t panelStride = 0;  ///< floats between panels
  bool touch = false;         ///< brings each panel into the cache first
};

/// Whether the first rows that meet a panel should touch it. Where it is short, or the rows are
/// few, the machine's own prefetching does better (measured on x86: 49 rows by 160x960 51 GFLOP/s
/// with touching, 55 without; by 960x160 51 and 48).
inline constexpr bool worthTouching(int rows, int64_t depth) { return rows > 2 && depth > 512; }

/// Where the result goes.
struct MicroC {
  float* c = nullptr;  ///< first column; row r is at c + cRow[r]
  const ptrdiff_t* cRow = nullptr;
  ptrdiff_t columns = 8;            ///< of all panels together, at least 1
  const float* bias = nullptr;      ///< of the first column
  const float* residual = nullptr;  ///< row r is at residual + residualRow[r]
  const ptrdiff_t* residualRow = nullptr;
  const Epilogue* epilogue = nullptr;  ///< clamp and post
  bool first = true;                   ///< else c holds the sum of the earlier part of K
  bool last = true;                    ///< else the clamp is still to come
};

/// Reads every cache line of n floats, so that the misses of a stretch overlap. A micro-kernel that
/// met them one by one would wait for each.
void touch(const float* p, int64_t n);

/// Multiplies `rows` (1 to 6) rows by the panels; each holds segments * segmentLength rows of 8.
void microRows(int rows, const MicroA& a, const MicroB& b, const MicroC& out);
void microColumns(int rows, const MicroA& a, const MicroB& b, const MicroC& out);

}  // namespace smw::kernels
