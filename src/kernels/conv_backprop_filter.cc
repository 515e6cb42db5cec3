// dw (taps * C, OC) = columns of the image, transposed, times grad: one product per tap and group,
// whose A are the pixels that this tap meets. Pixels outside the image are left out.
#include <algorithm>

#include "kernels/conv.h"
#include "simd/vec.h"

namespace smw::kernels {
namespace {

using namespace simd;

constexpr int kRows = 4;

/// The outputs [begin, end) of one axis for which tap k reads inside the image.
struct Span {
  int64_t begin, end, offset;
  Span(const Window& w, int i, int64_t k) {
    offset = k * w.dilation[i] - w.padBefore[i];
    const int64_t s = w.stride[i];
    begin = offset >= 0 ? 0 : (-offset + s - 1) / s;
    end = w.in[i] - offset <= 0 ? 0 : std::min(w.out[i], (w.in[i] - offset + s - 1) / s);
  }
};

// dw[r][j] += x[r] * g[j] for R channels.
template <int R>
void addOuter(const float* x, const float* g, float* dw, int64_t dwRow, int64_t n) {
  F32x4 a[R];
  for (int r = 0; r < R; ++r) a[r] = loadSplat(x + r);
  int64_t j = 0;
  for (; j + 4 <= n; j += 4) {
    const F32x4 v = load(g + j);
    for (int r = 0; r < R; ++r) store(dw + r * dwRow + j, madd(a[r], v, load(dw + r * dwRow + j)));
  }
  for (; j < n; ++j)
    for (int r = 0; r < R; ++r) dw[r * dwRow + j] += x[r] * g[j];
}

}  // namespace

int64_t convBackpropFilterScratch(const Conv&, int) { return 0; }

void convBackpropFilter(Parallel& parallel, const Conv& s, const float* inp, const float* grad,
                        float* dw, float*) {
  const Window& w = s.window;
  const int64_t in = s.groupIn(), out = s.groupOut();
  const int64_t blocks = (in + kRows - 1) / kRows;  // of input channels, within a tap and group
  const int64_t items = w.kernelSize() * s.groups * blocks;
  parallel.run(
      items, grainFor(s.batch * w.outSize() * kRows * out), [&](int64_t begin, int64_t end) {
        for (int64_t item = begin; item < end; ++item) {
          const int64_t block = item % blocks, g = item / blocks % s.groups,
                        tap = item / blocks / s.groups;
          const int64_t c = block * kRows, rows = std::min<int64_t>(kRows, in - c);
          const Span x(w, 2, tap % w.kernel[2]), y(w, 1, tap / w.kernel[2] % w.kernel[1]),
              z(w, 0, tap / w.kernel[2] / w.kernel[1]);
          float* to = dw + (tap * in + c) * s.outChannels + g * out;
          for (int64_t r = 0; r < rows; ++r) std::fill_n(to + r * s.outChannels, out, 0.f);
          for (int64_t b = 0; b < s.batch; ++b)
            for (int64_t i = z.begin; i < z.end; ++i)
              for (int64_t j = y.begin; j < y.end; ++j)
                for (int64_t k = x.begin; k < x.end; ++k) {
                  const int64_t pixel = ((b * w.in[0] + i * w.stride[0] + z.offset) * w.in[1] +
                                         j * w.stride[1] + y.offset) *
                                            w.in[2] +
                                        k * w.stride[2] + x.offset;
                  const float* p = inp + pixel * s.inChannels + g * in + c;
                  const float* q =
                      grad + (((b * w.out[0] + i) * w.out[1] + j) * w.out[2] + k) * s.outChannels +
                      g * out;
                  if (rows == kRows) {
                    addOuter<kRows>(p, q, to, s.outChannels, out);
                  } else {
                    for (int64_t r = 0; r < rows; ++r)
                      addOuter<1>(p + r, q, to + r * s.outChannels, s.outChannels, out);
                  }
                }
        }
      });
}

}  // namespace smw::kernels
