// TopKV2; TopK, which TensorFlow no longer runs.
#include <algorithm>
#include <cmath>
#include <numeric>

#include "ops/dispatch.h"
#include "ops/families.h"

namespace smw {
namespace {

/// Larger values first, NaN before all, equal ones by index.
template <typename T>
bool before(const T* row, int64_t a, int64_t b) {
  if constexpr (!std::is_integral_v<T>) {
    const bool na = std::isnan(float(row[a])), nb = std::isnan(float(row[b]));
    if (na || nb) return na == nb ? a < b : na;
  }
  if (row[a] > row[b]) return true;
  if (row[a] < row[b]) return false;
  return a < b;
}

template <typename T, typename I>
void topKRow(const T* row, int64_t n, int64_t k, std::vector<int64_t>& order, T* values,
             I* indices) {
  if (k == 1) {
    int64_t best = 0;
    for (int64_t i = 1; i < n; ++i)
      if (row[i] > row[best]) best = i;
    order[0] = best;
  } else {
    std::iota(order.begin(), order.end(), int64_t(0));
    const auto less = [row](int64_t a, int64_t b) { return before(row, a, b); };
    if (k < n) std::nth_element(order.begin(), order.begin() + (k - 1), order.end(), less);
    std::sort(order.begin(), order.begin() + k, less);
  }
  for (int64_t i = 0; i < k; ++i) {
    values[i] = row[order[size_t(i)]];
    indices[i] = I(order[size_t(i)]);
  }
}

/// input: numbers (..., n), k: scalar -> values and indices (..., k), sorted downwards.
Status resolveTopKV2(Resolver& r) {
  SMW_TRY(r.requireScalar(1, "k"));
  const int64_t k = SMW_TRY(r.integer(1));
  if (k < 0) return invalidArgument(cat("Need k >= 0, got ", k));
  const Shape& in = r.shape(0);
  if (in.rank() < 1) return invalidArgument(cat("input must be >= 1-D, got shape ", in.toString()));
  const int64_t n = in.back();
  if (n < k)
    return invalidArgument(cat("input must have at least k columns. Had ", n, ", needed ", k));
  Dims dims(in.dims());
  dims.back() = k;
  const Shape out = SMW_TRY(Shape::make(dims));
  const int64_t rows = in.product(0, in.rank() - 1);
  const DType index = r.attrOr("index_type", DType::kInt32);
  r.addOutput(r.dtype(0), out);
  r.addOutput(index, out);
  return dispatch<float, double, half, bfloat16, int8_t, int16_t, int32_t, int64_t, uint8_t,
                  uint16_t, uint32_t, uint64_t>(r, r.dtype(0), [&]<typename T>() {
    return dispatch<int32_t, int64_t, int16_t>(r, index, [&]<typename I>() {
      return r.kernel([rows, n, k](const Args& a) {
        if (k == 0 || rows == 0) return;
        std::vector<int64_t> order(size_t(k == 1 ? 1 : n));
        for (int64_t i = 0; i < rows; ++i)
          topKRow(a.in<T>(0) + i * n, n, k, order, a.out<T>(0) + i * k, a.out<I>(1) + i * k);
      });
    });
  });
}

/// TensorFlow registers kernels under a type attribute that TopK has not: every call fails there.
Status resolveTopK(Resolver&) {
  return invalidArgument("TopK is deprecated and has no kernel any more; use TopKV2");
}

constexpr OpDef kOps[] = {
    {"TopK", "input -> values, indices", resolveTopK},
    {"TopKV2", "input, k -> values, indices", resolveTopKV2},
};

}  // namespace

std::span<const OpDef> topKOps() { return kOps; }

}  // namespace smw
