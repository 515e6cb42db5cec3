#include "kernels/depthwise.h"

#include <algorithm>

#include "kernels/names.h"
#include "simd/vec.h"

namespace smw::kernels {
namespace {

using namespace simd;

constexpr int kPixels = 4;  // outputs of a row that are computed together
constexpr int64_t kPointerFloats = sizeof(float*) / sizeof(float);

/// The rows of taps that have a kernel of their own.
enum class Shape { kAny, k3, k3Stride2, k5, k5Stride2 };

Shape shapeOf(const Window& w, int64_t channels) {
  // Neighbouring pixels then share cache sets: the fewer passes over their lines, the better.
  if (channels % 512 == 0) return Shape::kAny;
  const int64_t k = w.kernel[2], stride = w.stride[2];
  if (w.dilation[2] != 1 || (k != 3 && k != 5) || stride > 2) return Shape::kAny;
  return k == 3 ? (stride == 1 ? Shape::k3 : Shape::k3Stride2)
                : (stride == 1 ? Shape::k5 : Shape::k5Stride2);
}

/// What is the same for all outputs. The channels of inp are those of out: a multiplier was
/// expanded.
struct Plan {
  const Window& w;
  int64_t channels;
  const float *inp, *filter;
  float* out;
  const Epilogue& e;
  const float* zeros;  // `channels` zeros
  Shape shape;
  float lo, hi;  // the clamp, where no residual comes before it
};

/// kPixels (or fewer) neighbouring outputs: which rows of the filter lie inside the image, and
/// where they read. Columns of input count from the first tap of output 0.
struct Group {
  int64_t rowBegin, rowEnd;
  const float* base;          // column 0 of row rowBegin, where all columns lie inside the image
  const float* const* table;  // else (KH, columns): the pixel, or zeros
  int64_t columns;
  int64_t outOffset;  // floats from the start of out
  float* residual;    // room for that of these outputs
};

/// What the loop over channels needs, on its own: nothing that it stores can change it.
struct Loop {
  ptrdiff_t n, rows, taps, stride, dilation, rowStep, columns;
  const float *filter, *base;
  const float* const* table;
  float* out;
  const float* bias;
  F32x4 lo, hi;

  Loop(const Plan& s, const Group& g)
      : n(ptrdiff_t(s.channels)),
        rows(ptrdiff_t(g.rowEnd - g.rowBegin)),
        taps(ptrdiff_t(s.w.kernel[2])),
        stride(ptrdiff_t(s.w.stride[2])),
        dilation(ptrdiff_t(s.w.dilation[2])),
        rowStep(ptrdiff_t(s.w.dilation[1] * s.w.in[2] * s.channels)),
        columns(ptrdiff_t(g.columns)),
        filter(s.filter + g.rowBegin * s.w.kernel[2] * s.channels),
        base(g.base),
        table(g.table + g.rowBegin * g.columns),
        out(s.out + g.outOffset),
        bias(s.e.bias ? s.e.bias : s.zeros),
        lo(splat(s.lo)),
        hi(splat(s.hi)) {}
};

// The sums of P outputs and 4 * V channels for any kernel.
template <int P, int V, bool Table>
struct AnyTaps {
  static constexpr int kVectors = V;
  __attribute__((always_inline)) static void sum(const Loop& s, ptrdiff_t c, F32x4 (&acc)[P][V]) {
    const float* f = s.filter + c;
    const float* const* table = s.table;
    const float* row = s.base + c;
#pragma clang loop unroll(disable)
    for (ptrdiff_t i = s.rows; i > 0; --i) {
#pragma clang loop unroll(disable)
      for (ptrdiff_t j = 0; j < s.taps; ++j, f += s.n) {
        F32x4 weight[V];
#pragma clang loop unroll(full)
        for (int v = 0; v < V; ++v) weight[v] = load(f + 4 * v);
#pragma clang loop unroll(full)
        for (int p = 0; p < P; ++p) {
          const ptrdiff_t column = p * s.stride + j * s.dilation;
          const float* from = Table ? table[column] + c : row + column * s.n;
#pragma clang loop unroll(full)
          for (int v = 0; v < V; ++v) acc[p][v] = madd(load(from + 4 * v), weight[v], acc[p][v]);
        }
      }
      row += s.rowStep;
      table += s.columns;
    }
  }
};

// The same for a row of K taps without dilation: each column is loaded once for all outputs that
// use it. One vector of channels leaves registers for the weights; the next channels overlap with
// it.
template <int P, int K, int S, bool Table>
struct FixedTaps {
  static constexpr int kVectors = 1;
  __attribute__((always_inline)) static void sum(const Loop& s, ptrdiff_t c, F32x4 (&acc)[P][1]) {
    const float* f = s.filter + c;
    const float* const* table = s.table;
    const float* row = s.base + c;
#pragma clang loop unroll(disable)
    for (ptrdiff_t i = s.rows; i > 0; --i) {
      F32x4 weight[K];
#pragma clang loop unroll(full)
      for (int j = 0; j < K; ++j, f += s.n) weight[j] = load(f);
      const float* x = row;
#pragma clang loop unroll(full)
      for (int column = 0; column < (P - 1) * S + K; ++column, x += s.n) {
        const F32x4 v = load(Table ? table[column] + c : x);
#pragma clang loop unroll(full)
        for (int p = 0; p < P; ++p) {
          const int j = column - p * S;
          if (j >= 0 && j < K) acc[p][0] = madd(v, weight[j], acc[p][0]);
        }
      }
      row += s.rowStep;
      table += s.columns;
    }
  }
};

template <int P, typename Taps>
__attribute__((always_inline)) inline void channelsAt(const Loop& s, ptrdiff_t c) {
  constexpr int V = Taps::kVectors;
  F32x4 acc[P][V];
#pragma clang loop unroll(full)
  for (int p = 0; p < P; ++p)
#pragma clang loop unroll(full)
    for (int v = 0; v < V; ++v) acc[p][v] = zero();
  Taps::sum(s, c, acc);
#pragma clang loop unroll(full)
  for (int v = 0; v < V; ++v) {
    const F32x4 bias = load(s.bias + c + 4 * v);
    ptrdiff_t at = c + 4 * v;
#pragma clang loop unroll(full)
    for (int p = 0; p < P; ++p, at += s.n)
      store(s.out + at, min(max(acc[p][v] + bias, s.lo), s.hi));
  }
}

// The last one to three channels.
__attribute__((noinline, minsize)) void channelRest(const Plan& s, const Group& g, bool table,
                                                    int count, int64_t c) {
  const int64_t kw = s.w.kernel[2], n = s.channels;
  for (; c < n; ++c)
    for (int p = 0; p < count; ++p) {
      float sum = 0;
      for (int64_t i = g.rowBegin; i < g.rowEnd; ++i)
        for (int64_t j = 0; j < kw; ++j) {
          const int64_t column = p * s.w.stride[2] + j * s.w.dilation[2];
          const float* from =
              table ? g.table[i * g.columns + column]
                    : g.base + ((i - g.rowBegin) * s.w.dilation[1] * s.w.in[2] + column) * n;
          sum += from[c] * s.filter[(i * kw + j) * n + c];
        }
      const int64_t at = g.outOffset + p * n + c;
      if (s.e.bias) sum += s.e.bias[c];
      sum = sum < s.lo ? s.lo : sum;
      s.out[at] = s.hi < sum ? s.hi : sum;
    }
}

// A residual is rare, and would make the loops above slower.
__attribute__((noinline, minsize)) void addResidual(const Plan& s, const float* residual,
                                                    float* out, int64_t n) {
#pragma clang loop vectorize(disable) unroll(disable)
  for (int64_t i = 0; i < n; ++i) {
    const float sum = out[i] + residual[i], x = sum < s.e.lo ? s.e.lo : sum;
    out[i] = s.e.hi < x ? s.e.hi : x;
  }
}

// A function each: engines optimise only the ones that are called.
template <int P, typename Taps>
__attribute__((noinline)) int64_t channels(const Plan& s, const Group& g, int64_t c) {
  constexpr ptrdiff_t kStep = 4 * Taps::kVectors;
  const Loop loop(s, g);
  auto at = ptrdiff_t(c);
#pragma clang loop unroll(disable)
  for (; at + kStep <= loop.n; at += kStep) channelsAt<P, Taps>(loop, at);
  return at;
}

template <int P, bool Table>
__attribute__((noinline)) void pixels(const Plan& s, const Group& g) {
  int64_t c = 0;
  const int64_t n = P * s.channels;
  // It may lie where the output goes.
  if (s.e.residual) std::copy_n(s.e.residual + g.outOffset, n, g.residual);
  // Strides are rare, and few of their outputs are at the edges: those go the general way.
  constexpr bool kStrides = !Table;
  switch (!kStrides && (s.shape == Shape::k3Stride2 || s.shape == Shape::k5Stride2) ? Shape::kAny
                                                                                    : s.shape) {
    case Shape::k3:
      c = channels<P, FixedTaps<P, 3, 1, Table>>(s, g, c);
      break;
    case Shape::k3Stride2:
      if constexpr (kStrides) c = channels<P, FixedTaps<P, 3, 2, Table>>(s, g, c);
      break;
    case Shape::k5:
      c = channels<P, FixedTaps<P, 5, 1, Table>>(s, g, c);
      break;
    case Shape::k5Stride2:
      if constexpr (kStrides) c = channels<P, FixedTaps<P, 5, 2, Table>>(s, g, c);
      break;
    case Shape::kAny:
      c = channels<P, AnyTaps<P, 2, Table>>(s, g, c);
      c = channels<P, AnyTaps<P, 1, Table>>(s, g, c);
      break;
  }
  if (c < s.channels) channelRest(s, g, Table, P, c);
  if (s.e.residual) addResidual(s, g.residual, s.out + g.outOffset, n);
  if (s.e.post) s.e.post(s.e.postContext, s.out + g.outOffset, n);
}

int64_t tableColumns(const Window& w) {
  return (kPixels - 1) * w.stride[2] + (w.kernel[2] - 1) * w.dilation[2] + 1;
}

void outputRow(const Plan& s, int64_t image, int64_t y, const float** table, float* residual) {
  const Window& w = s.w;
  const int64_t top = y * w.stride[1] - w.padBefore[1], kh = w.kernel[1];
  Group g{};
  g.table = table;
  g.residual = residual;
  g.columns = tableColumns(w);
  const auto ceilDiv = [](int64_t a, int64_t b) { return a <= 0 ? 0 : (a + b - 1) / b; };
  g.rowBegin = std::min(kh, ceilDiv(-top, w.dilation[1]));
  g.rowEnd = std::max(g.rowBegin, std::min(kh, ceilDiv(w.in[1] - top, w.dilation[1])));
  const float* firstRow =
      s.inp + (image * w.in[1] + top + g.rowBegin * w.dilation[1]) * w.in[2] * s.channels;
  for (int64_t x = 0; x < w.out[2]; x += kPixels) {
    const int count = int(std::min<int64_t>(kPixels, w.out[2] - x));
    const int64_t left = x * w.stride[2] - w.padBefore[2];
    g.outOffset = ((image * w.out[1] + y) * w.out[2] + x) * s.channels;
    if (count == kPixels && left >= 0 && left + g.columns <= w.in[2]) {
      g.base = firstRow + left * s.channels;
      pixels<kPixels, false>(s, g);
      continue;
    }
    g.base = s.zeros;  // not read
    for (int64_t i = g.rowBegin; i < g.rowEnd; ++i)
      for (int64_t column = 0; column < g.columns; ++column) {
        const int64_t at = left + column;
        table[i * g.columns + column] =
            at < 0 || at >= w.in[2]
                ? s.zeros
                : firstRow + ((i - g.rowBegin) * w.dilation[1] * w.in[2] + at) * s.channels;
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
  return (s.window.kernel[1] * tableColumns(s.window) + 1) * kPointerFloats +
         kPixels * s.outChannels();
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

const char* depthwiseName(const Depthwise& s) {
  switch (shapeOf(s.window, s.outChannels())) {
    case Shape::kAny:
      return "depthwise";
    case Shape::k3:
      return "depthwise 3";
    case Shape::k3Stride2:
      return "depthwise 3 s2";
    case Shape::k5:
      return "depthwise 5";
    case Shape::k5Stride2:
      return "depthwise 5 s2";
  }
}

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
  const Epilogue plain, &clamp = epilogue.residual ? plain : epilogue;
  const Plan plan{w,        s.outChannels(), inp,   filter,
                  out,      epilogue,        zeros, shapeOf(w, s.outChannels()),
                  clamp.lo, clamp.hi};
  parallel.run(s.batch * w.out[1], grainFor(w.out[2] * s.outChannels() * w.kernelSize()),
               [&](int64_t begin, int64_t end, int slot) {
                 float* residual = tables + slot * tableFloats(s);
                 auto address = reinterpret_cast<uintptr_t>(residual + kPixels * s.outChannels());
                 address = (address + alignof(float*) - 1) / alignof(float*) * alignof(float*);
                 auto** table = reinterpret_cast<const float**>(address);
                 for (int64_t i = begin; i < end; ++i)
                   outputRow(plan, i / w.out[1], i % w.out[1], table, residual);
               });
}

}  // namespace smw::kernels
