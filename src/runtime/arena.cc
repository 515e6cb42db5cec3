#include "runtime/arena.h"

#include <algorithm>

#include "base/sort.h"
#include "tensor/buffer.h"

namespace smw {

namespace {

/// Parts are left out.
int64_t placeAll(std::vector<Lifetime>& lifetimes) {
  // Vector kernels may read 16 bytes past a value's end, so a value is never laid at the very end.
  const auto padded = [](int64_t bytes) {
    return (bytes + 16 + int64_t(kBufferAlign) - 1) / int64_t(kBufferAlign) * int64_t(kBufferAlign);
  };
  std::vector<size_t> bySize;
  for (size_t i = 0; i < lifetimes.size(); ++i)
    if (!lifetimes[i].isPart()) bySize.push_back(i);
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

}  // namespace

int64_t layOut(std::vector<Lifetime>& lifetimes) {
  bool joined = false;
  for (size_t i = lifetimes.size(); i-- > 0;) {
    Lifetime& l = lifetimes[i];
    if (l.whole < 0) continue;
    const Lifetime& whole = lifetimes[size_t(l.whole)];
    if (whole.heapSlot < 0) {
      joined = true;
      continue;
    }
    l.heapSlot = whole.heapSlot;
    l.at += whole.at;
    l.whole = -1;
  }
  for (Lifetime& l : lifetimes)
    if (l.heapSlot >= 0) l.offset = l.at;
  if (!joined) return placeAll(lifetimes);

  std::vector<Lifetime> apart = lifetimes;
  for (Lifetime& l : apart) l.whole = -1;
  for (const Lifetime& l : lifetimes) {
    if (l.whole < 0) continue;
    Lifetime& whole = lifetimes[size_t(l.whole)];
    whole.begin = std::min(whole.begin, l.begin);
    whole.end = std::max(whole.end, l.end);
  }
  const int64_t bytesApart = placeAll(apart), bytes = placeAll(lifetimes);
  if (bytesApart < bytes) {
    lifetimes = std::move(apart);
    return bytesApart;
  }
  for (size_t i = lifetimes.size(); i-- > 0;)
    if (Lifetime& l = lifetimes[i]; l.whole >= 0)
      l.offset = lifetimes[size_t(l.whole)].offset + l.at;
  return bytes;
}

}  // namespace smw
