#include <cstring>

#include "kernels/resize_rows.h"

namespace smw::kernels {
namespace {

int64_t nearest(const Resize& s, int64_t i, float scale, int64_t size) {
  // No half is taken off again: rounding down does that.
  const float at = s.halfPixelCenters ? (float(i) + 0.5f) * scale : float(i) * scale;
  const auto index = int64_t(s.alignCorners ? std::round(at) : std::floor(at));
  return std::clamp<int64_t>(index, 0, size - 1);
}

template <int64_t Bytes>
void copyRow(const Resize& s, float scale, int64_t pixelBytes, const char* row, char* to) {
  const int64_t bytes = Bytes ? Bytes : pixelBytes;
  for (int64_t x = 0; x < s.outW; ++x, to += bytes)
    std::memcpy(to, row + nearest(s, x, scale, s.inW) * bytes, size_t(bytes));
}

}  // namespace

void resizeNearest(Parallel& parallel, const Resize& s, int64_t pixelBytes, const void* inp,
                   void* out) {
  const float yScale = resizeScale(s.inH, s.outH, s.alignCorners),
              xScale = resizeScale(s.inW, s.outW, s.alignCorners);
  const auto* from = static_cast<const char*>(inp);
  auto* to = static_cast<char*>(out);
  const int64_t inRow = s.inW * pixelBytes, outRow = s.outW * pixelBytes;
  parallel.run(s.batch * s.outH, grainFor(outRow + 8 * s.outW), [&](int64_t begin, int64_t end) {
    int64_t previous = -1;
    for (int64_t row = begin; row < end; ++row) {
      const int64_t y = row / s.outH * s.inH + nearest(s, row % s.outH, yScale, s.inH);
      char* target = to + row * outRow;
      if (y == previous) {
        std::memcpy(target, target - outRow, size_t(outRow));
        continue;
      }
      previous = y;
      const char* source = from + y * inRow;
      switch (pixelBytes) {
        case 1:
          copyRow<1>(s, xScale, 1, source, target);
          break;
        case 3:
          copyRow<3>(s, xScale, 3, source, target);
          break;
        case 4:
          copyRow<4>(s, xScale, 4, source, target);
          break;
        case 12:
          copyRow<12>(s, xScale, 12, source, target);
          break;
        case 16:
          copyRow<16>(s, xScale, 16, source, target);
          break;
        default:
          copyRow<0>(s, xScale, pixelBytes, source, target);
          break;
      }
    }
  });
}

}  // namespace smw::kernels
