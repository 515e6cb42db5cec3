#include <algorithm>
#include <limits>

#include "kernels/cells.h"
#include "kernels/generic.h"

namespace smw::kernels {
namespace {

/// Runs fn(output pixel over the batch, its cells, its image's first pixel) for all outputs.
template <typename F>
void eachOutput(Parallel& parallel, const Pool& s, F&& fn) {
  const int64_t pixels = s.window.outSize();
  parallel.run(s.batch * pixels, grainFor(s.window.kernelSize() * s.channels * 2),
               [&](int64_t begin, int64_t end) {
                 for (int64_t o = begin; o < end; ++o)
                   fn(o, Cells(s.window, o % pixels), o / pixels * s.window.inSize());
               });
}

}  // namespace

template <typename T>
void maxPoolGeneric(Parallel& parallel, const Pool& s, const T* inp, T* out) {
  const int64_t n = s.channels;
  eachOutput(parallel, s, [&](int64_t o, const Cells& cells, int64_t image) {
    T* to = out + o * n;
    std::fill_n(to, n, std::numeric_limits<T>::lowest());
    cells.each(s.window, [&](int64_t pixel) {
      const T* from = inp + (image + pixel) * n;
      for (int64_t c = 0; c < n; ++c) to[c] = to[c] < from[c] ? from[c] : to[c];
    });
  });
}

template <typename T>
void avgPoolGeneric(Parallel& parallel, const Pool& s, const T* inp, T* out) {
  const int64_t n = s.channels;
  eachOutput(parallel, s, [&](int64_t o, const Cells& cells, int64_t image) {
    T* to = out + o * n;
    std::fill_n(to, n, T{});
    cells.each(s.window, [&](int64_t pixel) {
      const T* from = inp + (image + pixel) * n;
      for (int64_t c = 0; c < n; ++c) to[c] += from[c];
    });
    for (int64_t c = 0; c < n; ++c) to[c] /= T(cells.count());
  });
}

template <typename T>
void maxPoolArgmax(Parallel& parallel, const Pool& s, const T* inp, T* out, int64_t* argmax,
                   bool includeBatch) {
  const int64_t n = s.channels;
  eachOutput(parallel, s, [&](int64_t o, const Cells& cells, int64_t image) {
    T* to = out + o * n;
    int64_t* at = argmax + o * n;
    std::fill_n(to, n, std::numeric_limits<T>::lowest());
    std::fill_n(at, n, int64_t(-1));
    cells.each(s.window, [&](int64_t pixel) {
      const T* from = inp + (image + pixel) * n;
      for (int64_t c = 0; c < n; ++c)
        if (at[c] < 0 || to[c] < from[c]) {
          to[c] = from[c];
          at[c] = ((includeBatch ? image : 0) + pixel) * n + c;
        }
    });
  });
}

template <typename T>
void maxPoolGrad(Parallel& parallel, const Pool& s, const T* inp, const T* grad, T* dx) {
  const int64_t n = s.channels, pixels = s.window.outSize(), cellsPerImage = s.window.inSize();
  // Windows overlap, so the split is by channel.
  parallel.run(n, 16, [&](int64_t begin, int64_t end) {
    for (int64_t i = 0; i < s.batch * cellsPerImage; ++i)
      std::fill(dx + i * n + begin, dx + i * n + end, T{});
    for (int64_t o = 0; o < s.batch * pixels; ++o) {
      const Cells cells(s.window, o % pixels);
      const int64_t image = o / pixels * cellsPerImage;
      for (int64_t c = begin; c < end; ++c) {
        int64_t best = -1;
        cells.each(s.window, [&](int64_t pixel) {
          const int64_t at = (image + pixel) * n + c;
          if (best < 0 || inp[best] < inp[at]) best = at;
        });
        if (best >= 0) dx[best] += grad[o * n + c];
      }
    }
  });
}

template <typename T>
void avgPoolGrad(Parallel& parallel, const Pool& s, const T* grad, T* dx) {
  const int64_t n = s.channels, pixels = s.window.outSize(), cellsPerImage = s.window.inSize();
  parallel.run(n, 16, [&](int64_t begin, int64_t end) {
    for (int64_t i = 0; i < s.batch * cellsPerImage; ++i)
      std::fill(dx + i * n + begin, dx + i * n + end, T{});
    for (int64_t o = 0; o < s.batch * pixels; ++o) {
      const Cells cells(s.window, o % pixels);
      const T scale = T(1) / T(cells.count());
      cells.each(s.window, [&](int64_t pixel) {
        T* to = dx + (o / pixels * cellsPerImage + pixel) * n;
        for (int64_t c = begin; c < end; ++c) to[c] += grad[o * n + c] * scale;
      });
    }
  });
}

#define SMW_MAX(T) template void maxPoolGeneric(Parallel&, const Pool&, const T*, T*)
SMW_MAX(double);
SMW_MAX(int8_t);
SMW_MAX(uint8_t);
SMW_MAX(int16_t);
SMW_MAX(uint16_t);
SMW_MAX(int32_t);
SMW_MAX(uint32_t);
SMW_MAX(int64_t);
SMW_MAX(uint64_t);
#undef SMW_MAX
template void avgPoolGeneric(Parallel&, const Pool&, const double*, double*);
#define SMW_ARGMAX(T) \
  template void maxPoolArgmax(Parallel&, const Pool&, const T*, T*, int64_t*, bool)
SMW_ARGMAX(float);
SMW_ARGMAX(double);
SMW_ARGMAX(int32_t);
SMW_ARGMAX(int64_t);
#undef SMW_ARGMAX
template void maxPoolGrad(Parallel&, const Pool&, const float*, const float*, float*);
template void maxPoolGrad(Parallel&, const Pool&, const double*, const double*, double*);
template void maxPoolGrad(Parallel&, const Pool&, const int32_t*, const int32_t*, int32_t*);
template void avgPoolGrad(Parallel&, const Pool&, const float*, float*);
template void avgPoolGrad(Parallel&, const Pool&, const double*, double*);

}  // namespace smw::kernels
