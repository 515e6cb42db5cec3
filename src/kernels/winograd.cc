#include "kernels/winograd.h"

#include <algorithm>

#include "kernels/gemm.h"
#include "kernels/gemm_micro.h"
#include "simd/vec.h"

namespace smw::kernels {
namespace {

using namespace simd;

#define SMW_INLINE __attribute__((always_inline)) inline

// Floats of transformed input and output that are worked on together: the second-level cache.
constexpr int64_t kBlockFloats = 160 << 10;
// Fewer tiles at a time, and reading the filter would cost more than multiplying by it.
constexpr int64_t kLeastBlock = 32;

constexpr int64_t pointsOf(int tile) { return (tile + 2) * (tile + 2); }

struct Grid {
  int tile;
  int64_t rows, columns, total, block;  // tiles; `block` of them are worked on together
  // Floats between points: an odd number of cache lines, as the points of a tile are written and
  // read side by side.
  int64_t inStep, outStep;

  Grid(const Conv& s, int t)
      : tile(t),
        rows((s.window.out[1] + t - 1) / t),
        columns((s.window.out[2] + t - 1) / t),
        total(s.batch * rows * columns) {
    const int64_t fit = kBlockFloats / (pointsOf(t) * (s.inChannels + s.outChannels));
    const int64_t blocks = std::max<int64_t>(1, total / std::max(fit, kLeastBlock));
    block = std::max<int64_t>(
        kTileRows, ((total + blocks - 1) / blocks + kTileRows - 1) / kTileRows * kTileRows);
    inStep = ((block * s.inChannels + 15) / 16 | 1) * 16;
    outStep = ((block * s.outChannels + 15) / 16 | 1) * 16;
  }
  int64_t blocks() const { return (total + block - 1) / block; }
  int64_t floats() const { return pointsOf(tile) * (inStep + outStep); }
  int64_t wholeBlocks() const { return total / block; }
  /// Threads that work on a block of their own, one of them at the least.
  int64_t slots(int64_t threads) const {
    return std::min(threads, std::max<int64_t>(1, wholeBlocks()));
  }
};

struct Tile {
  int64_t image, y, x;  // of its first output
  Tile(const Grid& g, int64_t index)
      : image(index / g.columns / g.rows),
        y(index / g.columns % g.rows * g.tile),
        x(index % g.columns * g.tile) {}
};

// One dimension of the transforms. T + 2 values of a row or column of the input:
SMW_INLINE void forward(F32x4 (&d)[4]) {
  const F32x4 p = d[0] - d[2], q = d[1] + d[2], r = d[2] - d[1], s = d[1] - d[3];
  d[0] = p, d[1] = q, d[2] = r, d[3] = s;
}
SMW_INLINE void forward(F32x4 (&d)[6]) {
  const F32x4 two = splat(2.f), four = splat(4.f), five = splat(5.f);
  const F32x4 p = nmadd(four, d[2], d[4]), q = nmadd(four, d[1], d[3]), r = d[4] - d[2],
              s = (d[3] - d[1]) * two, first = nmadd(five, d[2], madd(four, d[0], d[4])),
              last = nmadd(five, d[3], madd(four, d[1], d[5]));
  d[0] = first, d[1] = p + q, d[2] = p - q, d[3] = r + s, d[4] = r - s, d[5] = last;
}
// T + 2 products become T sums.
SMW_INLINE void backward(const F32x4 (&m)[4], F32x4 (&y)[2]) {
  y[0] = m[0] + m[1] + m[2];
  y[1] = m[1] - m[2] - m[3];
}
SMW_INLINE void backward(const F32x4 (&m)[6], F32x4 (&y)[4]) {
  const F32x4 a = m[1] + m[2], b = m[1] - m[2], c = m[3] + m[4], d = m[3] - m[4];
  y[0] = m[0] + a + c;
  y[1] = madd(d, splat(2.f), b);
  y[2] = madd(c, splat(4.f), a);
  y[3] = madd(d, splat(8.f), b) + m[5];
}
// Three values of the filter become T + 2.
SMW_INLINE void filterPoints(F32x4 a, F32x4 b, F32x4 c, F32x4 (&f)[4]) {
  const F32x4 half = splat(0.5f), sum = a + c;
  f[0] = a, f[1] = (sum + b) * half, f[2] = (sum - b) * half, f[3] = c;
}
SMW_INLINE void filterPoints(F32x4 a, F32x4 b, F32x4 c, F32x4 (&f)[6]) {
  const F32x4 sixth = splat(-1.f / 6), sum = a + c;
  const F32x4 outer = (a * splat(0.25f) + c) * splat(1.f / 6), inner = b * splat(1.f / 12);
  f[0] = a * splat(0.25f), f[1] = (sum + b) * sixth, f[2] = (sum - b) * sixth;
  f[3] = outer + inner, f[4] = outer - inner, f[5] = c;
}

// v (points, block, C): the transformed tile `at`.
template <int T>
void transformInput(const Conv& s, const Grid& g, const Tile& tile, const float* inp,
                    const float* zeros, float* v, int64_t at) {
  constexpr int N = T + 2;
  const Window& w = s.window;
  const int64_t n = s.inChannels;
  const float* pixel[N][N];  // by column
  for (int j = 0; j < N; ++j)
    for (int i = 0; i < N; ++i) {
      const int64_t y = tile.y - w.padBefore[1] + i, x = tile.x - w.padBefore[2] + j;
      const bool inside = y >= 0 && y < w.in[1] && x >= 0 && x < w.in[2];
      pixel[j][i] = inside ? inp + ((tile.image * w.in[1] + y) * w.in[2] + x) * n : zeros;
    }
  float* to = v + at * n;
  const auto step = ptrdiff_t(g.inStep);
  for (int64_t c = 0; c < n; c += 4) {
    F32x4 turned[N][N], d[N];
#pragma clang loop unroll(disable)
    for (int j = 0; j < N; ++j) {
#pragma clang loop unroll(full)
      for (int i = 0; i < N; ++i) d[i] = load(pixel[j][i] + c);
      forward(d);
#pragma clang loop unroll(full)
      for (int i = 0; i < N; ++i) turned[i][j] = d[i];
    }
    float* row = to + c;
#pragma clang loop unroll(disable)
    for (int i = 0; i < N; ++i) {
#pragma clang loop unroll(full)
      for (int j = 0; j < N; ++j) d[j] = turned[i][j];
      forward(d);
#pragma clang loop unroll(full)
      for (int j = 0; j < N; ++j, row += step) store(row, d[j]);
    }
  }
}

// m (points, block, OC): tile `at` becomes up to TxT pixels of out.
template <int T>
void transformOutput(const Conv& s, const Grid& g, const Tile& tile, const float* m, int64_t at,
                     float* out, const Epilogue& e) {
  constexpr int N = T + 2;
  const Window& w = s.window;
  const int64_t n = s.outChannels;
  const auto step = ptrdiff_t(g.outStep), pixel = ptrdiff_t(s.outPixel());
  const float* from = m + at * n;
  const int rows = int(std::min<int64_t>(T, w.out[1] - tile.y)),
            columns = int(std::min<int64_t>(T, w.out[2] - tile.x));
  const int64_t corner = ((tile.image * w.out[1] + tile.y) * w.out[2] + tile.x) * pixel;
  const auto rowStep = ptrdiff_t(w.out[2] * pixel);
  const F32x4 lo = splat(e.lo), hi = splat(e.hi);
  for (int64_t c = 0; c < n; c += 4) {
    F32x4 turned[T][N], d[N], y[T];
    const float* column = from + c;
#pragma clang loop unroll(disable)
    for (int j = 0; j < N; ++j, column += step) {
#pragma clang loop unroll(full)
      for (int i = 0; i < N; ++i) d[i] = load(column + N * i * step);
      backward(d, y);
#pragma clang loop unroll(full)
      for (int i = 0; i < T; ++i) turned[i][j] = y[i];
    }
    const F32x4 bias = e.bias ? load(e.bias + c) : zero();
    ptrdiff_t p = ptrdiff_t(corner + c);
#pragma clang loop unroll(disable)
    for (int i = 0; i < rows; ++i, p += rowStep) {
#pragma clang loop unroll(full)
      for (int j = 0; j < N; ++j) d[j] = turned[i][j];
      backward(d, y);
#pragma clang loop unroll(full)
      for (int j = 0; j < T; ++j) {
        if (j < columns) {
          F32x4 x = y[j] + bias;
          if (e.residual) x = x + load(e.residual + p + j * pixel);
          store(out + p + j * pixel, min(max(x, lo), hi));
        }
      }
    }
  }
  if (!e.post) return;
  // A row's pixels are one stretch, unless they lie apart.
  const int stretches = s.outPitch ? columns : 1;
  for (int i = 0; i < rows; ++i)
    for (int j = 0; j < stretches; ++j)
      e.post(e.postContext, out + corner + i * rowStep + j * pixel, columns / stretches * n);
}

template <int T>
void pack(const Conv& s, const float* packedFilter, float* packed) {
  constexpr int N = T + 2;
  const int64_t n = s.inChannels * kPanel;
  const auto pointStep = ptrdiff_t(packedFloats(s.inChannels, s.outChannels));
  for (int64_t panel = 0; panel < panelsOf(s.outChannels); ++panel)
    for (int64_t i = 0; i < n; i += 4) {
      const float* from = packedFilter + panel * 9 * n + i;
      float* to = packed + panel * n + i;
      F32x4 turned[3][N], f[N];
#pragma clang loop unroll(disable)
      for (int x = 0; x < 3; ++x, from += n)
        filterPoints(load(from), load(from + 3 * n), load(from + 6 * n), turned[x]);
#pragma clang loop unroll(disable)
      for (int y = 0; y < N; ++y) {
        filterPoints(turned[0][y], turned[1][y], turned[2][y], f);
        for (int x = 0; x < N; ++x, to += pointStep) store(to, f[x]);
      }
    }
}

/// One convolution under way.
struct Run {
  const Conv& s;
  const Grid g;
  const float *inp, *packed;
  float* out;
  const Epilogue& e;

  void block(Parallel& parallel, int64_t index, float* zeros) const {
    const bool small = g.tile == 2;
    const auto toPoints = small ? transformInput<2> : transformInput<4>;
    const auto fromPoints = small ? transformOutput<2> : transformOutput<4>;
    const int64_t in = s.inChannels, oc = s.outChannels, points = pointsOf(g.tile);
    float *v = zeros + in, *m = v + points * g.inStep;
    const int64_t first = index * g.block, count = std::min(g.block, g.total - first);
    parallel.run(count, grainFor(in * points), [&](int64_t begin, int64_t end) {
      for (int64_t i = begin; i < end; ++i) toPoints(s, g, Tile(g, first + i), inp, zeros, v, i);
    });
    parallel.run(points, grainFor(count * in * oc), [&](int64_t begin, int64_t end) {
      for (int64_t p = begin; p < end; ++p)
        gemmPacked(serial(), count, in, oc, v + p * g.inStep, in, 1,
                   packed + p * packedFloats(in, oc), m + p * g.outStep, oc, {});
    });
    parallel.run(count, grainFor(oc * points), [&](int64_t begin, int64_t end) {
      for (int64_t i = begin; i < end; ++i) fromPoints(s, g, Tile(g, first + i), m, i, out, e);
    });
  }
};

bool applies(const Conv& s) {
  const Window& w = s.window;
  if (s.groups != 1 || w.in[0] != 1 || w.kernel[0] != 1) return false;
  for (int i = 1; i < 3; ++i)
    if (w.kernel[i] != 3 || w.stride[i] != 1 || w.dilation[i] != 1) return false;
  const int64_t in = s.inChannels, out = s.outChannels;
  return in % 4 == 0 && out % 4 == 0 && in >= 8 && out >= 8 && in <= 1024 && out <= 1024;
}

}  // namespace

double winogradGain(const Conv& s, int tile) {
  // Reading a float of the filter takes as long as ten rows' multiplications by it; the transforms
  // of a channel as long as six multiplications for each point.
  constexpr double kReading = 10, kTransforming = 6;
  const double in = double(s.inChannels), oc = double(s.outChannels);
  const double tiles = double(Grid(s, tile).total);
  const double pixels = double(s.batch * s.window.outSize());
  return 9 * (pixels + kReading) /
         (double(pointsOf(tile)) * (tiles + kReading + kTransforming * tiles * (1 / in + 1 / oc)));
}

int winogradTile(const Conv& s) {
  if (!applies(s)) return 0;
  // The larger tile takes twice the memory.
  const double small = winogradGain(s, 2), large = winogradGain(s, 4);
  const bool isLarge = large > 1.15 * small;
  return (isLarge ? large : small) < 1.2 ? 0 : isLarge ? 4 : 2;
}

int64_t winogradPackedFloats(const Conv& s, int tile) {
  return pointsOf(tile) * packedFloats(s.inChannels, s.outChannels);
}

int winogradTileOf(const Conv& s, int64_t packedFloats) {
  if (!applies(s)) return 0;
  for (int tile : {2, 4})
    if (packedFloats == winogradPackedFloats(s, tile)) return tile;
  return 0;
}

void winogradPack(const Conv& s, int tile, const float* packedFilter, float* packed) {
  if (tile == 2)
    pack<2>(s, packedFilter, packed);
  else
    pack<4>(s, packedFilter, packed);
}

int64_t winogradScratch(const Conv& s, int tile, int threads) {
  const Grid g(s, tile);
  return g.slots(threads) * (s.inChannels + g.floats());
}

void winograd(Parallel& parallel, const Conv& s, int tile, const float* inp, const float* packed,
              float* out, const Epilogue& epilogue, float* scratch) {
  const Run run{s, Grid(s, tile), inp, packed, out, epilogue};
  const int64_t blocks = run.g.blocks(), each = s.inChannels + run.g.floats();
  // As many whole blocks for each thread as there are for all, then all work on what is left: the
  // last block may be far smaller than the others.
  const int64_t threads = parallel.threads(), apart = run.g.wholeBlocks() / threads * threads;
  for (int64_t i = 0; i < run.g.slots(threads); ++i)
    std::fill_n(scratch + i * each, s.inChannels, 0.f);
  parallel.run(apart, 1, [&](int64_t begin, int64_t end, int slot) {
    for (int64_t i = begin; i < end; ++i) run.block(serial(), i, scratch + slot * each);
  });
  for (int64_t i = apart; i < blocks; ++i) run.block(parallel, i, scratch);
}

#undef SMW_INLINE

}  // namespace smw::kernels
