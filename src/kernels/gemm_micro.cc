#include "kernels/gemm_micro.h"

#include "simd/vec.h"

namespace smw::kernels {
namespace {

using namespace simd;

// Few rows leave too few chains of additions to keep the machine busy, so k is dealt out to several
// sets of accumulators.
constexpr int splitOf(int rows) { return rows == 1 ? 4 : rows <= 3 ? 2 : 1; }

template <int R, int S>
struct Sums {
  F32x4 v[S][R][2];

  void clear() {
    for (int s = 0; s < S; ++s)
      for (int r = 0; r < R; ++r) v[s][r][0] = v[s][r][1] = zero();
  }
  void merge() {
    for (int s = S / 2; s >= 1; s /= 2)
      for (int t = 0; t < s; ++t)
        for (int r = 0; r < R; ++r)
          for (int h = 0; h < 2; ++h) v[t][r][h] = v[t][r][h] + v[t + s][r][h];
  }
};

template <int R>
void storeFull(F32x4 (&v)[R][2], const MicroC& o) {
  const F32x4 lo = splat(o.epilogue->lo), hi = splat(o.epilogue->hi);
  for (int h = 0; h < 2; ++h) {
    if (!o.first) {
      for (int r = 0; r < R; ++r) v[r][h] = load(o.c + r * o.cRow + 4 * h) + v[r][h];
    } else {
      if (o.bias) {
        const F32x4 bias = load(o.bias + 4 * h);
        for (int r = 0; r < R; ++r) v[r][h] = v[r][h] + bias;
      }
      if (o.residual)
        for (int r = 0; r < R; ++r)
          v[r][h] = v[r][h] + load(o.residual + r * o.residualRow + 4 * h);
    }
    if (o.last)
      for (int r = 0; r < R; ++r) v[r][h] = min(max(v[r][h], lo), hi);
    for (int r = 0; r < R; ++r) store(o.c + r * o.cRow + 4 * h, v[r][h]);
  }
}

// The same operations in the same order for a panel that sticks out of the matrix.
template <int R>
void storeCut(F32x4 (&v)[R][2], const MicroC& o) {
  const float lo = o.epilogue->lo, hi = o.epilogue->hi;
  for (int r = 0; r < R; ++r) {
    float t[8];
    store(t, v[r][0]);
    store(t + 4, v[r][1]);
    float* c = o.c + r * o.cRow;
    for (int j = 0; j < o.columns; ++j) {
      float x = t[j];
      if (!o.first) {
        x = c[j] + x;
      } else {
        if (o.bias) x += o.bias[j];
        if (o.residual) x += o.residual[r * o.residualRow + j];
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
void finish(F32x4 (&v)[R][2], const MicroC& o) {
  if (o.columns == 8)
    storeFull<R>(v, o);
  else
    storeCut<R>(v, o);
  if (o.last && o.epilogue->post)
    for (int r = 0; r < R; ++r)
      o.epilogue->post(o.epilogue->postContext, o.c + r * o.cRow, o.columns);
}

template <int R>
void rowsKernel(const MicroA& a, const float* b, const MicroC& o) {
  constexpr int S = splitOf(R);
  Sums<R, S> sum;
  sum.clear();
  const float* const* pointers = a.pointers;
  for (int64_t segment = a.segments; segment > 0; --segment, pointers += kTileRows) {
    const float* p[R];
    for (int r = 0; r < R; ++r) p[r] = pointers[r];
    int64_t l = a.segmentLength;
    for (; l >= 4; l -= 4) {
#pragma clang loop unroll(full)
      for (int u = 0; u < 4; ++u) {
        const F32x4 b0 = load(b + 8 * u), b1 = load(b + 8 * u + 4);
        for (int r = 0; r < R; ++r) {
          const F32x4 x = loadSplat(p[r] + u);
          sum.v[u % S][r][0] = madd(x, b0, sum.v[u % S][r][0]);
          sum.v[u % S][r][1] = madd(x, b1, sum.v[u % S][r][1]);
        }
      }
      b += 32;
      for (int r = 0; r < R; ++r) p[r] += 4;
    }
    for (; l > 0; --l) {
      const F32x4 b0 = load(b), b1 = load(b + 4);
      for (int r = 0; r < R; ++r) {
        const F32x4 x = loadSplat(p[r]++);
        sum.v[0][r][0] = madd(x, b0, sum.v[0][r][0]);
        sum.v[0][r][1] = madd(x, b1, sum.v[0][r][1]);
      }
      b += 8;
    }
  }
  sum.merge();
  finish<R>(sum.v[0], o);
}

template <int R>
void columnsKernel(const MicroA& a, const float* b, const MicroC& o) {
  Sums<R, 1> sum;
  sum.clear();
  const float* p = a.base;
  for (int64_t l = a.segmentLength; l > 0; --l) {
    const F32x4 b0 = load(b), b1 = load(b + 4);
    for (int r = 0; r < R; ++r) {
      const F32x4 x = loadSplat(p + r);
      sum.v[0][r][0] = madd(x, b0, sum.v[0][r][0]);
      sum.v[0][r][1] = madd(x, b1, sum.v[0][r][1]);
    }
    b += 8;
    p += a.step;
  }
  finish<R>(sum.v[0], o);
}

}  // namespace

void microRows(int rows, const MicroA& a, const float* b, const MicroC& out) {
  switch (rows) {
    case 1:
      return rowsKernel<1>(a, b, out);
    case 2:
      return rowsKernel<2>(a, b, out);
    case 3:
      return rowsKernel<3>(a, b, out);
    case 4:
      return rowsKernel<4>(a, b, out);
    case 5:
      return rowsKernel<5>(a, b, out);
    default:
      return rowsKernel<6>(a, b, out);
  }
}

void microColumns(int rows, const MicroA& a, const float* b, const MicroC& out) {
  switch (rows) {
    case 1:
      return columnsKernel<1>(a, b, out);
    case 2:
      return columnsKernel<2>(a, b, out);
    case 3:
      return columnsKernel<3>(a, b, out);
    case 4:
      return columnsKernel<4>(a, b, out);
    case 5:
      return columnsKernel<5>(a, b, out);
    default:
      return columnsKernel<6>(a, b, out);
  }
}

}  // namespace smw::kernels
