// TopKV2; TopK, which TensorFlow no longer runs.
#include <algorithm>

#include "base/sort.h"
#include "ops/element_keys.h"
#include "ops/families.h"
#include "ops/move.h"

namespace smw {
namespace {

struct Entry {
  uint64_t key;
  int64_t index;
};

/// Puts the k largest entries first, sorted downwards, equal ones by index, NaN before all.
void sortTop(std::vector<Entry>& row, int64_t k) {
  const auto before = [](const Entry& a, const Entry& b) {
    return a.key != b.key ? a.key > b.key : a.index < b.index;
  };
  if (k < int64_t(row.size()))
    std::nth_element(row.begin(), row.begin() + (k - 1), row.end(), before);
  sortBy(std::span(row).first(size_t(k)), before);
}

/// The largest entry alone is found by comparing, which NaN never wins and never loses.
void findLargest(std::vector<Entry>& row, bool mayBeNaN) {
  const auto isNaN = [&](const Entry& e) { return mayBeNaN && e.key == kNaNKey; };
  size_t best = 0;
  for (size_t i = 1; i < row.size(); ++i)
    if (!isNaN(row[i]) && !isNaN(row[best]) && row[i].key > row[best].key) best = i;
  row[0] = row[best];
}

void setInt(DType t, void* p, int64_t i, int64_t v) {
  if (t == DType::kInt64)
    static_cast<int64_t*>(p)[i] = v;
  else if (t == DType::kInt32)
    static_cast<int32_t*>(p)[i] = int32_t(v);
  else
    static_cast<int16_t*>(p)[i] = int16_t(v);
}

/// input: numbers (..., n), k: scalar -> values and indices (..., k), sorted downwards.
Status resolveTopKV2(Resolver& r) {
  SMW_TRY(r.requireScalar(1, "k"));
  const int64_t k = SMW_TRY(r.integer(1));
  if (k < 0) return invalidArgument("Need k >= 0, got ", k);
  const Shape& in = r.shape(0);
  if (in.rank() < 1) return invalidArgument("input must be >= 1-D, got shape ", in);
  const int64_t n = in.back();
  if (n < k) return invalidArgument("input must have at least k columns. Had ", n, ", needed ", k);
  Dims dims(in.dims());
  dims.back() = k;
  const Shape out = SMW_TRY(Shape::make(dims));
  const int64_t rows = in.product(0, in.rank() - 1);
  const DType t = r.dtype(0), index = r.attrOr("index_type", DType::kInt32);
  SMW_TRY(requireKeys(r, t));
  if (index != DType::kInt16 && index != DType::kInt32 && index != DType::kInt64)
    return r.unsupportedDType(index);
  r.addOutput(t, out);
  r.addOutput(index, out);
  return r.kernel([=](const Args& a) {
    if (k == 0 || rows == 0) return;
    std::vector<uint64_t> keys(size_t(n), 0);
    std::vector<Entry> row(size_t(n), Entry{});
    for (int64_t i = 0; i < rows; ++i) {
      const void* from = elementAt(t, a.inputs[0], i * n);
      orderKeys(t, from, n, keys.data());
      for (int64_t j = 0; j < n; ++j) row[size_t(j)] = {keys[size_t(j)], j};
      k == 1 ? findLargest(row, isFloating(t)) : sortTop(row, k);
      for (int64_t j = 0; j < k; ++j) {
        const int64_t at = row[size_t(j)].index;
        copyElements(t, elementAt(t, a.outputs[0], i * k + j), elementAt(t, from, at), 1);
        setInt(index, a.outputs[1], i * k + j, at);
      }
    }
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
