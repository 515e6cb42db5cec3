#include "kernels/depthwise.h"

#include <algorithm>

#include "simd/vec.h"

namespace smw::kernels {
namespace {

using namespace simd;

constexpr int kPixels = 4;  // outputs of a row that are computed together
constexpr int64_t kPointerFloats = sizeof(float*) / sizeof(float);

/// What is the same for all outputs. The channels of inp are those of out: a multiplier was
/// expanded.
struct Plan {
  const Window& w;
  int64_t channels;
  const float *inp, *filter;
  float* out;
  const Epilogue& e;
  const float* zeros;  // `channels` zeros
};

/// kPixels (or fewer) neighbouring outputs: which rows of the filter lie inside the image, and
/// where the taps read. A table where some column lies outside; else `base` is output 0's first
/// tap.
struct Group {
  int64_t rowBegin, rowEnd;
  const float* base;
  const float* const* table;  // (KH * KW, kPixels)
  int64_t outOffset;          // floats from the start of out
};

template <int P, int V, bool Table>
__attribute__((always_inline)) inline void taps(const Plan& s, const Group& g, int64_t c,
                                                F32x4 (&acc)[P][V]) {
  const int64_t kw = s.w.kernel[2], n = s.channels;
  const ptrdiff_t step = ptrdiff_t(s.w.stride[2] * n), tapStep = ptrdiff_t(s.w.dilation[2] * n),
                  rowStep = ptrdiff_t(s.w.dilation[1] * s.w.in[2] * n);
#pragma clang loop unroll(full)
  for (int p = 0; p < P; ++p)
#pragma clang loop unroll(full)
    for (int v = 0; v < V; ++v) acc[p][v] = zero();
  const float* f = s.filter + g.rowBegin * kw * n + c;
  const float* const* table = g.table + g.rowBegin * kw * kPixels;
  const float* row = g.base + c;
#pragma clang loop unroll(disable)
  for (int64_t i = g.rowBegin; i < g.rowEnd; ++i) {
    const float* x = row;
#pragma clang loop unroll(disable)
    for (int64_t j = 0; j < kw; ++j) {
      F32x4 weight[V];
#pragma clang loop unroll(full)
      for (int v = 0; v < V; ++v) weight[v] = load(f + 4 * v);
#pragma clang loop unroll(full)
      for (int p = 0; p < P; ++p) {
        const float* from = Table ? table[p] + c : x + p * step;
#pragma clang loop unroll(full)
        for (int v = 0; v < V; ++v) acc[p][v] = madd(load(from + 4 * v), weight[v], acc[p][v]);
      }
      f += n;
      x += tapStep;
      table += kPixels;
    }
    row += rowStep;
  }
}

template <int P, int V, bool Table>
__attribute__((always_inline)) inline void channelsAt(const Plan& s, const Group& g, int64_t c) {
  F32x4 acc[P][V];
  taps<P, V, Table>(s, g, c, acc);
  const F32x4 lo = splat(s.e.lo), hi = splat(s.e.hi);
#pragma clang loop unroll(full)
  for (int v = 0; v < V; ++v) {
    const F32x4 bias = s.e.bias ? load(s.e.bias + c + 4 * v) : zero();
#pragma clang loop unroll(full)
    for (int p = 0; p < P; ++p) {
      const int64_t at = g.outOffset + p * s.channels + c + 4 * v;
      F32x4 x = acc[p][v] + bias;
      if (s.e.residual) x = x + load(s.e.residual + at);
      store(s.out + at, min(max(x, lo), hi));
    }
  }
}

// The last one to three channels.
template <int P, bool Table>
__attribute__((noinline)) void channelRest(const Plan& s, const Group& g, int64_t c) {
  const int64_t kw = s.w.kernel[2], n = s.channels;
  for (; c < n; ++c)
    for (int p = 0; p < P; ++p) {
      float sum = 0;
      for (int64_t i = g.rowBegin; i < g.rowEnd; ++i)
        for (int64_t j = 0; j < kw; ++j) {
          const float* from = Table ? g.table[(i * kw + j) * kPixels + p]
                                    : g.base + ((i - g.rowBegin) * s.w.dilation[1] * s.w.in[2] +
                                                p * s.w.stride[2] + j * s.w.dilation[2]) *
                                                   n;
          sum += from[c] * s.filter[(i * kw + j) * n + c];
        }
      const int64_t at = g.outOffset + p * n + c;
      if (s.e.bias) sum += s.e.bias[c];
      if (s.e.residual) sum += s.e.residual[at];
      sum = sum < s.e.lo ? s.e.lo : sum;
      s.out[at] = s.e.hi < sum ? s.e.hi : sum;
    }
}

template <int P, bool Table>
__attribute__((noinline)) void pixels(const Plan& s, const Group& g) {
  int64_t c = 0;
  for (; c + 8 <= s.channels; c += 8) channelsAt<P, 2, Table>(s, g, c);
  for (; c + 4 <= s.channels; c += 4) channelsAt<P, 1, Table>(s, g, c);
  if (c < s.channels) channelRest<P, Table>(s, g, c);
  if (s.e.post) s.e.post(s.e.postContext, s.out + g.outOffset, P * s.channels);
}

void outputRow(const Plan& s, int64_t image, int64_t y, const float** table) {
  const Window& w = s.w;
  const int64_t top = y * w.stride[1] - w.padBefore[1], kh = w.kernel[1], kw = w.kernel[2];
  Group g{};
  g.table = table;
  const auto ceilDiv = [](int64_t a, int64_t b) { return a <= 0 ? 0 : (a + b - 1) / b; };
  g.rowBegin = std::min(kh, ceilDiv(-top, w.dilation[1]));
  g.rowEnd = std::max(g.rowBegin, std::min(kh, ceilDiv(w.in[1] - top, w.dilation[1])));
  const float* firstRow =
      s.inp + (image * w.in[1] + top + g.rowBegin * w.dilation[1]) * w.in[2] * s.channels;
  for (int64_t x = 0; x < w.out[2]; x += kPixels) {
    const int count = int(std::min<int64_t>(kPixels, w.out[2] - x));
    const int64_t left = x * w.stride[2] - w.padBefore[2];
    const int64_t right = left + (kPixels - 1) * w.stride[2] + (kw - 1) * w.dilation[2];
    g.outOffset = ((image * w.out[1] + y) * w.out[2] + x) * s.channels;
    if (count == kPixels && left >= 0 && right < w.in[2]) {
      g.base = firstRow + left * s.channels;
      pixels<kPixels, false>(s, g);
      continue;
    }
    g.base = s.zeros;  // not read
    for (int64_t i = g.rowBegin; i < g.rowEnd; ++i)
      for (int64_t j = 0; j < kw; ++j)
        for (int p = 0; p < count; ++p) {
          const int64_t column = left + p * w.stride[2] + j * w.dilation[2];
          table[(i * kw + j) * kPixels + p] =
              column < 0 || column >= w.in[2]
                  ? s.zeros
                  : firstRow + ((i - g.rowBegin) * w.dilation[1] * w.in[2] + column) * s.channels;
        }
    switch (count) {
      case 1:
        pixels<1, true>(s, g);
        break;
      case 2:
        pixels<2, true>(s, g);
        break;
      case 3:
        pixels<3, true>(s, g);
        break;
      default:
        pixels<4, true>(s, g);
        break;
    }
  }
}

int64_t tableFloats(const Depthwise& s) {
  return (s.window.kernelSize() * kPixels + 1) * kPointerFloats;
}
int64_t expandedFloats(const Depthwise& s) {
  return s.multiplier == 1 ? 0 : s.batch * s.window.inSize() * s.outChannels();
}

// Every channel `multiplier` times, so that output channel i reads input channel i.
void expand(Parallel& parallel, const Depthwise& s, const float* inp, float* to) {
  const int64_t n = s.batch * s.window.inSize() * s.channels;
  parallel.run(n, grainFor(s.multiplier), [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) std::fill_n(to + i * s.multiplier, s.multiplier, inp[i]);
  });
}

}  // namespace

int64_t depthwiseScratch(const Depthwise& s, int threads) {
  return s.outChannels() + expandedFloats(s) + threads * tableFloats(s);
}

void depthwise(Parallel& parallel, const Depthwise& s, const float* inp, const float* filter,
               float* out, const Epilogue& epilogue, float* scratch) {
  float* zeros = scratch;
  float* expanded = zeros + s.outChannels();
  float* tables = expanded + expandedFloats(s);
  std::fill_n(zeros, s.outChannels(), 0.f);
  if (s.multiplier != 1) {
    expand(parallel, s, inp, expanded);
    inp = expanded;
  }
  const Window& w = s.window;
  const Plan plan{w, s.outChannels(), inp, filter, out, epilogue, zeros};
  parallel.run(s.batch * w.out[1], grainFor(w.out[2] * s.outChannels() * w.kernelSize()),
               [&](int64_t begin, int64_t end, int slot) {
                 auto address = reinterpret_cast<uintptr_t>(tables + slot * tableFloats(s));
                 address = (address + alignof(float*) - 1) / alignof(float*) * alignof(float*);
                 auto** table = reinterpret_cast<const float**>(address);
                 for (int64_t i = begin; i < end; ++i)
                   outputRow(plan, i / w.out[1], i % w.out[1], table);
               });
}

}  // namespace smw::kernels
