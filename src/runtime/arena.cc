#include "runtime/arena.h"

#include <algorithm>
#include <numeric>

#include "base/sort.h"
#include "tensor/buffer.h"

namespace smw {

int64_t layOut(std::vector<Lifetime>& lifetimes) {
  // Vector kernels may read 16 bytes past a value's end, so a value is never laid at the very end.
  const auto padded = [](int64_t bytes) {
    return (bytes + 16 + int64_t(kBufferAlign) - 1) / int64_t(kBufferAlign) * int64_t(kBufferAlign);
  };
  std::vector<size_t> bySize(lifetimes.size());
  std::iota(bySize.begin(), bySize.end(), size_t(0));
  sortBy(bySize, [&](size_t a, size_t b) {
    return lifetimes[a].bytes != lifetimes[b].bytes ? lifetimes[a].bytes > lifetimes[b].bytes
                                                    : a < b;
  });
  std::vector<size_t> placed;  // by offset
  int64_t total = 0;
  for (size_t i : bySize) {
    Lifetime& l = lifetimes[i];
    const int64_t need = padded(l.bytes);
    int64_t at = 0, best = -1, bestGap = INT64_MAX;
    for (size_t k : placed) {
      const Lifetime& p = lifetimes[k];
      if (p.end < l.begin || l.end < p.begin) continue;
      if (const int64_t gap = p.offset - at; gap >= need && gap < bestGap) {
        best = at;
        bestGap = gap;
      }
      at = std::max(at, p.offset + padded(p.bytes));
    }
    l.offset = best >= 0 ? best : at;
    total = std::max(total, l.offset + need);
    const auto where = std::ranges::upper_bound(placed, l.offset, {},
                                                [&](size_t k) { return lifetimes[k].offset; });
    placed.insert(where, i);
  }
  return total;
}

}  // namespace smw
