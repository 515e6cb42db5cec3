// What the resizing kernels share: scales, rows as float32, and the loop over output rows.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>

#include "kernels/resize.h"

namespace smw::kernels {

/// Input pixels per output pixel.
inline float resizeScale(int64_t in, int64_t out, bool alignCorners) {
  return alignCorners && out > 1 ? float(in - 1) / float(out - 1) : float(in) / float(out);
}
/// Where the centre of output pixel i lies in the input.
inline float resizePosition(int64_t i, float scale, bool halfPixelCenters) {
  return halfPixelCenters ? (float(i) + 0.5f) * scale - 0.5f : float(i) * scale;
}

/// Rows of an image of any element type, read as float32.
struct RowSource {
  const char* data;
  int64_t rowFloats;  ///< elements of a row
  int elementSize;
  void (*convert)(const void* from, float* to, int64_t n);  ///< null: float32 already

  /// Row `index` over the whole batch; `buffer` holds it where it had to be converted.
  const float* row(int64_t index, float* buffer) const {
    const char* p = data + index * rowFloats * elementSize;
    if (!convert) return reinterpret_cast<const float*>(p);
    convert(p, buffer, rowFloats);
    return buffer;
  }
};

template <typename T>
RowSource rowsOf(const Resize& s, const T* inp) {
  RowSource r{reinterpret_cast<const char*>(inp), s.inW * s.channels, int(sizeof(T)), nullptr};
  if constexpr (!std::is_same_v<T, float>) {
    r.convert = [](const void* from, float* to, int64_t n) {
      const T* p = static_cast<const T*>(from);
      for (int64_t i = 0; i < n; ++i) to[i] = float(p[i]);
    };
  }
  return r;
}

/// At most this many ranges of rows are resized at once, so that scratch does not depend on the
/// threads.
inline constexpr int64_t kResizeRanges = 8;

/// Calls fn(first row, last row, range in [0, kResizeRanges)) over the rows of all images.
template <typename F>
void eachRowRange(Parallel& parallel, const Resize& s, F&& fn) {
  const int64_t rows = s.batch * s.outH;
  const int64_t grain =
      std::max(grainFor(s.outW * s.channels * 4), (rows + kResizeRanges - 1) / kResizeRanges);
  parallel.run(rows, grain, [&](int64_t begin, int64_t end) { fn(begin, end, begin / grain); });
}

#define SMW_RESIZE_TYPES(X) \
  X(float) X(double) X(uint8_t) X(int8_t) X(int16_t) X(uint16_t) X(int32_t) X(int64_t)

}  // namespace smw::kernels
