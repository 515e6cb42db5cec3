#include <algorithm>

#include "kernels/generic.h"
#include "kernels/wrap.h"

namespace smw::kernels {
namespace {

template <typename T>
T conjugate(T x, bool yes) {
  if constexpr (kIsComplex<T>) return yes ? std::conj(x) : x;
  return x;
}

}  // namespace

template <typename T>
void matmulGeneric(Parallel& parallel, const MatMul& s, const T* a, const T* b, T* c, bool conjA,
                   bool conjB) {
  constexpr int64_t kStrip = 256;  // columns whose sums stay in the first-level cache
  const int64_t strips = (s.n + kStrip - 1) / kStrip;
  parallel.run(s.m * strips, grainFor(s.k * std::min(s.n, kStrip) * 4),
               [&](int64_t begin, int64_t end) {
                 for (int64_t item = begin; item < end; ++item) {
                   const int64_t i = item / strips, first = item % strips * kStrip,
                                 last = std::min(s.n, first + kStrip);
                   T* row = c + i * s.cRow;
                   if (s.bCol == 1) {
                     std::fill(row + first, row + last, T{});
                     for (int64_t l = 0; l < s.k; ++l) {
                       const T x = conjugate(a[i * s.aRow + l * s.aCol], conjA);
                       const T* from = b + l * s.bRow;
                       for (int64_t j = first; j < last; ++j)
                         row[j] = wrapMulAdd(x, conjugate(from[j], conjB), row[j]);
                     }
                   } else {
                     for (int64_t j = first; j < last; ++j) {
                       T sum{};
                       for (int64_t l = 0; l < s.k; ++l)
                         sum = wrapMulAdd(conjugate(a[i * s.aRow + l * s.aCol], conjA),
                                          conjugate(b[l * s.bRow + j * s.bCol], conjB), sum);
                       row[j] = sum;
                     }
                   }
                 }
               });
}

#define SMW_INSTANTIATE(T) \
  template void matmulGeneric(Parallel&, const MatMul&, const T*, const T*, T*, bool, bool)
SMW_INSTANTIATE(double);
SMW_INSTANTIATE(std::complex<float>);
SMW_INSTANTIATE(std::complex<double>);
SMW_INSTANTIATE(int16_t);
SMW_INSTANTIATE(int32_t);
SMW_INSTANTIATE(int64_t);
#undef SMW_INSTANTIATE

}  // namespace smw::kernels
