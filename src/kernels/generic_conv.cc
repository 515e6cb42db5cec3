#include <algorithm>

#include "kernels/cells.h"
#include "kernels/generic.h"
#include "kernels/wrap.h"

namespace smw::kernels {

template <typename T>
void convGeneric(Parallel& parallel, const Conv& s, const T* inp, const T* filter, T* out) {
  const int64_t gi = s.groupIn(), go = s.groupOut(), pixels = s.window.outSize(),
                oc = s.outChannels;
  parallel.run(s.batch * pixels, grainFor(s.filterRows() * oc * 4),
               [&](int64_t begin, int64_t end) {
                 for (int64_t o = begin; o < end; ++o) {
                   T* to = out + o * oc;
                   std::fill_n(to, oc, T{});
                   const T* image = inp + o / pixels * s.window.inSize() * s.inChannels;
                   eachTapOf(s.window, o % pixels, [&](int64_t tap, int64_t pixel) {
                     for (int64_t c = 0; c < s.inChannels; ++c) {
                       const T x = image[pixel * s.inChannels + c];
                       const int64_t g = c / gi;
                       const T* f = filter + (tap * gi + c % gi) * oc + g * go;
                       for (int64_t n = 0; n < go; ++n)
                         to[g * go + n] = wrapMulAdd(x, f[n], to[g * go + n]);
                     }
                   });
                 }
               });
}

template <typename T>
void convTransposeGeneric(Parallel& parallel, const Conv& s, const T* grad, const T* filter,
                          T* dx) {
  const int64_t gi = s.groupIn(), go = s.groupOut(), pixels = s.window.inSize(), oc = s.outChannels;
  parallel.run(s.batch * pixels, grainFor(s.filterRows() * oc * 4),
               [&](int64_t begin, int64_t end) {
                 for (int64_t i = begin; i < end; ++i) {
                   T* to = dx + i * s.inChannels;
                   std::fill_n(to, s.inChannels, T{});
                   const T* image = grad + i / pixels * s.window.outSize() * oc;
                   eachTapOnto(s.window, i % pixels, [&](int64_t tap, int64_t pixel) {
                     for (int64_t c = 0; c < s.inChannels; ++c) {
                       const int64_t g = c / gi;
                       const T* f = filter + (tap * gi + c % gi) * oc + g * go;
                       const T* q = image + pixel * oc + g * go;
                       T sum = to[c];
                       for (int64_t n = 0; n < go; ++n) sum = wrapMulAdd(q[n], f[n], sum);
                       to[c] = sum;
                     }
                   });
                 }
               });
}

template <typename T>
void convBackpropFilterGeneric(Parallel& parallel, const Conv& s, const T* inp, const T* grad,
                               T* dw) {
  const int64_t gi = s.groupIn(), go = s.groupOut(), pixels = s.window.outSize(),
                oc = s.outChannels;
  // Split by input channel within its group: each writes its own rows of dw.
  parallel.run(gi, 1, [&](int64_t begin, int64_t end) {
    for (int64_t tap = 0; tap < s.window.kernelSize(); ++tap)
      std::fill(dw + (tap * gi + begin) * oc, dw + (tap * gi + end) * oc, T{});
    for (int64_t o = 0; o < s.batch * pixels; ++o) {
      const T* image = inp + o / pixels * s.window.inSize() * s.inChannels;
      eachTapOf(s.window, o % pixels, [&](int64_t tap, int64_t pixel) {
        for (int64_t g = 0; g < s.groups; ++g)
          for (int64_t c = begin; c < end; ++c) {
            const T x = image[pixel * s.inChannels + g * gi + c];
            const T* q = grad + o * oc + g * go;
            T* to = dw + (tap * gi + c) * oc + g * go;
            for (int64_t n = 0; n < go; ++n) to[n] = wrapMulAdd(x, q[n], to[n]);
          }
      });
    }
  });
}

template <typename T>
void depthwiseGeneric(Parallel& parallel, const Depthwise& s, const T* inp, const T* filter,
                      T* out) {
  const int64_t pixels = s.window.outSize(), oc = s.outChannels(), m = s.multiplier;
  parallel.run(
      s.batch * pixels, grainFor(s.window.kernelSize() * oc * 2), [&](int64_t begin, int64_t end) {
        for (int64_t o = begin; o < end; ++o) {
          T* to = out + o * oc;
          std::fill_n(to, oc, T{});
          const T* image = inp + o / pixels * s.window.inSize() * s.channels;
          eachTapOf(s.window, o % pixels, [&](int64_t tap, int64_t pixel) {
            for (int64_t c = 0; c < oc; ++c)
              to[c] = wrapMulAdd(image[pixel * s.channels + c / m], filter[tap * oc + c], to[c]);
          });
        }
      });
}

template <typename T>
void depthwiseBackpropInputGeneric(Parallel& parallel, const Depthwise& s, const T* grad,
                                   const T* filter, T* dx) {
  const int64_t pixels = s.window.inSize(), oc = s.outChannels(), m = s.multiplier;
  parallel.run(
      s.batch * pixels, grainFor(s.window.kernelSize() * oc * 2), [&](int64_t begin, int64_t end) {
        for (int64_t i = begin; i < end; ++i) {
          T* to = dx + i * s.channels;
          std::fill_n(to, s.channels, T{});
          const T* image = grad + i / pixels * s.window.outSize() * oc;
          eachTapOnto(s.window, i % pixels, [&](int64_t tap, int64_t pixel) {
            for (int64_t c = 0; c < oc; ++c)
              to[c / m] = wrapMulAdd(image[pixel * oc + c], filter[tap * oc + c], to[c / m]);
          });
        }
      });
}

template <typename T>
void depthwiseBackpropFilterGeneric(Parallel& parallel, const Depthwise& s, const T* inp,
                                    const T* grad, T* dw) {
  const int64_t pixels = s.window.outSize(), oc = s.outChannels(), m = s.multiplier;
  parallel.run(oc, 16, [&](int64_t begin, int64_t end) {
    for (int64_t tap = 0; tap < s.window.kernelSize(); ++tap)
      std::fill(dw + tap * oc + begin, dw + tap * oc + end, T{});
    for (int64_t o = 0; o < s.batch * pixels; ++o) {
      const T* image = inp + o / pixels * s.window.inSize() * s.channels;
      eachTapOf(s.window, o % pixels, [&](int64_t tap, int64_t pixel) {
        for (int64_t c = begin; c < end; ++c) {
          T& to = dw[tap * oc + c];
          to = wrapMulAdd(image[pixel * s.channels + c / m], grad[o * oc + c], to);
        }
      });
    }
  });
}

template void convGeneric(Parallel&, const Conv&, const double*, const double*, double*);
template void convGeneric(Parallel&, const Conv&, const int32_t*, const int32_t*, int32_t*);
template void convTransposeGeneric(Parallel&, const Conv&, const double*, const double*, double*);
template void convTransposeGeneric(Parallel&, const Conv&, const int32_t*, const int32_t*,
                                   int32_t*);
template void convBackpropFilterGeneric(Parallel&, const Conv&, const double*, const double*,
                                        double*);
template void depthwiseGeneric(Parallel&, const Depthwise&, const double*, const double*, double*);
template void depthwiseBackpropInputGeneric(Parallel&, const Depthwise&, const double*,
                                            const double*, double*);
template void depthwiseBackpropInputGeneric(Parallel&, const Depthwise&, const float*, const float*,
                                            float*);
template void depthwiseBackpropFilterGeneric(Parallel&, const Depthwise&, const double*,
                                             const double*, double*);
template void depthwiseBackpropFilterGeneric(Parallel&, const Depthwise&, const float*,
                                             const float*, float*);

}  // namespace smw::kernels
