// Sorting in a tenth of std::sort's code: most of what is sorted here are short lists, once.
#pragma once

#include <cstddef>
#include <utility>

namespace smw {

/// Sorts v, anything with size(), and [], in place by a heap. `before` is a strict order; equal
/// elements come out in any order.
template <typename V, typename Before>
[[gnu::noinline]] void sortBy(V&& v, Before before) {
  size_t end = v.size();
  for (size_t start = end / 2; end > 1;) {
    if (start > 0)
      --start;
    else
      std::swap(v[0], v[--end]);
    for (size_t root = start, child; (child = 2 * root + 1) < end; root = child) {
      if (child + 1 < end && before(v[child], v[child + 1])) ++child;
      if (!before(v[root], v[child])) break;
      std::swap(v[root], v[child]);
    }
  }
}
template <typename V>
void sort(V& v) {
  sortBy(v, [](const auto& a, const auto& b) { return a < b; });
}

}  // namespace smw
