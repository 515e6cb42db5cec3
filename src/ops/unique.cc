// Unique, UniqueV2, UniqueWithCounts, UniqueWithCountsV2.
#include <cstring>
#include <functional>
#include <unordered_map>

#include "ops/dispatch.h"
#include "ops/families.h"
#include "ops/move.h"

namespace smw {
namespace {

/// A value that compares as TensorFlow compares elements: numbers by value (0 == -0, NaN equals
/// nothing), others by their bits.
template <typename T>
struct Key {
  static auto of(const T& v) {
    if constexpr (std::is_same_v<T, half> || std::is_same_v<T, bfloat16>)
      return float(v);
    else if constexpr (std::is_same_v<T, std::string>)
      return std::string_view(v);
    else
      return v;
  }
  using Type = decltype(of(std::declval<T>()));
};

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

template <typename T>
Groups groupScalars(const T* x, int64_t n) {
  Groups g;
  std::unordered_map<typename Key<T>::Type, int64_t> seen;
  seen.reserve(size_t(n));
  g.group.reserve(size_t(n));
  for (int64_t i = 0; i < n; ++i) {
    const auto [it, isNew] = seen.try_emplace(Key<T>::of(x[i]), int64_t(g.first.size()));
    if (isNew) g.first.push_back(i);
    g.group.push_back(it->second);
  }
  return g;
}

template <typename T>
Groups groupSlices(const T* x, const UniqueSizes& u) {
  const auto each = [&](int64_t i, auto&& f) {
    for (int64_t o = 0; o < u.outer; ++o)
      for (int64_t k = 0; k < u.inner; ++k)
        if (!f(Key<T>::of(x[(o * u.n + i) * u.inner + k]), o * u.n * u.inner + k)) return false;
    return true;
  };
  Groups g;
  std::unordered_multimap<size_t, int64_t> seen;
  for (int64_t i = 0; i < u.n; ++i) {
    size_t hash = 0;
    each(i, [&](const auto& v, int64_t) {
      hash = hash * 0x9E3779B97F4A7C15u + std::hash<typename Key<T>::Type>()(v);
      return true;
    });
    int64_t found = -1;
    const auto [begin, end] = seen.equal_range(hash);
    for (auto it = begin; it != end && found < 0; ++it) {
      const int64_t at = g.first[size_t(it->second)] * u.inner;
      if (each(i, [&](const auto& v, int64_t rest) { return v == Key<T>::of(x[at + rest]); }))
        found = it->second;
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
  return dispatch<bool, float, double, half, bfloat16, int8_t, int16_t, int32_t, int64_t, uint8_t,
                  uint16_t, uint32_t, uint64_t, std::string>(r, r.dtype(0), [&]<typename T>() {
    return r.tensorKernel([counts, out](Step& s) -> Status {
      const Tensor x = s.input(0);
      const UniqueSizes u = SMW_TRY(uniqueSizes(x, s.numInputs() > 1 ? &s.input(1) : nullptr));
      const T* p = x.data<T>();
      const Groups g = u.outer == 1 && u.inner == 1 ? groupScalars(p, u.n) : groupSlices(p, u);
      const int64_t m = int64_t(g.first.size());
      Dims dims(x.shape().dims());
      dims[size_t(u.axis)] = m;
      Tensor* y = SMW_TRY(s.allocate(0, x.dtype(), SMW_TRY(Shape::make(dims))));
      for (int64_t o = 0; o < u.outer; ++o)
        for (int64_t i = 0; i < m; ++i)
          std::copy_n(p + (o * u.n + g.first[size_t(i)]) * u.inner, u.inner,
                      y->data<T>() + (o * m + i) * u.inner);
      SMW_TRY(writeInts(s, 1, out, g.group));
      if (!counts) return {};
      std::vector<int64_t> count(size_t(m), 0);
      for (int64_t i : g.group) ++count[size_t(i)];
      return writeInts(s, 2, out, count);
    });
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
