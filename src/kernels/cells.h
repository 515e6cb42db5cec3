// Which cells of the image a window meets.
#pragma once

#include <algorithm>

#include "kernels/window.h"

namespace smw::kernels {

/// The cells [begin, end) of each axis under the window of one output; dilation is 1.
struct Cells {
  int64_t begin[3], end[3];

  /// `output` counts pixels within an image.
  Cells(const Window& w, int64_t output) {
    for (int i = 2; i >= 0; --i) {
      const int64_t start = output % w.out[i] * w.stride[i] - w.padBefore[i];
      output /= w.out[i];
      begin[i] = std::clamp<int64_t>(start, 0, w.in[i]);
      end[i] = std::clamp<int64_t>(start + w.kernel[i], begin[i], w.in[i]);
    }
  }
  int64_t count() const { return (end[0] - begin[0]) * (end[1] - begin[1]) * (end[2] - begin[2]); }
  /// Calls fn(pixel within the image) in row-major order.
  template <typename F>
  void each(const Window& w, F&& fn) const {
    for (int64_t i = begin[0]; i < end[0]; ++i)
      for (int64_t j = begin[1]; j < end[1]; ++j)
        for (int64_t k = begin[2]; k < end[2]; ++k) fn((i * w.in[1] + j) * w.in[2] + k);
  }
};

/// Calls fn(tap, pixel of the input) for the taps of output `output` (within an image) that lie
/// inside.
template <typename F>
void eachTapOf(const Window& w, int64_t output, F&& fn) {
  const int64_t x = output % w.out[2], y = output / w.out[2] % w.out[1],
                z = output / w.out[2] / w.out[1];
  int64_t tap = 0;
  for (int64_t i = 0; i < w.kernel[0]; ++i)
    for (int64_t j = 0; j < w.kernel[1]; ++j)
      for (int64_t k = 0; k < w.kernel[2]; ++k, ++tap) {
        const int64_t d = z * w.stride[0] - w.padBefore[0] + i * w.dilation[0],
                      h = y * w.stride[1] - w.padBefore[1] + j * w.dilation[1],
                      c = x * w.stride[2] - w.padBefore[2] + k * w.dilation[2];
        if (d >= 0 && d < w.in[0] && h >= 0 && h < w.in[1] && c >= 0 && c < w.in[2])
          fn(tap, (d * w.in[1] + h) * w.in[2] + c);
      }
}

/// Calls fn(tap, pixel of the output) for the outputs whose window meets input pixel `input`.
template <typename F>
void eachTapOnto(const Window& w, int64_t input, F&& fn) {
  const int64_t at[3] = {input / w.in[2] / w.in[1], input / w.in[2] % w.in[1], input % w.in[2]};
  int64_t tap = 0;
  // The output position along axis i for tap k, or -1.
  const auto from = [&](int i, int64_t k) {
    const int64_t p = at[i] + w.padBefore[i] - k * w.dilation[i];
    return p < 0 || p % w.stride[i] != 0 || p / w.stride[i] >= w.out[i] ? -1 : p / w.stride[i];
  };
  for (int64_t i = 0; i < w.kernel[0]; ++i)
    for (int64_t j = 0; j < w.kernel[1]; ++j)
      for (int64_t k = 0; k < w.kernel[2]; ++k, ++tap) {
        const int64_t d = from(0, i), h = from(1, j), c = from(2, k);
        if (d >= 0 && h >= 0 && c >= 0) fn(tap, (d * w.out[1] + h) * w.out[2] + c);
      }
}

}  // namespace smw::kernels
