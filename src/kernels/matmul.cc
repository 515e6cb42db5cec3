// Products of matrices that are both made at run time: B is packed into scratch first, or, for a
// few rows of A, read where it lies.
#include <algorithm>

#include "kernels/gemm.h"
#include "kernels/names.h"
#include "simd/vec.h"

namespace smw::kernels {
namespace {

using namespace simd;

// Packing reads and writes B once; below this many rows that costs more than it saves.
constexpr int64_t kDirectRows = 3;
constexpr int64_t kStrip = 256;  // columns that the direct kernels finish at a time
// A packed B above this many floats is not held once per thread.
constexpr int64_t kPrivateFloats = 256 << 10;

float finishOne(float x, const Epilogue& e, int64_t column, const float* residual) {
  if (e.bias) x += e.bias[column];
  if (residual) x += residual[column];
  x = x < e.lo ? e.lo : x;
  return e.hi < x ? e.hi : x;
}

// sums[0..end-begin) become c[begin..end); the residual may be c.
void finishRow(const float* sums, float* c, int64_t begin, int64_t end, const Epilogue& e,
               const float* residual) {
  for (int64_t j = begin; j < end; ++j) c[j] = finishOne(sums[j - begin], e, j, residual);
  if (e.post) e.post(e.postContext, c + begin, end - begin);
}

// sums += x[0..N) times N rows of B, `columns` wide.
template <int N>
void addRows(const float* x, int64_t xStep, const float* b, int64_t rowStride, float* sums,
             int64_t columns) {
  F32x4 v[N];
  for (int i = 0; i < N; ++i) v[i] = splat(x[i * xStep]);
  int64_t j = 0;
  for (; j + 4 <= columns; j += 4) {
    F32x4 sum = load(sums + j);
    for (int i = 0; i < N; ++i) sum = madd(v[i], load(b + i * rowStride + j), sum);
    store(sums + j, sum);
  }
  for (; j < columns; ++j)
    for (int i = 0; i < N; ++i) sums[j] += x[i * xStep] * b[i * rowStride + j];
}

// One row of A times `columns` (at most kStrip) columns of row-major B.
void rowTimesRows(const MatMul& s, const float* a, const float* b, float* sums, int64_t columns) {
  std::fill_n(sums, columns, 0.f);
  int64_t l = 0;
  for (; l + 4 <= s.k; l += 4)
    addRows<4>(a + l * s.aCol, s.aCol, b + l * s.bRow, s.bRow, sums, columns);
  for (; l < s.k; ++l) addRows<1>(a + l * s.aCol, s.aCol, b + l * s.bRow, s.bRow, sums, columns);
}

template <int N>
void dots(const float* a, const float* b, int64_t stride, int64_t k, float* c) {
  F32x4 even[N], odd[N];
  for (int i = 0; i < N; ++i) even[i] = odd[i] = zero();
  int64_t l = 0;
  for (; l + 8 <= k; l += 8) {
    const F32x4 x = load(a + l), y = load(a + l + 4);
    for (int i = 0; i < N; ++i) {
      even[i] = madd(x, load(b + i * stride + l), even[i]);
      odd[i] = madd(y, load(b + i * stride + l + 4), odd[i]);
    }
  }
  for (int i = 0; i < N; ++i) {
    float rest = 0;
    for (int64_t t = l; t < k; ++t) rest += a[t] * b[i * stride + t];
    c[i] = horizontalSum(even[i] + odd[i]) + rest;
  }
}

// One row of A (contiguous) times transposed B.
void rowTimesColumns(const MatMul& s, const float* a, const float* b, float* c, int64_t columns) {
  int64_t j = 0;
  for (; j + 4 <= columns; j += 4) dots<4>(a, b + j * s.bCol, s.bCol, s.k, c + j);
  for (; j < columns; ++j) dots<1>(a, b + j * s.bCol, s.bCol, s.k, c + j);
}

bool isDirect(const MatMul& s) {
  if (s.m > kDirectRows) return false;
  return s.bCol == 1 || (s.aCol == 1 && s.bRow == 1);
}

void direct(Parallel& parallel, const MatMul& s, const float* a, const float* b, float* c,
            const Epilogue& e) {
  const int64_t residualRow = e.residualStride ? e.residualStride : s.cRow;
  const int64_t strips = (s.n + kStrip - 1) / kStrip;
  parallel.run(strips, grainFor(s.m * s.k * kStrip), [&](int64_t first, int64_t last) {
    float sums[kStrip];
    for (int64_t j = first * kStrip; j < std::min(s.n, last * kStrip); j += kStrip) {
      const int64_t end = std::min(s.n, j + kStrip);
      for (int64_t i = 0; i < s.m; ++i) {
        if (s.bCol == 1)
          rowTimesRows(s, a + i * s.aRow, b + j, sums, end - j);
        else
          rowTimesColumns(s, a + i * s.aRow, b + j * s.bCol, sums, end - j);
        const float* residual = e.residual ? e.residual + i * residualRow : nullptr;
        finishRow(sums, c + i * s.cRow, j, end, e, residual);
      }
    }
  });
}

void packParallel(Parallel& parallel, const MatMul& s, const float* b, float* packed) {
  parallel.run(panelsOf(s.n), grainFor(s.k * kPanel * 4), [&](int64_t begin, int64_t end) {
    const int64_t first = begin * kPanel, last = std::min(s.n, end * kPanel);
    packB(b + first * s.bCol, s.k, last - first, s.bRow, s.bCol, packed + first * s.k);
  });
}

}  // namespace

const char* matmulName(const MatMul& s) { return isDirect(s) ? "gemv direct" : "pack, gemm"; }

int64_t matmulScratch(const MatMul& s, int threads) {
  if (isDirect(s)) return 0;
  const int64_t packed = packedFloats(s.k, s.n);
  return packed > kPrivateFloats ? packed : packed * threads;
}

void matmul(Parallel& parallel, const MatMul& s, const float* a, const float* b, float* c,
            const Epilogue& epilogue, float* scratch) {
  if (s.m <= 0 || s.n <= 0) return;
  if (s.k <= 0) return gemmPacked(parallel, s.m, 0, s.n, a, 0, 1, b, c, s.cRow, epilogue);
  if (isDirect(s)) return direct(parallel, s, a, b, c, epilogue);
  packParallel(parallel, s, b, scratch);
  gemmPacked(parallel, s.m, s.k, s.n, a, s.aRow, s.aCol, scratch, c, s.cRow, epilogue);
}

void batchMatMul(Parallel& parallel, const MatMul& s, int64_t batch, const float* a,
                 const int64_t* aOffset, const float* b, const int64_t* bOffset, float* c,
                 const Epilogue& epilogue, float* scratch) {
  const int64_t itemC = s.m * s.cRow;
  const auto item = [&](Parallel& inner, int64_t i, float* itemScratch) {
    Epilogue e = epilogue;
    if (e.residual) e.residual += s.m * (e.residualStride ? e.residualStride : s.cRow) * i;
    matmul(inner, s, a + aOffset[i], b + bOffset[i], c + i * itemC, e, itemScratch);
  };
  const int64_t packed = isDirect(s) ? 0 : packedFloats(s.k, s.n);
  if (batch < parallel.threads() || packed > kPrivateFloats) {
    for (int64_t i = 0; i < batch; ++i) item(parallel, i, scratch);
    return;
  }
  parallel.run(batch, grainFor(s.m * s.k * s.n), [&](int64_t begin, int64_t end, int slot) {
    for (int64_t i = begin; i < end; ++i)
      item(serial(), i, scratch ? scratch + slot * packed : nullptr);
  });
}

}  // namespace smw::kernels
