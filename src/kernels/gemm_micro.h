// The innermost piece of every product and convolution: up to 6 rows of A times one panel of B.
#pragma once

#include <cstdint>

#include "kernels/epilogue.h"

namespace smw::kernels {

/// Rows of A that one call of a micro-kernel takes: with 8 columns they fill 12 of the 16 vector
/// registers that WebAssembly engines have on x86.
inline constexpr int kTileRows = 6;

/// What a micro-kernel multiplies. K is cut into `segments` stretches of `segmentLength`; in each,
/// a row of A lies contiguously. A plain product has one segment, a convolution one per filter tap.
struct MicroA {
  /// Rows: pointers[s * kTileRows + r] is where row r's segment s begins.
  const float* const* pointers = nullptr;
  int64_t segments = 1, segmentLength = 0;
  /// Columns (A transposed): element (r,l) is base[r + l * step]; one segment.
  const float* base = nullptr;
  int64_t step = 0;
};

/// Where the result of one panel goes.
struct MicroC {
  float* c = nullptr;           ///< row 0, first column of the panel
  int64_t cRow = 0;             ///< floats between rows
  int columns = 8;              ///< 1 to 8
  const float* bias = nullptr;  ///< of the panel's first column
  const float* residual = nullptr;
  int64_t residualRow = 0;
  const Epilogue* epilogue = nullptr;  ///< clamp and post
  bool first = true;                   ///< else c holds the sum of the earlier part of K
  bool last = true;                    ///< else the clamp is still to come
};

/// Multiplies `rows` (1 to 6) rows by the panel at `b`, which holds segments * segmentLength rows
/// of 8.
void microRows(int rows, const MicroA& a, const float* b, const MicroC& out);
void microColumns(int rows, const MicroA& a, const float* b, const MicroC& out);

}  // namespace smw::kernels
