#include "kernels/nd_copy.h"

#include <algorithm>
#include <cstring>

namespace smw::kernels {

namespace {

/// Bytes of an element at any alignment.
template <int W>
struct Bytes {
  unsigned char b[W];
};

/// Work below so many bytes is not worth another thread.
constexpr int64_t kBytesPerTask = 64 << 10;

template <int W>
void strided(int64_t n, int64_t is, int64_t os, const unsigned char* inp, unsigned char* out) {
  using E = Bytes<W>;
  const E* from = reinterpret_cast<const E*>(inp);
  E* to = reinterpret_cast<E*>(out);
  if (is == 0 && os == 1) {
    const E v = *from;
    for (int64_t i = 0; i < n; ++i) to[i] = v;
  } else if (os == 1) {
    for (int64_t i = 0; i < n; ++i) to[i] = from[i * is];
  } else {
    for (int64_t i = 0; i < n; ++i) to[i * os] = from[i * is];
  }
}

/// The two innermost loops (rows of n elements), strides in elements of W bytes.
template <int W>
void plane(int64_t rows, int64_t rowIn, int64_t rowOut, int64_t n, int64_t is, int64_t os,
           const unsigned char* inp, unsigned char* out) {
  for (int64_t r = 0; r < rows; ++r) {
    const unsigned char* from = inp + r * rowIn * W;
    unsigned char* to = out + r * rowOut * W;
    if (is == 1 && os == 1)
      std::memcpy(to, from, size_t(n) * W);
    else
      strided<W>(n, is, os, from, to);
  }
}

/// All of `d`, whose strides count elements of W bytes.
template <int W>
void walk(std::span<const NdCopy::Dim> d, const unsigned char* inp, unsigned char* out) {
  if (d.empty()) return plane<W>(1, 0, 0, 1, 1, 1, inp, out);
  const NdCopy::Dim& inner = d.back();
  if (d.size() == 1) return plane<W>(1, 0, 0, inner.size, inner.in, inner.out, inp, out);
  if (d.size() == 2)
    return plane<W>(d[0].size, d[0].in, d[0].out, inner.size, inner.in, inner.out, inp, out);
  for (int64_t i = 0; i < d[0].size; ++i)
    walk<W>(d.subspan(1), inp + i * d[0].in * W, out + i * d[0].out * W);
}

template <int W>
void run(Parallel& parallel, std::span<const NdCopy::Dim> d, int64_t elements, const void* inp,
         void* out) {
  const auto* from = static_cast<const unsigned char*>(inp);
  auto* to = static_cast<unsigned char*>(out);
  const int64_t bytes = elements * W;
  constexpr size_t kMost = 16;  // helper threads do not allocate
  if (d.empty() || d.size() > kMost || bytes < 2 * kBytesPerTask || parallel.threads() == 1)
    return walk<W>(d, from, to);
  // The longest of the outer loops is split; a lone dimension is split itself.
  const size_t most = d.size() < 3 || d[0].size >= 8 || d[0].size >= d[1].size ? 0 : 1;
  const int64_t grain =
      std::max<int64_t>(1, kBytesPerTask / std::max<int64_t>(1, bytes / d[most].size));
  parallel.run(d[most].size, grain, [&](int64_t begin, int64_t end) {
    NdCopy::Dim part[kMost];
    std::ranges::copy(d, part);
    part[most].size = end - begin;
    walk<W>(std::span(part, d.size()), from + begin * d[most].in * W, to + begin * d[most].out * W);
  });
}

}  // namespace

NdCopy NdCopy::make(std::span<const Dim> dims, int64_t inOffset, int64_t outOffset) {
  NdCopy c;
  c.inOffset_ = inOffset;
  c.outOffset_ = outOffset;
  for (const Dim& d : dims) {
    c.elements_ *= d.size;
    if (d.size == 1) continue;
    if (!c.dims_.empty()) {
      Dim& last = c.dims_.back();
      if (last.in == d.in * d.size && last.out == d.out * d.size) {
        last = {last.size * d.size, d.in, d.out};
        continue;
      }
    }
    c.dims_.push_back(d);
  }
  return c;
}

void ndCopy(Parallel& parallel, const NdCopy& c, int elementSize, const void* inp, void* out) {
  if (c.elements() == 0) return;
  inp = static_cast<const unsigned char*>(inp) + c.inOffset() * elementSize;
  out = static_cast<unsigned char*>(out) + c.outOffset() * elementSize;
  std::vector<NdCopy::Dim> d(c.dims().begin(), c.dims().end());
  int64_t elements = c.elements();
  // A short contiguous run is one wider element.
  if (d.size() > 1 && d.back().in == 1 && d.back().out == 1) {
    const int64_t run = d.back().size, width = run * elementSize;
    const bool fits = width <= 16 && (width & (width - 1)) == 0 &&
                      std::ranges::all_of(std::span(d).first(d.size() - 1), [&](const auto& x) {
                        return x.in % run == 0 && x.out % run == 0;
                      });
    if (fits) {
      d.pop_back();
      for (auto& x : d) x.in /= run, x.out /= run;
      elements /= run;
      elementSize = int(width);
    }
  }
  switch (elementSize) {
    case 1:
      return run<1>(parallel, d, elements, inp, out);
    case 2:
      return run<2>(parallel, d, elements, inp, out);
    case 4:
      return run<4>(parallel, d, elements, inp, out);
    case 8:
      return run<8>(parallel, d, elements, inp, out);
    case 16:
      return run<16>(parallel, d, elements, inp, out);
  }
}

void fillElements(int elementSize, const void* value, void* out, int64_t n) {
  const auto* v = static_cast<const unsigned char*>(value);
  auto* to = static_cast<unsigned char*>(out);
  if (n <= 0) return;
  if (std::all_of(v, v + elementSize, [&](unsigned char b) { return b == v[0]; })) {
    std::memset(to, v[0], size_t(n) * size_t(elementSize));
    return;
  }
  switch (elementSize) {
    case 2:
      return strided<2>(n, 0, 1, v, to);
    case 4:
      return strided<4>(n, 0, 1, v, to);
    case 8:
      return strided<8>(n, 0, 1, v, to);
    case 16:
      return strided<16>(n, 0, 1, v, to);
  }
}

}  // namespace smw::kernels
