// Rows are interpolated along x first and kept while they are needed; then two of them along y.
#include "kernels/resize_rows.h"
#include "simd/vec.h"

namespace smw::kernels {
namespace {

using namespace simd;

struct Tap {
  int32_t lower, upper;
  float lerp;
};

Tap tapAt(int64_t i, float scale, bool halfPixelCenters, int64_t size) {
  const float at = resizePosition(i, scale, halfPixelCenters), below = std::floor(at);
  return {int32_t(std::clamp<int64_t>(int64_t(below), 0, size - 1)),
          int32_t(std::clamp<int64_t>(int64_t(std::ceil(at)), 0, size - 1)), at - below};
}

// to (outW, C) from a row (inW, C).
void alongX(const Resize& s, const Tap* taps, const float* row, float* to) {
  const int64_t n = s.channels;
  for (int64_t x = 0; x < s.outW; ++x, to += n) {
    const float *a = row + taps[x].lower * n, *b = row + taps[x].upper * n;
    const float t = taps[x].lerp;
    int64_t c = 0;
    for (; c + 4 <= n; c += 4) {
      const F32x4 left = load(a + c);
      store(to + c, left + (load(b + c) - left) * splat(t));
    }
    for (; c < n; ++c) to[c] = a[c] + (b[c] - a[c]) * t;
  }
}

void alongY(const float* top, const float* bottom, float t, float* to, int64_t n) {
  int64_t i = 0;
  for (; i + 4 <= n; i += 4) {
    const F32x4 a = load(top + i);
    store(to + i, a + (load(bottom + i) - a) * splat(t));
  }
  for (; i < n; ++i) to[i] = top[i] + (bottom[i] - top[i]) * t;
}

/// Two rows of the input, already interpolated along x.
struct Cache {
  float* rows[2];
  int64_t index[2] = {-1, -1};
  float* converted;

  // Row `wanted` of `source`; the one that holds `keep` is not overwritten.
  const float* get(const Resize& s, const Tap* taps, const RowSource& source, int64_t wanted,
                   int64_t keep) {
    for (int i = 0; i < 2; ++i)
      if (index[i] == wanted) return rows[i];
    const int to = index[0] == keep ? 1 : 0;
    alongX(s, taps, source.row(wanted, converted), rows[to]);
    index[to] = wanted;
    return rows[to];
  }
};

int64_t rangeFloats(const Resize& s) { return (2 * s.outW + s.inW) * s.channels; }

void run(Parallel& parallel, const Resize& s, const RowSource& source, float* out, void* scratch) {
  const float yScale = resizeScale(s.inH, s.outH, s.alignCorners),
              xScale = resizeScale(s.inW, s.outW, s.alignCorners);
  Tap* taps = static_cast<Tap*>(scratch);
  for (int64_t x = 0; x < s.outW; ++x) taps[x] = tapAt(x, xScale, s.halfPixelCenters, s.inW);
  float* buffers = reinterpret_cast<float*>(taps + s.outW);
  const int64_t n = s.outW * s.channels;
  eachRowRange(parallel, s, [&](int64_t begin, int64_t end, int64_t range) {
    float* buffer = buffers + range * rangeFloats(s);
    Cache cache{{buffer, buffer + n}, {-1, -1}, buffer + 2 * n};
    for (int64_t row = begin; row < end; ++row) {
      const int64_t image = row / s.outH * s.inH;
      const Tap y = tapAt(row % s.outH, yScale, s.halfPixelCenters, s.inH);
      const float* top = cache.get(s, taps, source, image + y.lower, image + y.upper);
      const float* bottom = cache.get(s, taps, source, image + y.upper, image + y.lower);
      alongY(top, bottom, y.lerp, out + row * n, n);
    }
  });
}

}  // namespace

int64_t resizeBilinearScratch(const Resize& s) {
  return s.outW * int64_t(sizeof(Tap)) + kResizeRanges * rangeFloats(s) * int64_t(sizeof(float));
}

template <typename T>
void resizeBilinear(Parallel& parallel, const Resize& s, const T* inp, float* out, void* scratch) {
  run(parallel, s, rowsOf(s, inp), out, scratch);
}
#define SMW_INSTANTIATE(T) \
  template void resizeBilinear(Parallel&, const Resize&, const T*, float*, void*);
SMW_RESIZE_TYPES(SMW_INSTANTIATE)
#undef SMW_INSTANTIATE

}  // namespace smw::kernels
