#include "kernels/reduce.h"

#include "kernels/cast.h"

namespace smw::kernels {
namespace {

/// Walks the index space of some dimensions, outermost first, and tells the element offset.
struct Walk {
  const ReducePlan::Dims& d;
  int64_t index[kMaxReduceRank];
  int64_t offset = 0;
  Walk(const ReducePlan::Dims& dims, int64_t at) : d(dims) {
    for (int i = d.rank - 1; i >= 0; --i) {
      index[i] = at % d.dims[i];
      at /= d.dims[i];
      offset += index[i] * d.strides[i];
    }
  }
  void next() {
    for (int i = d.rank - 1; i >= 0; --i) {
      offset += d.strides[i];
      if (++index[i] < d.dims[i]) return;
      offset -= d.strides[i] * d.dims[i];
      index[i] = 0;
    }
  }
};

void append(ReducePlan::Dims& d, int64_t dim, int64_t stride) {
  d.dims[d.rank] = dim;
  d.strides[d.rank++] = stride;
  d.total *= dim;
}

}  // namespace

bool planReduce(std::span<const int64_t> dims, std::span<const bool> isReduced, ReducePlan& plan) {
  plan = {};
  // Merge neighbours of one kind, from the innermost out; dimensions of one element count as
  // either.
  struct Part {
    int64_t dim, stride;
    bool reduced;
  } parts[kMaxReduceRank + 1];
  int n = 0;
  int64_t stride = 1;
  for (size_t k = dims.size(); k-- > 0;) {
    const int64_t dim = dims[k];
    if (dim != 1) {
      if (n && parts[n - 1].reduced == isReduced[k]) {
        parts[n - 1].dim *= dim;
      } else {
        if (n == kMaxReduceRank) return false;
        parts[n++] = {dim, stride, bool(isReduced[k])};
      }
    }
    stride *= dim;
  }
  int first = 0;
  if (n) (parts[0].reduced ? plan.run : plan.inner) = parts[0].dim, first = 1;
  for (int i = n - 1; i >= first; --i)
    append(parts[i].reduced ? plan.reduced : plan.kept, parts[i].dim, parts[i].stride);
  return true;
}

ReduceKernel reduceKernel(ReduceOp op, Elem e) {
  ReduceKernel k{.loops = {}, .elem = e};
  if ((op == ReduceOp::kAll || op == ReduceOp::kAny) != (e == Elem::kBool)) return k;
  const Elem w = e == Elem::kBool ? e : wide(e);
  k.loops = w == Elem::kF32 ? reduceLoopsF32(op) : reduceLoopsOther(op, w);
  return k;
}

void runReduce(const ReduceKernel& k, const ReducePlan& p, const void* x, void* out, int64_t begin,
               int64_t end) {
  const ReduceLoops& l = k.loops;
  const size_t size = elemSize(k.elem);
  const std::byte* from = static_cast<const std::byte*>(x);
  std::byte* to = static_cast<std::byte*>(out) + size_t(begin) * size;
  const bool widens = k.elem != l.in, narrows = k.elem != l.out, nothing = p.count() == 0;
  Block acc, wideIn, result;

  // So many outputs of one row of the kept dimensions at a time: columns of `inner`, or one.
  while (begin < end) {
    const int64_t column = begin % p.inner;
    int64_t n = p.inner - column;
    if (n > end - begin) n = end - begin;
    if (n > kBlock) n = kBlock;
    l.init(acc.bytes, n);
    if (!nothing) {
      const Walk kept(p.kept, begin / p.inner);
      // Rows that need no conversion are reduced with those that follow at the same distance.
      ReducePlan::Dims walked = p.reduced;
      int64_t count = 1, stride = 0;
      if (p.run == 1 && !widens && walked.rank > 0) {
        --walked.rank;
        count = walked.dims[walked.rank];
        stride = walked.strides[walked.rank];
      }
      Walk reduced(walked, 0);
      for (int64_t r = 0; r < p.reduced.total; r += count, reduced.next()) {
        const std::byte* at = from + size_t(kept.offset + column + reduced.offset) * size;
        if (p.run == 1) {
          if (widens) cast(k.elem, at, l.in, wideIn.bytes, n);
          l.rows(acc.bytes, widens ? wideIn.bytes : at, n, count, stride);
        } else if (!widens) {
          l.run(acc.bytes, at, p.run);
        } else {
          for (int64_t i = 0; i < p.run; i += kBlock) {
            const int64_t m = p.run - i < kBlock ? p.run - i : kBlock;
            cast(k.elem, at + size_t(i) * size, l.in, wideIn.bytes, m);
            l.run(acc.bytes, wideIn.bytes, m);
          }
        }
      }
    }
    l.finish(acc.bytes, narrows ? result.bytes : to, n, p.count(), k.elem);
    if (narrows) cast(l.out, result.bytes, k.elem, to, n);
    to += size_t(n) * size;
    begin += n;
  }
}

}  // namespace smw::kernels
