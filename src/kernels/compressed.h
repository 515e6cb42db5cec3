// Weights in fewer bytes: a packed matrix as float16, or as int8 with products of integers. Both
// keep a scale for each column.
//
// The matrix is what multiplies an image of `channels` at `taps` positions: (taps * channels,
// columns). Its panels of 8 columns follow one another, each 16 words and then a body:
//   words: 8 scales (float32), 8 sums of the column's integers (int32; 0 for float16)
//   float16: rows of 8; the value is float16 * scale
//   int8: units of kUnit rows (4 relaxed, 2 strict) of one tap; in a unit the bytes of a column lie
//   side by side; rows beyond the tap's channels are 0
#pragma once

#include <cstdint>

#include "kernels/conv.h"

namespace smw::kernels {

struct Compressed {
  enum Kind : int8_t { kHalf = 1, kInt8 = 2 } kind = kHalf;
  int64_t taps = 1, channels = 1, columns = 1;

  int64_t rows() const { return taps * channels; }
  /// Float32 words of one panel, and of all.
  int64_t panelFloats() const;
  int64_t floats() const { return panelsOf(columns) * panelFloats(); }
};

/// How far compressed weights are from the given ones.
struct CompressionError {
  double most = 0;     // largest difference
  double largest = 0;  // largest weight
  double squares = 0, squaresOfWeights = 0;
};

/// From panels of pack.h. False where a weight is not finite or too large for the format.
bool compress(const Compressed& c, const float* panels, float* to, CompressionError& error);
/// Back to panels of pack.h: n of them from the one at `from`.
void expand(const Compressed& c, const float* from, int64_t panels, float* to);
/// Multiplies column j by scale[j * step], in place.
void scaleColumns(const Compressed& c, float* weights, const float* scale, int64_t step);

/// Convolutions of one group whose filter was compressed (taps = kernelSize). A product of (m,k)
/// and (k,n) is one with a batch of m, k input channels and a window of one cell.
///
/// int8: the activations become integers as well, by their range in the image, or in the row where
/// the convolution is a plain product. What is not finite makes outputs NaN.
int64_t compressedScratch(const Compressed& c, const Conv& s, int threads);
void compressedConv(Parallel& parallel, const Compressed& c, const Conv& s, const float* inp,
                    const float* weights, float* out, const Epilogue& epilogue, float* scratch);

}  // namespace smw::kernels
