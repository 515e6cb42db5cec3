// Unique, UniqueV2, UniqueWithCounts, UniqueWithCountsV2.
#include <functional>
#include <string_view>
#include <unordered_map>

#include "ops/element_keys.h"
#include "ops/families.h"
#include "ops/move.h"

namespace smw {
namespace {

/// x is (outer, n, inner); entry i is x[:, i, :].
struct UniqueSizes {
  int64_t outer = 1, n = 0, inner = 1;
  int axis = 0;
};

Result<UniqueSizes> uniqueSizes(const Tensor& x, const Tensor* axis) {
  const Shape& s = x.shape();
  if (!axis || axis->numElements() == 0) {
    if (s.rank() != 1) return invalidArgument("unique expects a 1D vector.");
    return UniqueSizes{1, s.numElements(), 1, 0};
  }
  if (axis->shape().rank() > 1) return invalidArgument("axis expects a 1D vector.");
  if (axis->numElements() > 1)
    return invalidArgument("axis does not support input tensors larger than 1 elements");
  const int64_t given = SMW_TRY(axis->toInts())[0];
  const int a = SMW_TRY(s.axis(given));
  return UniqueSizes{s.product(0, a), s[a], s.product(a + 1, s.rank()), a};
}

/// Where each entry first occurs, and to which of those every entry belongs.
struct Groups {
  std::vector<int64_t> first, group;
};

template <typename K>
Groups groupScalars(const K* x, int64_t n) {
  Groups g;
  std::unordered_map<K, int64_t> seen;
  seen.reserve(size_t(n));
  g.group.reserve(size_t(n));
  for (int64_t i = 0; i < n; ++i) {
    const auto [it, isNew] = seen.try_emplace(x[i], int64_t(g.first.size()));
    if (isNew) g.first.push_back(i);
    g.group.push_back(it->second);
  }
  return g;
}

template <typename K>
Groups groupSlices(const K* x, const UniqueSizes& u) {
  const auto each = [&](int64_t i, auto&& f) {
    for (int64_t o = 0; o < u.outer; ++o)
      for (int64_t k = 0; k < u.inner; ++k)
        if (!f(x[(o * u.n + i) * u.inner + k], o * u.n * u.inner + k)) return false;
    return true;
  };
  Groups g;
  std::unordered_multimap<size_t, int64_t> seen;
  for (int64_t i = 0; i < u.n; ++i) {
    size_t hash = 0;
    each(i, [&](const K& v, int64_t) {
      hash = hash * size_t(0x9E3779B97F4A7C15u) + std::hash<K>()(v);
      return true;
    });
    int64_t found = -1;
    const auto [begin, end] = seen.equal_range(hash);
    for (auto it = begin; it != end && found < 0; ++it) {
      const int64_t at = g.first[size_t(it->second)] * u.inner;
      if (each(i, [&](const K& v, int64_t rest) { return v == x[at + rest]; })) found = it->second;
    }
    if (found < 0) {
      found = int64_t(g.first.size());
      seen.emplace(hash, found);
      g.first.push_back(i);
    }
    g.group.push_back(found);
  }
  return g;
}

template <typename K>
Groups group(const K* x, const UniqueSizes& u) {
  return u.outer == 1 && u.inner == 1 ? groupScalars(x, u.n) : groupSlices(x, u);
}

Groups groupTensor(const Tensor& x, const UniqueSizes& u) {
  if (x.dtype() == DType::kString) {
    const auto all = x.span<std::string>();
    const std::vector<std::string_view> views(all.begin(), all.end());
    return group(views.data(), u);
  }
  std::vector<uint64_t> keys(size_t(x.numElements()), 0);
  equalityKeys(x.dtype(), x.raw(), x.numElements(), keys.data());
  return group(keys.data(), u);
}

Status writeInts(Step& s, int output, DType t, std::span<const int64_t> values) {
  Tensor* out = SMW_TRY(s.allocate(output, t, Shape({int64_t(values.size())})));
  for (size_t i = 0; i < values.size(); ++i)
    if (t == DType::kInt64)
      out->data<int64_t>()[i] = values[i];
    else
      out->data<int32_t>()[i] = int32_t(values[i]);
  return {};
}

/// x: vector, or any with axis: vector of at most one axis -> y: the distinct entries in order of
/// first occurrence, idx: which of them each entry is, count: how often each occurs.
Status resolveUnique(Resolver& r) {
  const bool counts = r.numOutputs() == 3;
  const DType out = r.attrOr("out_idx", DType::kInt32);
  if (out != DType::kInt32 && out != DType::kInt64) return r.unsupportedDType(out);
  if (r.dtype(0) != DType::kString) SMW_TRY(requireKeys(r, r.dtype(0)));
  return r.tensorKernel([counts, out](Step& s) -> Status {
    const Tensor x = s.input(0);
    const UniqueSizes u = SMW_TRY(uniqueSizes(x, s.numInputs() > 1 ? &s.input(1) : nullptr));
    const Groups g = groupTensor(x, u);
    const int64_t m = int64_t(g.first.size());
    Dims dims(x.shape().dims());
    dims[size_t(u.axis)] = m;
    const DType t = x.dtype();
    Tensor* y = SMW_TRY(s.allocate(0, t, SMW_TRY(Shape::make(dims))));
    for (int64_t o = 0; o < u.outer; ++o)
      for (int64_t i = 0; i < m; ++i)
        copyElements(t, elementAt(t, y->raw(), (o * m + i) * u.inner),
                     elementAt(t, x.raw(), (o * u.n + g.first[size_t(i)]) * u.inner), u.inner);
    SMW_TRY(writeInts(s, 1, out, g.group));
    if (!counts) return {};
    std::vector<int64_t> count(size_t(m), 0);
    for (int64_t i : g.group) ++count[size_t(i)];
    return writeInts(s, 2, out, count);
  });
}

constexpr OpDef kOps[] = {
    {"Unique", "x -> y, idx", resolveUnique},
    {"UniqueV2", "x, axis -> y, idx", resolveUnique},
    {"UniqueWithCounts", "x -> y, idx, count", resolveUnique},
    {"UniqueWithCountsV2", "x, axis -> y, idx, count", resolveUnique},
};

}  // namespace

std::span<const OpDef> uniqueOps() { return kOps; }

}  // namespace smw
