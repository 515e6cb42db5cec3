#include "kernels/argmax.h"

#include <limits>

#include "kernels/cast.h"

namespace smw::kernels {
namespace {

/// Into `best` and `index` go the elements of one row, whose index is `at`; the sign turns min into
/// max.
template <typename T>
void rows(bool max, const T* x, T* best, int64_t* index, int64_t at, int64_t n) {
  for (int64_t i = 0; i < n; ++i)
    if (max ? x[i] > best[i] : x[i] < best[i]) best[i] = x[i], index[i] = at;
}
/// n elements of one line, the first of which has the index `at`.
template <typename T>
void line(bool max, const T* x, T& best, int64_t& index, int64_t at, int64_t n) {
  for (int64_t i = 0; i < n; ++i)
    if (max ? x[i] > best : x[i] < best) best = x[i], index = at + i;
}

template <typename T>
void search(bool max, Elem e, Elem wideElem, const void* x, int64_t* out, int64_t n, int64_t inner,
            int64_t begin, int64_t end) {
  using Limits = std::numeric_limits<T>;
  const size_t size = elemSize(e);
  const std::byte* from = static_cast<const std::byte*>(x);
  alignas(16) T wide[kBlock], best[kBlock];
  const auto widened = [&](const std::byte* p, int64_t m) {
    if (e == wideElem) return reinterpret_cast<const T*>(p);
    cast(e, p, wideElem, wide, m);
    return static_cast<const T*>(wide);
  };
  if (inner == 1) {
    for (const std::byte* row = from + size_t(begin * n) * size; begin < end; ++begin, ++out) {
      T most = max ? Limits::lowest() : Limits::max();
      *out = 0;
      for (int64_t i = 0, m; i < n; i += m, row += size_t(m) * size) {
        m = n - i < kBlock ? n - i : kBlock;
        line(max, widened(row, m), most, *out, i, m);
      }
    }
    return;
  }
  for (int64_t m; begin < end; begin += m, out += m) {
    const int64_t row = begin / inner, column = begin % inner;
    m = inner - column < end - begin ? inner - column : end - begin;
    if (m > kBlock) m = kBlock;
    int64_t* index = out;
    for (int64_t i = 0; i < m; ++i) best[i] = max ? Limits::lowest() : Limits::max(), index[i] = 0;
    const std::byte* at = from + size_t(row * n * inner + column) * size;
    for (int64_t i = 0; i < n; ++i)
      rows(max, widened(at + size_t(i * inner) * size, m), best, index, i, m);
  }
}

}  // namespace

bool argExtreme(bool max, Elem e, const void* x, int64_t* out, int64_t n, int64_t inner,
                int64_t begin, int64_t end) {
  const Elem w = wide(e);
  switch (w) {
    case Elem::kF32:
      search<float>(max, e, w, x, out, n, inner, begin, end);
      return true;
    case Elem::kF64:
      search<double>(max, e, w, x, out, n, inner, begin, end);
      return true;
    case Elem::kI64:
      search<int64_t>(max, e, w, x, out, n, inner, begin, end);
      return true;
    case Elem::kU64:
      search<uint64_t>(max, e, w, x, out, n, inner, begin, end);
      return true;
    default:
      return false;
  }
}

}  // namespace smw::kernels
