#include "kernels/gemm_micro.h"

#include "simd/vec.h"

namespace smw::kernels {

__attribute__((noinline)) void touch(const float* p, int64_t n) {
  uint32_t seen = 0;
  for (int64_t i = 0; i < n; i += 16) {
    uint32_t word;
    __builtin_memcpy(&word, p + i, sizeof word);
    seen |= word;
  }
  asm volatile("" : : "r"(seen));  // else the loads would be dropped
}

namespace {

using namespace simd;

// Few rows leave too few chains of additions to keep the machine busy, so k is dealt out to several
// sets of accumulators: the same number for any number of panels, which threads share out.
#if defined(__wasm_relaxed_simd__)
constexpr int splitOf(int rows) { return rows == 1 ? 4 : rows <= 3 ? 2 : 1; }
#else
constexpr int splitOf(int rows) { return rows == 1 ? 2 : 1; }
#endif

template <int R, int S>
struct Sums {
  F32x4 v[S][R][2];

  __attribute__((always_inline)) void clear() {
    for (int s = 0; s < S; ++s)
      for (int r = 0; r < R; ++r) v[s][r][0] = v[s][r][1] = zero();
  }
  __attribute__((always_inline)) void merge() {
    for (int s = S / 2; s >= 1; s /= 2)
      for (int t = 0; t < s; ++t)
        for (int r = 0; r < R; ++r)
          for (int h = 0; h < 2; ++h) v[t][r][h] = v[t][r][h] + v[t + s][r][h];
  }
};

// Inlined always: a sum whose address leaves the function would live in memory, not in a register.
#define SMW_INLINE __attribute__((always_inline)) inline

template <int R>
SMW_INLINE void storeFull(F32x4 (&v)[R][2], const MicroC& o, int row, ptrdiff_t column) {
  const ptrdiff_t *cRow = o.cRow + row, *residualRow = o.residualRow + row;
  const F32x4 lo = splat(o.epilogue->lo), hi = splat(o.epilogue->hi);
#pragma clang loop unroll(full)
  for (int h = 0; h < 2; ++h, column += 4) {
    if (!o.first) {
      for (int r = 0; r < R; ++r) v[r][h] = load(o.c + cRow[r] + column) + v[r][h];
    } else {
      if (o.bias) {
        const F32x4 bias = load(o.bias + column);
        for (int r = 0; r < R; ++r) v[r][h] = v[r][h] + bias;
      }
      if (o.residual)
        for (int r = 0; r < R; ++r) v[r][h] = v[r][h] + load(o.residual + residualRow[r] + column);
    }
    if (o.last)
      for (int r = 0; r < R; ++r) v[r][h] = min(max(v[r][h], lo), hi);
    for (int r = 0; r < R; ++r) store(o.c + cRow[r] + column, v[r][h]);
  }
}

// The same operations in the same order for the last panel where it sticks out. sums is (rows, 8),
// of rows [row, row + rows).
__attribute__((noinline)) void storeCut(int row, int rows, const float* sums, const MicroC& o,
                                        ptrdiff_t column) {
  const float lo = o.epilogue->lo, hi = o.epilogue->hi;
  const float* bias = o.bias ? o.bias + column : nullptr;
  const ptrdiff_t n = o.columns - column;
#pragma clang loop unroll(disable)
  for (int r = row; r < row + rows; ++r, sums += 8) {
    float* c = o.c + o.cRow[r] + column;
    const float* residual = o.residual ? o.residual + o.residualRow[r] + column : nullptr;
    ptrdiff_t j = 0;
    if (n >= 4) {
      F32x4 x = load(sums);
      if (!o.first) {
        x = load(c) + x;
      } else {
        if (bias) x = x + load(bias);
        if (residual) x = x + load(residual);
      }
      if (o.last) x = min(max(x, splat(lo)), splat(hi));
      store(c, x);
      j = 4;
    }
#pragma clang loop unroll(disable) vectorize(disable)
    for (; j < n; ++j) {
      float x = sums[j];
      if (!o.first) {
        x = c[j] + x;
      } else {
        if (bias) x += bias[j];
        if (residual) x += residual[j];
      }
      if (o.last) {
        x = x < lo ? lo : x;
        x = hi < x ? hi : x;
      }
      c[j] = x;
    }
  }
}

template <int R>
SMW_INLINE void finish(F32x4 (&v)[R][2], const MicroC& o, int row, ptrdiff_t column) {
  if (o.columns - column >= 8) {
    storeFull<R>(v, o, row, column);
    return;
  }
  float sums[R * 8];
  for (int r = 0; r < R; ++r) {
    store(sums + 8 * r, v[r][0]);
    store(sums + 8 * r + 4, v[r][1]);
  }
  storeCut(row, R, sums, o, column);
}

__attribute__((noinline)) void applyPost(int rows, const MicroC& o) {
  // Rows that run on into each other are one stretch: short ones would cost a call each.
  if (rows > 1 && o.cRow[rows - 1] - o.cRow[0] == (rows - 1) * o.columns)
    return o.epilogue->post(o.epilogue->postContext, o.c + o.cRow[0], rows * o.columns);
  for (int r = 0; r < rows; ++r)
    o.epilogue->post(o.epilogue->postContext, o.c + o.cRow[r], o.columns);
}

// R rows of A from `row` on by P panels, the first of which is at `panel` and has `column`.
template <int R, int P>
SMW_INLINE void product(const MicroA& a, int row, const float* panel, ptrdiff_t panelStride,
                        const MicroC& o, ptrdiff_t column) {
  constexpr int S = splitOf(R);
  Sums<R, S> sum[P];
  for (auto& s : sum) s.clear();
  const float* b[P];
  for (int q = 0; q < P; ++q) b[q] = panel + q * panelStride;
  const float* const* pointers = a.pointers + row;
#pragma clang loop unroll(disable)
  for (auto segment = ptrdiff_t(a.segments); segment > 0; --segment, pointers += kTileRows) {
    const float* p[R];
#pragma clang loop unroll(full)
    for (int r = 0; r < R; ++r) p[r] = pointers[r] + a.offset;
    const auto steps = [&]<int U>() __attribute__((always_inline)) {
#pragma clang loop unroll(full)
      for (int u = 0; u < U; ++u) {
        F32x4 v[P][2];
#pragma clang loop unroll(full)
        for (int q = 0; q < P; ++q) v[q][0] = load(b[q] + 8 * u), v[q][1] = load(b[q] + 8 * u + 4);
#pragma clang loop unroll(full)
        for (int r = 0; r < R; ++r) {
          const F32x4 x = loadSplat(p[r] + u);
#pragma clang loop unroll(full)
          for (int q = 0; q < P; ++q)
#pragma clang loop unroll(full)
            for (int h = 0; h < 2; ++h)
              sum[q].v[u % S][r][h] = madd(x, v[q][h], sum[q].v[u % S][r][h]);
        }
      }
      for (int q = 0; q < P; ++q) b[q] += 8 * U;
#pragma clang loop unroll(full)
      for (int r = 0; r < R; ++r) p[r] += U;
    };
    auto l = size_t(a.segmentLength);
    if constexpr (S > 1) {
#pragma clang loop unroll(disable)
      for (; l >= S; l -= S) steps.template operator()<S>();
    }
#pragma clang loop unroll(disable)
    for (; l > 0; --l) steps.template operator()<1>();
  }
#pragma clang loop unroll(full)
  for (int q = 0; q < P; ++q) {
    sum[q].merge();
    finish<R>(sum[q].v[0], o, row, column + 8 * q);
  }
}

// How many sums a loop keeps is measured in Chromium on x86, where V8 has 15 vector registers to
// give. With fused multiply-add 6 rows by one panel fill them (58 GFLOP/s); with multiply and add
// apart a product takes one more, and 2 rows by two panels are best (52; 4 by one 47, 6 by one 28).
#if defined(__wasm_relaxed_simd__)

template <int R>
__attribute__((noinline)) void rowsKernel(const MicroA& a, const MicroB& panels, const MicroC& o) {
  const float* panel = panels.b;
#pragma clang loop unroll(disable)
  for (ptrdiff_t column = 0; column < o.columns; column += 8, panel += panels.panelStride) {
    if (panels.touch) touch(panel, a.segments * a.segmentLength * 8);
    product<R, 1>(a, 0, panel, 0, o, column);
  }
  if (o.last && o.epilogue->post) applyPost(R, o);
}

#else

// The panels stay in the first-level cache while the rows pass by, two at a time.
template <int P>
__attribute__((noinline)) void panelsKernel(int rows, const MicroA& a, const float* panel,
                                            ptrdiff_t panelStride, const MicroC& o,
                                            ptrdiff_t column) {
  int row = 0;
  if constexpr (P == 1)
    if (rows >= 4) product<4, 1>(a, 0, panel, 0, o, column), row = 4;
#pragma clang loop unroll(disable)
  for (; row + 1 < rows; row += 2) product<2, P>(a, row, panel, panelStride, o, column);
  if (row < rows) product<1, P>(a, row, panel, panelStride, o, column);
}

#endif

template <int R>
__attribute__((noinline)) void columnsKernel(const MicroA& a, const MicroB& panels,
                                             const MicroC& o) {
  const float* panel = panels.b;
#pragma clang loop unroll(disable)
  for (ptrdiff_t column = 0; column < o.columns; column += 8, panel += panels.panelStride) {
    if (panels.touch) touch(panel, a.segmentLength * 8);
    Sums<R, 1> sum;
    sum.clear();
    const float *b = panel, *p = a.base;
#pragma clang loop unroll(disable)
    for (auto l = ptrdiff_t(a.segmentLength); l > 0; --l) {
      const F32x4 b0 = load(b), b1 = load(b + 4);
#pragma clang loop unroll(full)
      for (int r = 0; r < R; ++r) {
        const F32x4 x = loadSplat(p + r);
        sum.v[0][r][0] = madd(x, b0, sum.v[0][r][0]);
        sum.v[0][r][1] = madd(x, b1, sum.v[0][r][1]);
      }
      b += 8;
      p += a.step;
    }
    finish<R>(sum.v[0], o, 0, column);
  }
  if (o.last && o.epilogue->post) applyPost(R, o);
}

/// Calls f<rows>(): 1 to 6.
template <typename F>
SMW_INLINE void withRows(int rows, F f) {
  switch (rows) {
    case 1:
      return f.template operator()<1>();
    case 2:
      return f.template operator()<2>();
    case 3:
      return f.template operator()<3>();
    case 4:
      return f.template operator()<4>();
    case 5:
      return f.template operator()<5>();
    default:
      return f.template operator()<6>();
  }
}

#undef SMW_INLINE

}  // namespace

#if defined(__wasm_relaxed_simd__)
void microRows(int rows, const MicroA& a, const MicroB& b, const MicroC& out) {
  withRows(rows, [&]<int R>() { rowsKernel<R>(a, b, out); });
}
#else
void microRows(int rows, const MicroA& a, const MicroB& b, const MicroC& out) {
  const float* panel = b.b;
  for (ptrdiff_t column = 0, step; column < out.columns; column += 8 * step) {
    step = out.columns - column > 8 ? 2 : 1;
    if (b.touch)
      for (ptrdiff_t q = 0; q < step; ++q)
        touch(panel + q * b.panelStride, a.segments * a.segmentLength * 8);
    if (step == 2)
      panelsKernel<2>(rows, a, panel, b.panelStride, out, column);
    else
      panelsKernel<1>(rows, a, panel, 0, out, column);
    panel += step * b.panelStride;
  }
  if (out.last && out.epilogue->post) applyPost(rows, out);
}
#endif

void microColumns(int rows, const MicroA& a, const MicroB& b, const MicroC& out) {
  withRows(rows, [&]<int R>() { columnsKernel<R>(a, b, out); });
}

}  // namespace smw::kernels
