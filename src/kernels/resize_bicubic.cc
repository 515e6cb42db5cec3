// Four rows are combined along y into one, and that is interpolated along x.
#include <cstdlib>
#include <limits>

#include "kernels/resize_rows.h"
#include "simd/vec.h"

namespace smw::kernels {
namespace {

using namespace simd;

struct Taps {
  int32_t index[4];
  float weight[4];
};

// The weight of a pixel at distance x below 1 (near), or 1 + x (far). TensorFlow looks them up in a
// table of 1024 steps, so the distance is rounded to that grid here too.
struct Kernel {
  double a;
  float near(int64_t step) const {
    const float x = float(double(step) / 1024);
    return float(((a + 2) * double(x) - (a + 3)) * double(x) * double(x) + 1);
  }
  float far(int64_t step) const {
    const float x = float(double(float(double(step) / 1024)) + 1.0);
    return float(((a * double(x) - 5 * a) * double(x) + 8 * a) * double(x) - 4 * a);
  }
};

// With half-pixel centres: Keys' kernel, and pixels outside the image do not count. Without: a
// sharper kernel, and the edge is repeated.
Taps tapsAt(int64_t i, float scale, bool halfPixelCenters, int64_t size) {
  const Kernel kernel{halfPixelCenters ? -0.5 : -0.75};
  const float at = resizePosition(i, scale, halfPixelCenters);
  const int64_t base = int64_t(std::floor(at));
  const int64_t step = int64_t(std::nearbyint((at - float(base)) * 1024.f));
  Taps t;
  const float weights[4] = {kernel.far(step), kernel.near(step), kernel.near(1024 - step),
                            kernel.far(1024 - step)};
  float sum = 0;
  for (int j = 0; j < 4; ++j) {
    const int64_t wanted = base - 1 + j, index = std::clamp<int64_t>(wanted, 0, size - 1);
    t.index[j] = int32_t(index);
    t.weight[j] = halfPixelCenters && index != wanted ? 0 : weights[j];
    sum = j == 0 ? t.weight[0] : sum + t.weight[j];
  }
  if (halfPixelCenters && std::fabs(sum) >= 1000 * std::numeric_limits<float>::min())
    for (float& w : t.weight) w *= 1 / sum;
  return t;
}

// sum of rows[j][i] * weight[j].
void combine(const float* const (&rows)[4], const float (&weight)[4], float* to, int64_t n) {
  int64_t i = 0;
  for (; i + 4 <= n; i += 4) {
    F32x4 sum = load(rows[0] + i) * splat(weight[0]);
    for (int j = 1; j < 4; ++j) sum = sum + load(rows[j] + i) * splat(weight[j]);
    store(to + i, sum);
  }
  for (; i < n; ++i) {
    float sum = rows[0][i] * weight[0];
    for (int j = 1; j < 4; ++j) sum += rows[j][i] * weight[j];
    to[i] = sum;
  }
}

int64_t rangeFloats(const Resize& s) { return 5 * s.inW * s.channels; }

void run(Parallel& parallel, const Resize& s, const RowSource& source, float* out, void* scratch) {
  const float yScale = resizeScale(s.inH, s.outH, s.alignCorners),
              xScale = resizeScale(s.inW, s.outW, s.alignCorners);
  Taps* taps = static_cast<Taps*>(scratch);
  for (int64_t x = 0; x < s.outW; ++x) taps[x] = tapsAt(x, xScale, s.halfPixelCenters, s.inW);
  float* buffers = reinterpret_cast<float*>(taps + s.outW);
  const int64_t n = s.inW * s.channels;
  eachRowRange(parallel, s, [&](int64_t begin, int64_t end, int64_t range) {
    float* buffer = buffers + range * rangeFloats(s);
    for (int64_t row = begin; row < end; ++row) {
      const Taps y = tapsAt(row % s.outH, yScale, s.halfPixelCenters, s.inH);
      const float* rows[4];
      for (int j = 0; j < 4; ++j)
        rows[j] = source.row(row / s.outH * s.inH + y.index[j], buffer + (1 + j) * n);
      combine(rows, y.weight, buffer, n);
      float* to = out + row * s.outW * s.channels;
      for (int64_t x = 0; x < s.outW; ++x, to += s.channels) {
        const float* pixels[4];
        for (int j = 0; j < 4; ++j) pixels[j] = buffer + taps[x].index[j] * s.channels;
        combine(pixels, taps[x].weight, to, s.channels);
      }
    }
  });
}

}  // namespace

int64_t resizeBicubicScratch(const Resize& s) {
  return s.outW * int64_t(sizeof(Taps)) + kResizeRanges * rangeFloats(s) * int64_t(sizeof(float));
}

template <typename T>
void resizeBicubic(Parallel& parallel, const Resize& s, const T* inp, float* out, void* scratch) {
  run(parallel, s, rowsOf(s, inp), out, scratch);
}
#define SMW_INSTANTIATE(T) \
  template void resizeBicubic(Parallel&, const Resize&, const T*, float*, void*);
SMW_RESIZE_TYPES(SMW_INSTANTIATE)
#undef SMW_INSTANTIATE

}  // namespace smw::kernels
