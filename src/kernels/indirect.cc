#include "kernels/indirect.h"

#include <algorithm>
#include <cstring>

#include "kernels/gemm_micro.h"
#include "kernels/pack.h"
#include "simd/vec.h"

namespace smw::kernels {
namespace {

constexpr int64_t kPointerFloats = sizeof(float*) / sizeof(float);

int64_t tilesOf(const Indirect& s) { return (s.pixels() + kTileRows - 1) / kTileRows; }

int64_t patchFloats(const Indirect& s) { return s.merged ? kTileRows * s.depth() : 0; }

/// One thread's scratch, cut up.
struct Work {
  const float** pointers;  // (segments, 6)
  float* zeros;            // channels, for all groups
  float* patches;          // (6, depth), merged only
  float* block;            // what the format wants

  Work(const Indirect& s, float* scratch) {
    auto address = reinterpret_cast<uintptr_t>(scratch);
    address = (address + alignof(float*) - 1) / alignof(float*) * alignof(float*);
    pointers = reinterpret_cast<const float**>(address);
    zeros = reinterpret_cast<float*>(pointers + s.segments() * kTileRows);
    patches = zeros + s.groups * s.channels;
    block = patches + patchFloats(s);
    for (int64_t i = 0; i < s.groups * s.channels; ++i)
      std::memcpy(zeros + i, &s.padding, sizeof s.padding);
  }
};

// A pixel of the grid: its image and its index along each axis.
struct Pixel {
  int64_t image, t[3];

  Pixel(const Indirect& s, int64_t index) {
    for (int i = 2; i >= 0; --i) {
      t[i] = index % s.axis[i].count;
      index /= s.axis[i].count;
    }
    image = index;
  }
  void advance(const Indirect& s) {
    for (int i = 2; i >= 0; --i) {
      if (++t[i] < s.axis[i].count) return;
      t[i] = 0;
    }
    ++image;
  }
  ptrdiff_t outOffset(const Indirect& s) const {
    int64_t o = image;
    for (int i = 0; i < 3; ++i)
      o = o * s.axis[i].outSize + s.axis[i].outFirst + s.axis[i].outStep * t[i];
    return ptrdiff_t(o * s.outPixel);
  }
};

float* copyFloats(const float* from, int64_t n, float* to) {
  for (; n >= 4; n -= 4, from += 4, to += 4) simd::store(to, simd::load(from));
  for (; n > 0; --n) *to++ = *from++;
  return to;
}
float* clearFloats(int64_t n, float* to) {
  for (; n > 0; --n) *to++ = 0;
  return to;
}

// All that a pixel's taps read, side by side: with few channels, going from stretch to stretch
// would cost more than this copy.
void gather(const Indirect& s, const Pixel& p, float* to) {
  const GridAxis &d = s.axis[0], &h = s.axis[1], &w = s.axis[2];
  const int64_t x = w.inStep * p.t[2] + w.tapFirst, n = s.channels;
  const int64_t from = std::clamp<int64_t>(-x, 0, w.taps),
                end = std::clamp<int64_t>(w.inSize - x, from, w.taps);
  for (int64_t i = 0; i < d.taps; ++i) {
    const int64_t z = d.inStep * p.t[0] + d.tapFirst + d.tapStep * i;
    for (int64_t j = 0; j < h.taps; ++j) {
      const int64_t y = h.inStep * p.t[1] + h.tapFirst + h.tapStep * j;
      if (z < 0 || z >= d.inSize || y < 0 || y >= h.inSize) {
        to = clearFloats(w.taps * n, to);
        continue;
      }
      const float* row = s.inp + ((p.image * d.inSize + z) * h.inSize + y) * w.inSize * n;
      to = clearFloats(from * n, to);
      to = copyFloats(row + (x + from) * n, (end - from) * n, to);
      to = clearFloats((w.taps - end) * n, to);
    }
  }
}

// True where no tap of the pixel lies left or right of the image.
bool isInside(const Indirect& s, const Pixel& p) {
  const GridAxis& w = s.axis[2];
  const int64_t first = w.inStep * p.t[2] + w.tapFirst, last = first + w.tapStep * (w.taps - 1);
  return std::min(first, last) >= 0 && std::max(first, last) < w.inSize;
}

void pointAt(const Indirect& s, const Pixel& p, int r, const Work& work) {
  const GridAxis &d = s.axis[0], &h = s.axis[1], &w = s.axis[2];
  const float** to = work.pointers + r;
  if (s.merged) {
    float* patch = work.patches + r * s.depth();
    gather(s, p, patch);
    *to = patch;
    return;
  }
  const int64_t x0 = w.inStep * p.t[2] + w.tapFirst;
  for (int64_t i = 0; i < d.taps; ++i) {
    const int64_t z = d.inStep * p.t[0] + d.tapFirst + d.tapStep * i;
    for (int64_t j = 0; j < h.taps; ++j) {
      const int64_t y = h.inStep * p.t[1] + h.tapFirst + h.tapStep * j;
      const bool out = z < 0 || z >= d.inSize || y < 0 || y >= h.inSize;
      const float* row =
          out ? nullptr : s.inp + ((p.image * d.inSize + z) * h.inSize + y) * w.inSize * s.inPixel;
      int64_t x = x0;
      for (int64_t k = 0; k < w.taps; ++k, x += w.tapStep, to += kTileRows)
        *to = out || x < 0 || x >= w.inSize ? work.zeros : row + x * s.inPixel;
    }
  }
}

// The same where pixel r - 1 is the left neighbour and both are inside: all pointers move by one
// step.
void pointBeside(const Indirect& s, int r, const Work& work) {
  const auto step = ptrdiff_t(s.axis[2].inStep * s.inPixel);
  const float** to = work.pointers + r;
  const float* zeros = work.zeros;
  for (auto n = ptrdiff_t(s.segments()); n > 0; --n, to += kTileRows) {
    const float* left = to[-1];
    *to = left == zeros ? zeros : left + step;
  }
}

void tiles(const Indirect& s, int64_t begin, int64_t end, int64_t panelBegin, int64_t panelEnd,
           float* scratch) {
  const Work work(s, scratch);
  const int64_t depth = s.depth(), step = panelsPerBlock(depth), pixels = s.pixels(),
                groupFloats = packedFloats(depth, s.columns);
  const auto outStep = ptrdiff_t(s.axis[2].outStep * s.outPixel);
  MicroA a{.pointers = work.pointers,
           .segments = s.segments(),
           .segmentLength = s.segmentLength(),
           .rowFactsStep = s.rowFactsStep};
  for (int64_t first = panelBegin; first < panelEnd; first += step) {
    const int64_t last = std::min(panelEnd, first + step);
    MicroB panels{.b = s.b + first * kPanel * depth, .panelStride = ptrdiff_t(depth * kPanel)};
    auto* micro = microRows;
    if (s.format) {
      panels.b = s.format->block(s.b + first * s.format->panelFloats, last - first, work.block);
      if (s.format->micro) {
        micro = s.format->micro;
        panels.panelStride = ptrdiff_t(s.format->panelFloats);
      }
    }
    Pixel pixel(s, begin * kTileRows);
    for (int64_t tile = begin; tile < end; ++tile) {
      const int rows = int(std::min<int64_t>(kTileRows, pixels - tile * kTileRows));
      ptrdiff_t offset[kTileRows];
      bool leftInside = false;
      for (int r = 0; r < rows; ++r, pixel.advance(s)) {
        const bool inside = !s.merged && isInside(s, pixel);
        if (leftInside && inside && pixel.t[2] > 0) {
          offset[r] = offset[r - 1] + outStep;
          pointBeside(s, r, work);
        } else {
          offset[r] = pixel.outOffset(s);
          pointAt(s, pixel, r, work);
        }
        leftInside = inside;
      }
      const float* groupB = panels.b;
      for (int64_t g = 0; g < s.groups; ++g, panels.b += groupFloats) {
        const int64_t column = g * s.columns + first * kPanel;
        const Epilogue& e = s.epilogue;
        a.offset = ptrdiff_t(g * s.channels);
        a.rowFacts = s.rowFacts + tile * kTileRows * s.rowFactsStep;
        panels.touch = tile == begin && worthTouching(rows, depth);
        const MicroC to{.c = s.out + column,
                        .cRow = offset,
                        .columns = ptrdiff_t(std::min(last * kPanel, s.columns) - first * kPanel),
                        .bias = e.bias ? e.bias + column : nullptr,
                        .residual = e.residual ? e.residual + column : nullptr,
                        .residualRow = offset,
                        .epilogue = &e};
        micro(rows, a, panels, to);
      }
      panels.b = groupB;
    }
  }
}

}  // namespace

int64_t indirectScratch(const Indirect& s) {
  const int64_t pointers = (s.segments() * kTileRows + 1) * kPointerFloats;
  const int64_t floats =
      s.groups * s.channels + patchFloats(s) + (s.format ? s.format->scratchFloats() : 0);
  return (pointers + floats + 15) / 16 * 16;
}

void runIndirect(Parallel& parallel, const IndirectJobs& jobs, float* scratch, int64_t perThread) {
  const int64_t count = jobs.count();
  if (count == 1) {
    const Indirect s = jobs.at(0);
    const int64_t tileCount = tilesOf(s), panels = panelsOf(s.columns);
    const int64_t cost = kTileRows * kPanel * std::max<int64_t>(1, s.depth());
    if (tileCount < panels && s.groups == 1) {
      parallel.run(panels, grainFor(tileCount * cost), [&](int64_t begin, int64_t end, int slot) {
        tiles(s, 0, tileCount, begin, end, scratch + slot * perThread);
      });
      return;
    }
  }
  // One loop over the tiles of all jobs.
  int64_t total = 0, cost = 0;
  for (int64_t j = 0; j < count; ++j) {
    const Indirect s = jobs.at(j);
    total += tilesOf(s);
    cost += s.pixels() * s.depth() * s.columns * s.groups;
  }
  if (total == 0) return;
  parallel.run(total, grainFor(cost / total), [&](int64_t begin, int64_t end, int slot) {
    int64_t at = 0;
    for (int64_t j = 0; j < count && at < end; ++j) {
      const Indirect s = jobs.at(j);
      const int64_t n = tilesOf(s), from = std::max(begin, at) - at,
                    to = std::min(end, at + n) - at;
      if (from < to) tiles(s, from, to, 0, panelsOf(s.columns), scratch + slot * perThread);
      at += n;
    }
  });
}

}  // namespace smw::kernels
