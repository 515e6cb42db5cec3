#include "kernels/softmax.h"

#include <algorithm>
#include <cmath>

#include "simd/math.h"

namespace smw::kernels {

using namespace simd;

float rowMax(const float* x, int64_t n) {
  F32x4 m = splat(x[0]);
  int64_t i = 0;
  for (; i + 4 <= n; i += 4) m = max(load(x + i), m);
  float r = horizontalMax(m);
  for (; i < n; ++i) r = x[i] > r ? x[i] : r;
  return r;
}

/// y = e^(x - most), or nothing is stored where y is null; the sum of them all. A tail's idle lanes
/// are taken off by giving them -infinity.
double expSum(const float* x, float* y, int64_t n, float most) {
  constexpr int64_t kPiece = 512;
  const F32x4 m = splat(most);
  float unwanted[4];
  float* to = y ? y : unwanted;
  const ptrdiff_t step = y ? 4 : 0;  // a branch in the loop would cost a quarter more
  double total = 0;
  for (int64_t i = 0; i < n; i += kPiece) {
    const int64_t end = n - i < kPiece ? n : i + kPiece;
    F32x4 sum = zero();
    int64_t j = i;
    for (; j + 4 <= end; j += 4, to += step) {
      const F32x4 e = expBelow(load(x + j) - m);
      store(to, e);
      sum = sum + e;
    }
    if (j < end) {
      const int left = int(end - j);
      float t[4] = {-kInf, -kInf, -kInf, -kInf};
      for (int k = 0; k < left; ++k) t[k] = x[j + k] - most;
      const F32x4 e = expBelow(load(t));
      storePartial(to, e, left);
      sum = sum + e;
    }
    total += double(horizontalSum(sum));
  }
  return total;
}

namespace {

/// y = x * factor + shift.
void scaleShift(const float* x, float* y, int64_t n, float factor, float shift) {
  const F32x4 f = splat(factor), s = splat(shift);
  int64_t i = 0;
  for (; i + 4 <= n; i += 4) store(y + i, load(x + i) * f + s);
  if (i < n) storePartial(y + i, loadPartial(x + i, int(n - i)) * f + s, int(n - i));
}
/// y = (x - a) - b: the subtractions apart, as (a + b) would lose the smaller one.
void subtractTwice(const float* x, float* y, int64_t n, float a, float b) {
  const F32x4 p = splat(a), q = splat(b);
  int64_t i = 0;
  for (; i + 4 <= n; i += 4) store(y + i, load(x + i) - p - q);
  if (i < n) storePartial(y + i, loadPartial(x + i, int(n - i)) - p - q, int(n - i));
}

constexpr int64_t kShortRow = 16, kShortRows = 512;  // elements; of several rows, on the stack

/// Many short rows: their exponentials are taken together.
void shortRows(const float* x, float* y, int64_t n, int64_t rows, bool log) {
  float e[kShortRows];
  const int64_t size = rows * n;
  for (int64_t r = 0; r < size; r += n) {
    float most = x[r];
    for (int64_t i = 1; i < n; ++i) most = x[r + i] > most ? x[r + i] : most;
    for (int64_t i = 0; i < n; ++i) y[r + i] = x[r + i] - most;
  }
  expSum(y, e, size, 0);
  for (int64_t r = 0; r < size; r += n) {
    double sum = 0;
    for (int64_t i = 0; i < n; ++i) sum += double(e[r + i]);
    const float factor = float(1 / sum), shift = log ? float(std::log(sum)) : 0;
    for (int64_t i = 0; i < n; ++i) y[r + i] = log ? y[r + i] - shift : e[r + i] * factor;
  }
}

}  // namespace

void softmax(const float* x, float* y, int64_t n, bool log, int64_t begin, int64_t end) {
  if (n == 0) return;
  if (n < kShortRow) {
    for (int64_t r; begin < end; begin += r) {
      r = std::min(end - begin, kShortRows / n);
      shortRows(x + begin * n, y + begin * n, n, r, log);
    }
    return;
  }
  for (int64_t r = begin; r < end; ++r) {
    const float* in = x + r * n;
    float* out = y + r * n;
    const float most = rowMax(in, n);
    if (log) {
      const double sum = expSum(in, nullptr, n, most);
      subtractTwice(in, out, n, most, float(std::log(sum)));
    } else {
      const double sum = expSum(in, out, n, most);
      scaleShift(out, out, n, float(1 / sum), 0.0f);
    }
  }
}

void softmax(const double* x, double* y, int64_t n, bool log, int64_t begin, int64_t end) {
  if (n == 0) return;
  for (int64_t r = begin; r < end; ++r) {
    const double* in = x + r * n;
    double* out = y + r * n;
    double most = in[0], sum = 0;
    for (int64_t i = 1; i < n; ++i) most = in[i] > most ? in[i] : most;
    if (log) {
      for (int64_t i = 0; i < n; ++i) sum += std::exp(in[i] - most);
      const double l = std::log(sum);
      for (int64_t i = 0; i < n; ++i) out[i] = in[i] - most - l;
    } else {
      for (int64_t i = 0; i < n; ++i) sum += out[i] = std::exp(in[i] - most);
      for (int64_t i = 0; i < n; ++i) out[i] /= sum;
    }
  }
}

}  // namespace smw::kernels
