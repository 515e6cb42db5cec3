// Products of int8 weights and integer activations. An activation is (q - zero) * scale with q in
// [0, kMost]: the range in its row or image, which always has 0 in it. So
//   sum of x * w = (sum of q * w - zero * sum of w) * scale * the column's scale.
// The sums are exact: they are at most 255 * 127 * rows, and who compresses sees to it that rows
// are few enough.
#include <algorithm>
#include <cmath>
#include <cstring>

#include "kernels/compressed_parts.h"
#include "kernels/gemm_micro.h"
#include "kernels/indirect.h"
#include "simd/vec.h"

namespace smw::kernels {
namespace {

using namespace simd;

#if defined(__wasm_relaxed_simd__)
// i32x4.relaxed_dot_i8x16_i7x16_add_s: one instruction where the machine has one, else two
// multiplications of pairs. Its second operand has 7 bits: the activations.
constexpr int kUnit = 4;
using Quantum = uint8_t;
constexpr int kMost = 127;
inline v128_t loadWeights(const std::byte* p) { return wasm_v128_load(p); }
inline I32x4 dot(v128_t weights, v128_t activations, I32x4 sum) {
  return {wasm_i32x4_relaxed_dot_i8x16_i7x16_add(weights, activations, sum.v)};
}
#else
constexpr int kUnit = 2;
using Quantum = int16_t;
constexpr int kMost = 255;
inline v128_t loadWeights(const std::byte* p) { return wasm_i16x8_load8x8(p); }
inline I32x4 dot(v128_t weights, v128_t activations, I32x4 sum) {
  return {wasm_i32x4_add(sum.v, wasm_i32x4_dot_i16x8(weights, activations))};
}
#endif
constexpr int64_t kUnitBytes = kUnit * kPanel;
static_assert(kUnit * sizeof(Quantum) == sizeof(float));

/// What integers of a row stand for.
struct Range {
  float scale = 0;
  int32_t zero = 0;
};

constexpr int64_t kRangeWords = sizeof(Range) / sizeof(float);

int8_t* bodyOf(float* panel) { return reinterpret_cast<int8_t*>(panel + kPanelHead); }

/// Where row i of the panel's column 0 lies; columns are kUnit bytes apart.
int64_t placeOf(const Compressed& c, int64_t i) {
  const int64_t tap = i / c.channels, channel = i % c.channels;
  return (tap * int8Units(c.channels) + channel / kUnit) * kUnitBytes + channel % kUnit;
}

}  // namespace

int64_t int8Units(int64_t channels) { return (channels + kUnit - 1) / kUnit; }
int64_t int8UnitBytes() { return kUnitBytes; }

void packInt8(const Compressed& c, const float* plain, const float* inverse, float* panel) {
  int8_t* body = bodyOf(panel);
  std::memset(body, 0, size_t(c.panelFloats() - kPanelHead) * sizeof(float));
  int32_t sums[kPanel] = {};
  for (int64_t i = 0; i < c.rows(); ++i) {
    int8_t* to = body + placeOf(c, i);
    for (int64_t l = 0; l < kPanel; ++l) {
      const int q = std::clamp(int(std::nearbyint(plain[i * kPanel + l] * inverse[l])), -127, 127);
      to[l * kUnit] = int8_t(q);
      sums[l] += q;
    }
  }
  std::memcpy(panel + kPanel, sums, sizeof sums);
}

void expandInt8(const Compressed& c, const float* panel, float* plain) {
  const int8_t* body = bodyOf(const_cast<float*>(panel));
  for (int64_t i = 0; i < c.rows(); ++i)
    for (int64_t l = 0; l < kPanel; ++l)
      plain[i * kPanel + l] = float(body[placeOf(c, i) + l * kUnit]) * panel[l];
}

namespace {

// ---- the micro-kernel

struct Panel {
  F32x4 scale[2];
  I32x4 sum[2];
};

/// 8 columns of one row. A stretch that sticks out goes through copies of 8.
void finish(const I32x4* sum, const Panel& p, const Range& range, const MicroC& o, int row,
            ptrdiff_t column) {
  const Epilogue& e = *o.epilogue;
  const ptrdiff_t n = std::min<ptrdiff_t>(8, o.columns - column);
  float* c = o.c + o.cRow[row] + column;
  const float* bias = o.bias ? o.bias + column : nullptr;
  const float* residual = o.residual ? o.residual + o.residualRow[row] + column : nullptr;
  float cut[3][8] = {};
  float* to = c;
  if (n < 8) {
    to = cut[0];
    if (bias) bias = std::copy_n(bias, n, cut[1]) - n;
    if (residual) residual = std::copy_n(residual, n, cut[2]) - n;
  }
  for (int h = 0; h < 2; ++h) {
    const v128_t moved = wasm_i32x4_mul(p.sum[h].v, wasm_i32x4_splat(range.zero));
    F32x4 x = toFloat({wasm_i32x4_sub(sum[h].v, moved)}) * (splat(range.scale) * p.scale[h]);
    if (bias) x = x + load(bias + 4 * h);
    if (residual) x = x + load(residual + 4 * h);
    store(to + 4 * h, min(max(x, splat(e.lo)), splat(e.hi)));
  }
  if (n < 8) std::copy_n(cut[0], n, c);
}

template <int R>
__attribute__((noinline)) void rowsKernel(int rows, const MicroA& a, const MicroB& panels,
                                          const MicroC& o) {
  const float* panel = panels.b;
#pragma clang loop unroll(disable)
  for (ptrdiff_t column = 0; column < o.columns; column += 8, panel += panels.panelStride) {
    I32x4 sum[R][2];
    for (int r = 0; r < R; ++r) sum[r][0] = sum[r][1] = splat(int32_t(0));
    const auto* b = reinterpret_cast<const std::byte*>(panel + kPanelHead);
    const float* const* pointers = a.pointers;
#pragma clang loop unroll(disable)
    for (auto segment = ptrdiff_t(a.segments); segment > 0; --segment, pointers += kTileRows) {
      // Rows that are not there repeat the last one.
      const float* p[R];
      for (int r = 0; r < R; ++r) p[r] = pointers[r < rows ? r : rows - 1];
#pragma clang loop unroll(disable)
      for (auto l = ptrdiff_t(a.segmentLength), i = ptrdiff_t(0); i < l; ++i, b += kUnitBytes) {
        const v128_t b0 = loadWeights(b), b1 = loadWeights(b + kUnitBytes / 2);
        for (int r = 0; r < R; ++r) {
          const v128_t x = wasm_v128_load32_splat(p[r] + i);
          sum[r][0] = dot(b0, x, sum[r][0]);
          sum[r][1] = dot(b1, x, sum[r][1]);
        }
      }
    }
    const auto* sums = reinterpret_cast<const int32_t*>(panel + kPanel);
    const Panel head{{load(panel), load(panel + 4)}, {load(sums), load(sums + 4)}};
    I32x4 spilled[R][2];
    std::memcpy(spilled, sum, sizeof sum);
    for (int r = 0; r < rows; ++r) {
      Range range;
      std::memcpy(&range, a.rowFacts + r * a.rowFactsStep, sizeof range);
      finish(spilled[r], head, range, o, r, column);
    }
  }
  if (o.epilogue->post)
    for (int r = 0; r < rows; ++r)
      o.epilogue->post(o.epilogue->postContext, o.c + o.cRow[r], o.columns);
}

void microInt8(int rows, const MicroA& a, const MicroB& b, const MicroC& out) {
  if (rows == 1)
    rowsKernel<1>(rows, a, b, out);
  else
    rowsKernel<kTileRows>(rows, a, b, out);
}

// ---- activations

/// Widens lo..hi by n values; NaN stays.
void widen(const float* x, int64_t n, float& lo, float& hi) {
  F32x4 low = splat(lo), high = splat(hi);
  int64_t i = 0;
  for (; i + 4 <= n; i += 4) {
    const F32x4 v = load(x + i);
    low = minNan(low, v);
    high = maxNan(high, v);
  }
  if (i < n) {
    const F32x4 v = loadPartial(x + i, int(n - i));
    low = minNan(low, v);
    high = maxNan(high, v);
  }
  float lows[4], highs[4];
  store(lows, low);
  store(highs, high);
  for (int l = 0; l < 4; ++l) {
    lo = lows[l] < lo || std::isnan(lows[l]) ? lows[l] : lo;
    hi = highs[l] > hi || std::isnan(highs[l]) ? highs[l] : hi;
  }
}

Range rangeOf(float lo, float hi) {
  const float scale = (hi - lo) / kMost;
  if (!std::isfinite(scale)) return {NAN, 0};
  if (scale < 0x1p-100f) return {};
  return {scale, int32_t(std::clamp(std::nearbyint(-lo / scale), 0.f, float(kMost)))};
}

/// n values into whole units.
void quantize(const float* x, int64_t n, const Range& range, Quantum* q) {
  constexpr int kStep = 16 / sizeof(Quantum);
  const F32x4 inverse = splat(range.scale > 0 ? 1 / range.scale : 0.f);
  const v128_t zero = wasm_i32x4_splat(range.zero);
  const auto four = [&](const float* p) {
    const v128_t i = wasm_i32x4_trunc_sat_f32x4(nearest(load(p) * inverse).v);
    return wasm_i32x4_min(wasm_i32x4_max(wasm_i32x4_add(i, zero), wasm_i32x4_splat(0)),
                          wasm_i32x4_splat(kMost));
  };
  const auto step = [&](const float* p) {
    const v128_t low = wasm_i16x8_narrow_i32x4(four(p), four(p + 4));
    if constexpr (kStep == 8)
      return low;
    else
      return wasm_u8x16_narrow_i16x8(low, wasm_i16x8_narrow_i32x4(four(p + 8), four(p + 12)));
  };
  int64_t i = 0;
  for (; i + kStep <= n; i += kStep) wasm_v128_store(q + i, step(x + i));
  if (i == n) return;
  float rest[kStep] = {};
  Quantum out[kStep];
  std::copy_n(x + i, n - i, rest);
  wasm_v128_store(out, step(rest));
  std::copy_n(out, int8Units(n) * kUnit - i, q + i);
}

// ---- the convolution

/// Scratch: the activations, the ranges (of rows, or of images with one pair for each thread), then
/// the threads' own.
struct Layout {
  int64_t pixels, units, words, ranges, perThread;

  Layout(const Compressed& c, const Conv& s, int threads) {
    pixels = s.window.inSize();
    units = int8Units(c.channels);
    words = s.batch * pixels * units;
    ranges = isProduct(s) ? s.batch * pixels : s.batch;
    words = (words + 3) / 4 * 4;
    Indirect one = indirectOf(s, nullptr, nullptr, nullptr, {});
    one.merged = false;
    one.channels = units;
    perThread = indirectScratch(one);
    bounds = words + kRangeWords * ranges;
    own = bounds + 2 * threads;
  }
  int64_t bounds, own;
};

struct Int8Panels final : PanelFormat {
  explicit Int8Panels(const Compressed& c) {
    panelFloats = c.panelFloats();
    micro = microInt8;
  }
  const float* block(const float* b, int64_t, float*) const override { return b; }
  int64_t scratchFloats() const override { return 0; }
};

struct Images final : IndirectJobs {
  Indirect all;
  const float* ranges;
  int64_t jobs, inImage, outImage;

  int64_t count() const override { return jobs; }
  Indirect at(int64_t job) const override {
    Indirect s = all;
    s.inp += job * inImage;
    s.out += job * outImage;
    if (s.epilogue.residual) s.epilogue.residual += job * outImage;
    s.rowFacts = ranges + job * kRangeWords;
    Range range;
    std::memcpy(&range, s.rowFacts, sizeof range);
    Quantum zeros[kUnit];
    std::fill_n(zeros, kUnit, Quantum(range.zero));
    std::memcpy(&s.padding, zeros, sizeof s.padding);
    return s;
  }
};

}  // namespace

int64_t int8Scratch(const Compressed& c, const Conv& s, int threads) {
  const Layout l(c, s, threads);
  return l.own + threads * l.perThread;
}

void int8Conv(Parallel& parallel, const Compressed& c, const Conv& s, const float* inp,
              const float* weights, float* out, const Epilogue& epilogue, float* scratch) {
  const int threads = parallel.threads();
  const Layout l(c, s, threads);
  auto* q = reinterpret_cast<Quantum*>(scratch);
  auto* ranges = reinterpret_cast<Range*>(scratch + l.words);
  float* bounds = scratch + l.bounds;
  const int64_t pixels = s.batch * l.pixels, grain = grainFor(4 * c.channels);
  const auto quantizeRow = [&](int64_t row, const Range& range) {
    quantize(inp + row * c.channels, c.channels, range, q + row * l.units * kUnit);
  };
  const bool rows = isProduct(s);
  if (rows) {
    parallel.run(pixels, grain, [&](int64_t begin, int64_t end) {
      for (int64_t i = begin; i < end; ++i) {
        float lo = 0, hi = 0;
        widen(inp + i * c.channels, c.channels, lo, hi);
        ranges[i] = rangeOf(lo, hi);
        quantizeRow(i, ranges[i]);
      }
    });
  } else {
    for (int64_t b = 0; b < s.batch; ++b) {
      std::fill_n(bounds, 2 * threads, 0.f);
      parallel.run(l.pixels, grain, [&](int64_t begin, int64_t end, int slot) {
        widen(inp + (b * l.pixels + begin) * c.channels, (end - begin) * c.channels,
              bounds[2 * slot], bounds[2 * slot + 1]);
      });
      float lo = 0, hi = 0;
      widen(bounds, 2 * threads, lo, hi);
      ranges[b] = rangeOf(lo, hi);
    }
    parallel.run(pixels, grain, [&](int64_t begin, int64_t end) {
      for (int64_t i = begin; i < end; ++i) quantizeRow(i, ranges[i / l.pixels]);
    });
  }
  const Int8Panels format(c);
  Images jobs;
  jobs.all = indirectOf(s, scratch, weights, out, epilogue);
  jobs.all.merged = false;
  jobs.all.channels = jobs.all.inPixel = l.units;
  jobs.all.format = &format;
  jobs.all.rowFactsStep = rows ? kRangeWords : 0;
  jobs.ranges = scratch + l.words;
  jobs.jobs = rows ? 1 : s.batch;
  if (!rows) jobs.all.batch = 1;
  jobs.inImage = l.pixels * l.units;
  jobs.outImage = s.window.outSize() * s.outChannels;
  runIndirect(parallel, jobs, scratch + l.own, l.perThread);
}

}  // namespace smw::kernels
