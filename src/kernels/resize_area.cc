// Every output pixel is the mean of the input under it; cells that are cut count by their share.
#include "kernels/resize_rows.h"
#include "simd/vec.h"

namespace smw::kernels {
namespace {

using namespace simd;

/// The cells [begin, end) under an output pixel and the share of the first and the last one. Cells
/// may lie outside the image by rounding: they are then taken from its edge.
struct Cover {
  int32_t begin, end;
  float first, last;
};

float share(int64_t cell, float from, float to, float scale) {
  if (float(cell) < from) return float(cell + 1) > to ? scale : float(cell + 1) - from;
  return float(cell + 1) > to ? to - float(cell) : 1.f;
}

Cover coverOf(int64_t i, float scale) {
  const float from = float(i) * scale, to = float(i + 1) * scale;
  const int64_t begin = int64_t(std::floor(from)), end = int64_t(std::ceil(to));
  return {int32_t(begin), int32_t(end), share(begin, from, to, scale),
          share(end - 1, from, to, scale)};
}

// to (outW, C): the weighted sums of one input row.
void alongX(const Resize& s, const Cover* covers, const float* row, float* to) {
  const int64_t n = s.channels;
  const auto cell = [&](int64_t x) { return row + std::clamp<int64_t>(x, 0, s.inW - 1) * n; };
  for (int64_t x = 0; x < s.outW; ++x, to += n) {
    const Cover& v = covers[x];
    const float* first = cell(v.begin);
    const float* last = v.begin + 1 < v.end ? cell(v.end - 1) : nullptr;
    int64_t c = 0;
    for (; c + 4 <= n; c += 4) {
      F32x4 sum = load(first + c) * splat(v.first);
      for (int64_t i = v.begin + 1; i < v.end - 1; ++i) sum = sum + load(cell(i) + c);
      if (last) sum = sum + load(last + c) * splat(v.last);
      store(to + c, sum);
    }
    for (; c < n; ++c) {
      float sum = first[c] * v.first;
      for (int64_t i = v.begin + 1; i < v.end - 1; ++i) sum += cell(i)[c];
      if (last) sum += last[c] * v.last;
      to[c] = sum;
    }
  }
}

// to += row * weight, or to = row * weight for the first one.
void accumulate(const float* row, float weight, bool first, float* to, int64_t n) {
  const F32x4 w = splat(weight);
  int64_t i = 0;
  for (; i + 4 <= n; i += 4)
    store(to + i, first ? load(row + i) * w : load(to + i) + load(row + i) * w);
  for (; i < n; ++i) to[i] = first ? row[i] * weight : to[i] + row[i] * weight;
}

int64_t rangeFloats(const Resize& s) { return (s.inW + s.outW) * s.channels; }

void run(Parallel& parallel, const Resize& s, const RowSource& source, float* out, void* scratch) {
  const float yScale = resizeScale(s.inH, s.outH, s.alignCorners),
              xScale = resizeScale(s.inW, s.outW, s.alignCorners);
  const auto mean = float(1.0 / double(yScale * xScale));
  Cover* covers = static_cast<Cover*>(scratch);
  for (int64_t x = 0; x < s.outW; ++x) covers[x] = coverOf(x, xScale);
  float* buffers = reinterpret_cast<float*>(covers + s.outW);
  const int64_t n = s.outW * s.channels;
  eachRowRange(parallel, s, [&](int64_t begin, int64_t end, int64_t range) {
    float *sums = buffers + range * rangeFloats(s), *converted = sums + n;
    for (int64_t row = begin; row < end; ++row) {
      float* to = out + row * n;
      const int64_t y = row % s.outH;
      const Cover v = coverOf(y, yScale);
      const float from = float(y) * yScale, until = float(y + 1) * yScale;
      if (v.begin >= v.end) std::fill_n(to, n, 0.f);
      for (int64_t i = v.begin; i < v.end; ++i) {
        const int64_t index = row / s.outH * s.inH + std::clamp<int64_t>(i, 0, s.inH - 1);
        alongX(s, covers, source.row(index, converted), sums);
        accumulate(sums, share(i, from, until, yScale), i == v.begin, to, n);
      }
      for (int64_t i = 0; i < n; ++i) to[i] *= mean;
    }
  });
}

}  // namespace

int64_t resizeAreaScratch(const Resize& s) {
  return s.outW * int64_t(sizeof(Cover)) + kResizeRanges * rangeFloats(s) * int64_t(sizeof(float));
}

template <typename T>
void resizeArea(Parallel& parallel, const Resize& s, const T* inp, float* out, void* scratch) {
  run(parallel, s, rowsOf(s, inp), out, scratch);
}
#define SMW_INSTANTIATE(T) \
  template void resizeArea(Parallel&, const Resize&, const T*, float*, void*);
SMW_RESIZE_TYPES(SMW_INSTANTIATE)
#undef SMW_INSTANTIATE

}  // namespace smw::kernels
