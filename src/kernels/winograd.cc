#include "kernels/winograd.h"

#include <algorithm>

#include "kernels/gemm.h"
#include "kernels/gemm_micro.h"
#include "simd/vec.h"

namespace smw::kernels {
namespace {

using namespace simd;

constexpr int64_t kPoints = 16;  // of a transformed 4x4 tile
// Floats of transformed input and output that are worked on together: the second-level cache.
constexpr int64_t kBlockFloats = 192 << 10;

struct Grid {
  int64_t rows, columns, total, block;  // tiles; `block` of them are worked on together

  explicit Grid(const Conv& s)
      : rows((s.window.out[1] + 1) / 2),
        columns((s.window.out[2] + 1) / 2),
        total(s.batch * rows * columns) {
    const int64_t fit = kBlockFloats / (kPoints * (s.inChannels + s.outChannels));
    block = std::clamp<int64_t>(fit / kTileRows, 1, 24) * kTileRows;
  }
};

struct Tile {
  int64_t image, y, x;  // of its first output
  Tile(const Grid& g, int64_t index)
      : image(index / g.columns / g.rows),
        y(index / g.columns % g.rows * 2),
        x(index % g.columns * 2) {}
};

// Four values of a row or column of the tile.
__attribute__((always_inline)) inline void forward(F32x4& a, F32x4& b, F32x4& c, F32x4& d) {
  const F32x4 p = a - c, q = b + c, r = c - b, s = b - d;
  a = p, b = q, c = r, d = s;
}

// v (16, block, C): the transformed tile `at`.
void transformInput(const Conv& s, const Grid& g, const Tile& tile, const float* inp,
                    const float* zeros, float* v, int64_t at) {
  const Window& w = s.window;
  const int64_t n = s.inChannels;
  const float* pixel[4][4];
  for (int i = 0; i < 4; ++i)
    for (int j = 0; j < 4; ++j) {
      const int64_t y = tile.y - w.padBefore[1] + i, x = tile.x - w.padBefore[2] + j;
      const bool inside = y >= 0 && y < w.in[1] && x >= 0 && x < w.in[2];
      pixel[i][j] = inside ? inp + ((tile.image * w.in[1] + y) * w.in[2] + x) * n : zeros;
    }
  float* to = v + at * n;
  const auto step = ptrdiff_t(g.block * n);
  for (int64_t c = 0; c < n; c += 4) {
    F32x4 d[4][4];
#pragma clang loop unroll(full)
    for (int j = 0; j < 4; ++j) {
#pragma clang loop unroll(full)
      for (int i = 0; i < 4; ++i) d[i][j] = load(pixel[i][j] + c);
      forward(d[0][j], d[1][j], d[2][j], d[3][j]);
    }
#pragma clang loop unroll(full)
    for (int i = 0; i < 4; ++i) {
      forward(d[i][0], d[i][1], d[i][2], d[i][3]);
#pragma clang loop unroll(full)
      for (int j = 0; j < 4; ++j) store(to + c + (4 * i + j) * step, d[i][j]);
    }
  }
}

// Four products of a row or column give two sums.
__attribute__((always_inline)) inline void backward(F32x4 a, F32x4 b, F32x4 c, F32x4 d, F32x4& p,
                                                    F32x4& q) {
  p = a + b + c;
  q = b - c - d;
}

// m (16, block, OC): tile `at` becomes up to 2x2 pixels of out.
void transformOutput(const Conv& s, const Grid& g, const Tile& tile, const float* m, int64_t at,
                     float* out, const Epilogue& e) {
  const Window& w = s.window;
  const int64_t n = s.outChannels;
  const auto step = ptrdiff_t(g.block * n);
  const float* from = m + at * n;
  const int64_t rows = std::min<int64_t>(2, w.out[1] - tile.y),
                columns = std::min<int64_t>(2, w.out[2] - tile.x);
  const int64_t corner = ((tile.image * w.out[1] + tile.y) * w.out[2] + tile.x) * n;
  const F32x4 lo = splat(e.lo), hi = splat(e.hi);
  for (int64_t c = 0; c < n; c += 4) {
    F32x4 t[2][4], y[2][2];
#pragma clang loop unroll(full)
    for (int j = 0; j < 4; ++j)
      backward(load(from + c + j * step), load(from + c + (4 + j) * step),
               load(from + c + (8 + j) * step), load(from + c + (12 + j) * step), t[0][j], t[1][j]);
#pragma clang loop unroll(full)
    for (int i = 0; i < 2; ++i) backward(t[i][0], t[i][1], t[i][2], t[i][3], y[i][0], y[i][1]);
    const F32x4 bias = e.bias ? load(e.bias + c) : zero();
    for (int64_t i = 0; i < rows; ++i)
      for (int64_t j = 0; j < columns; ++j) {
        const int64_t p = corner + (i * w.out[2] + j) * n + c;
        F32x4 x = y[i][j] + bias;
        if (e.residual) x = x + load(e.residual + p);
        store(out + p, min(max(x, lo), hi));
      }
  }
  if (!e.post) return;
  for (int64_t i = 0; i < rows; ++i)
    e.post(e.postContext, out + corner + i * w.out[2] * n, columns * n);
}

int64_t perThread(const Conv& s) {
  return s.inChannels + kPoints * Grid(s).block * (s.inChannels + s.outChannels);
}

}  // namespace

bool winogradWins(const Conv& s) {
  const Window& w = s.window;
  if (s.groups != 1 || w.in[0] != 1 || w.kernel[0] != 1) return false;
  for (int i = 1; i < 3; ++i)
    if (w.kernel[i] != 3 || w.stride[i] != 1 || w.dilation[i] != 1) return false;
  const int64_t in = s.inChannels, out = s.outChannels;
  if (in % 4 != 0 || out % 4 != 0 || in < 32 || out < 32 || in > 1024 || out > 1024) return false;
  return in * out <= (64 << 10) && Grid(s).total >= 36;
}

int64_t winogradPackedFloats(const Conv& s) {
  return kPoints * packedFloats(s.inChannels, s.outChannels);
}

// Panels of the filter, (9 * C, 8) each, become panels of each point, (C, 8) each.
void winogradPack(const Conv& s, const float* packedFilter, float* packed) {
  const int64_t n = s.inChannels;
  const auto pointStep = ptrdiff_t(packedFloats(n, s.outChannels));
  const F32x4 half = splat(0.5f);
  for (int64_t panel = 0; panel < panelsOf(s.outChannels); ++panel)
    for (int64_t i = 0; i < n * kPanel; i += 4) {
      const float* from = packedFilter + panel * 9 * n * kPanel + i;
      float* to = packed + panel * n * kPanel + i;
      F32x4 t[4][3];
      for (int x = 0; x < 3; ++x) {
        const F32x4 a = load(from + x * n * kPanel), b = load(from + (3 + x) * n * kPanel),
                    c = load(from + (6 + x) * n * kPanel);
        t[0][x] = a;
        t[1][x] = (a + b + c) * half;
        t[2][x] = (a - b + c) * half;
        t[3][x] = c;
      }
      for (int y = 0; y < 4; ++y) {
        const F32x4 a = t[y][0], b = t[y][1], c = t[y][2];
        store(to + (4 * y) * pointStep, a);
        store(to + (4 * y + 1) * pointStep, (a + b + c) * half);
        store(to + (4 * y + 2) * pointStep, (a - b + c) * half);
        store(to + (4 * y + 3) * pointStep, c);
      }
    }
}

int64_t winogradScratch(const Conv& s, int threads) { return threads * perThread(s); }

void winograd(Parallel& parallel, const Conv& s, const float* inp, const float* packed, float* out,
              const Epilogue& epilogue, float* scratch) {
  const Grid g(s);
  const int64_t in = s.inChannels, oc = s.outChannels, blocks = (g.total + g.block - 1) / g.block;
  parallel.run(blocks, 1, [&](int64_t begin, int64_t end, int slot) {
    float* zeros = scratch + slot * perThread(s);
    float* v = zeros + in;
    float* m = v + kPoints * g.block * in;
    std::fill_n(zeros, in, 0.f);
    for (int64_t block = begin; block < end; ++block) {
      const int64_t first = block * g.block, count = std::min(g.block, g.total - first);
      for (int64_t i = 0; i < count; ++i)
        transformInput(s, g, Tile(g, first + i), inp, zeros, v, i);
      for (int64_t p = 0; p < kPoints; ++p)
        gemmPacked(serial(), count, in, oc, v + p * g.block * in, in, 1,
                   packed + p * packedFloats(in, oc), m + p * g.block * oc, oc, {});
      for (int64_t i = 0; i < count; ++i)
        transformOutput(s, g, Tile(g, first + i), m, i, out, epilogue);
    }
  });
}

}  // namespace smw::kernels
