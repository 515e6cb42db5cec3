#include "kernels/broadcast.h"

#include <cstring>

#include "kernels/elem.h"

namespace smw::kernels {
namespace {

constexpr int64_t kShortInner = 32;

/// Position in the output, counted in dims, with each operand's element offset at the row's start.
struct Cursor {
  const BroadcastPlan& plan;
  int64_t index[kMaxBroadcastRank];
  int64_t offset[kMaxOperands] = {};  // of index with its last entry taken as 0

  Cursor(const BroadcastPlan& p, int64_t at) : plan(p) {
    for (int d = p.rank - 1; d >= 0; --d) index[d] = at % p.dims[d], at /= p.dims[d];
    for (int k = 0; k < p.operands; ++k)
      for (int d = 0; d + 1 < p.rank; ++d) offset[k] += index[d] * p.strides[k][d];
  }
  int64_t inRow() const { return index[plan.rank - 1]; }
  int64_t leftInRow() const { return plan.dims[plan.rank - 1] - inRow(); }
  void advance(int64_t n) {  // n <= leftInRow()
    if ((index[plan.rank - 1] += n) < plan.dims[plan.rank - 1]) return;
    index[plan.rank - 1] = 0;
    for (int d = plan.rank - 2; d >= 0; --d) {
      for (int k = 0; k < plan.operands; ++k) offset[k] += plan.strides[k][d];
      if (++index[d] < plan.dims[d]) return;
      for (int k = 0; k < plan.operands; ++k) offset[k] -= plan.strides[k][d] * plan.dims[d];
      index[d] = 0;
    }
  }
  int64_t at(int k) const { return offset[k] + inRow() * plan.strides[k][plan.rank - 1]; }
};

template <typename T>
void gatherRun(std::byte* to, const std::byte* from, int64_t step, int64_t n) {
  T* t = reinterpret_cast<T*>(to);
  for (int64_t i = 0; i < n; ++i)
    std::memcpy(t + i, from + size_t(i * step) * sizeof(T), sizeof(T));
}
void gather(std::byte* to, const std::byte* from, size_t size, int64_t step, int64_t n) {
  struct Wide {
    uint64_t v[2];
  };
  switch (size) {
    case 1:
      return gatherRun<uint8_t>(to, from, step, n);
    case 2:
      return gatherRun<uint16_t>(to, from, step, n);
    case 4:
      return gatherRun<uint32_t>(to, from, step, n);
    case 8:
      return gatherRun<uint64_t>(to, from, step, n);
    default:
      return gatherRun<Wide>(to, from, step, n);
  }
}
bool canGather(size_t size) { return size <= 16 && (size & (size - 1)) == 0; }

/// True where operand k lies in memory just as the output does.
bool isFlat(const BroadcastPlan& p, int k) {
  int64_t stride = 1;
  for (int d = p.rank - 1; d >= 0; --d) {
    if (p.strides[k][d] != stride) return false;
    stride *= p.dims[d];
  }
  return true;
}

/// True where operand k is one row, repeated for all rows of the output.
bool isRepeated(const BroadcastPlan& p, int k) {
  for (int d = 0; d + 1 < p.rank; ++d)
    if (p.strides[k][d] != 0) return false;
  return true;
}

}  // namespace

bool planBroadcast(std::span<const int64_t> out, std::span<const std::span<const int64_t>> operands,
                   BroadcastPlan& p) {
  p = {};
  p.operands = int(operands.size());
  p.total = 1;
  int64_t next[kMaxOperands];  // elements in the dimensions further in
  for (int64_t& n : next) n = 1;
  // From the innermost dimension out, into reversed arrays.
  for (size_t d = 0; d < out.size(); ++d) {
    const int64_t dim = out[out.size() - 1 - d];
    p.total *= dim;
    if (dim == 1) continue;
    int64_t stride[kMaxOperands] = {};
    for (int k = 0; k < p.operands; ++k) {
      const auto shape = operands[size_t(k)];
      const int64_t own = d < shape.size() ? shape[shape.size() - 1 - d] : 1;
      stride[k] = own == 1 ? 0 : next[k];
      next[k] *= own;
    }
    bool merges = p.rank > 0;
    for (int k = 0; merges && k < p.operands; ++k)
      merges = stride[k] == p.strides[k][p.rank - 1] * p.dims[p.rank - 1];
    if (merges) {
      p.dims[p.rank - 1] *= dim;
      continue;
    }
    if (p.rank == kMaxBroadcastRank) return false;
    p.dims[p.rank] = dim;
    for (int k = 0; k < p.operands; ++k) p.strides[k][p.rank] = stride[k];
    ++p.rank;
  }
  if (p.rank == 0) {  // one element
    p.rank = 1;
    p.dims[0] = 1;
  }
  for (int d = 0; d < p.rank / 2; ++d) {
    std::swap(p.dims[d], p.dims[p.rank - 1 - d]);
    for (int k = 0; k < p.operands; ++k) std::swap(p.strides[k][d], p.strides[k][p.rank - 1 - d]);
  }
  return true;
}

bool broadcastRuns(const BroadcastPlan& p, const void* const* in, const size_t* sizes, void* out,
                   size_t outSize, int64_t begin, int64_t end, RunFn run, const void* context) {
  if (begin >= end) return true;
  const std::byte* base[kMaxOperands] = {};
  for (int k = 0; k < p.operands; ++k) base[k] = static_cast<const std::byte*>(in[k]);
  std::byte* to = static_cast<std::byte*>(out) + size_t(begin) * outSize;
  const int last = p.rank - 1;
  // Blocks of whole rows need what is repeated only once.
  const int64_t inner = p.dims[last];
  bool repeats = inner <= kBlock / 2, gathers = last > 0;
  for (int k = 0; k < p.operands; ++k) {
    repeats = repeats && (isFlat(p, k) || isRepeated(p, k));
    gathers = gathers && canGather(sizes[k]);
  }
  gathers = gathers && (repeats || inner < kShortInner);

  const void* at[kMaxOperands];
  int step[kMaxOperands];
  if (last == 0) {  // no rows to be counted
    for (int k = 0; k < p.operands; ++k) {
      step[k] = int(p.strides[k][0]);
      at[k] = base[k] + size_t(begin * p.strides[k][0]) * sizes[k];
    }
    return run(context, at, step, to, end - begin);
  }
  bool ok = true;
  Cursor c(p, begin);
  if (!gathers) {
    for (int k = 0; k < p.operands; ++k) step[k] = int(p.strides[k][last]);
    while (begin < end) {
      const int64_t left = c.leftInRow(), n = left < end - begin ? left : end - begin;
      for (int k = 0; k < p.operands; ++k) at[k] = base[k] + size_t(c.at(k)) * sizes[k];
      ok &= run(context, at, step, to, n);
      to += size_t(n) * outSize;
      begin += n;
      c.advance(n);
    }
    return ok;
  }

  Block blocks[kMaxOperands];
  bool flat[kMaxOperands];
  for (int k = 0; k < p.operands; ++k) flat[k] = isFlat(p, k), step[k] = 1;
  const int64_t most = repeats ? kBlock / inner * inner : kBlock;
  bool filled = false;
  while (begin < end) {
    const int64_t m = end - begin < most ? end - begin : most;
    for (int k = 0; k < p.operands; ++k)
      at[k] = flat[k] ? base[k] + size_t(begin) * sizes[k] : blocks[k].bytes;
    for (int64_t done = 0; done < m && !filled;) {
      const int64_t left = c.leftInRow(), n = left < m - done ? left : m - done;
      for (int k = 0; k < p.operands; ++k)
        if (!flat[k])
          gather(blocks[k].bytes + size_t(done) * sizes[k], base[k] + size_t(c.at(k)) * sizes[k],
                 sizes[k], p.strides[k][last], n);
      done += n;
      c.advance(n);
    }
    filled = repeats;
    ok &= run(context, at, step, to, m);
    to += size_t(m) * outSize;
    begin += m;
  }
  return ok;
}

}  // namespace smw::kernels
