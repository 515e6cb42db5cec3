#include "kernels/recurrent.h"

#include <algorithm>

#include "kernels/gemm.h"
#include "simd/vec.h"

namespace smw::kernels {
namespace {

using namespace simd;

/// out = f(in...), n lanes.
template <typename F, typename... P>
void lanes(int64_t n, float* out, F f, const P*... in) {
  int64_t i = 0;
  for (; i + 4 <= n; i += 4) store(out + i, f(load(in + i)...));
  const int left = int(n - i);
  if (left) storePartial(out + i, f(loadPartial(in + i, left)...), left);
}
const auto kProduct = [](F32x4 a, F32x4 b) { return a * b; };

/// One row: from its gate sums g to its next state.
void lstmRow(const Recurrent& s, float* g, float* h, float* c) {
  const int64_t u = s.units;
  float *i = g, *f = g + u, *n = g + 2 * u, *o = g + 3 * u;
  s.gate(i, i, 2 * u, {});
  s.activation(n, n, u, {});
  s.gate(o, o, u, {});
  lanes(u, c, [](F32x4 a, F32x4 b, F32x4 p, F32x4 q) { return madd(p, q, a * b); }, f, c, i, n);
  s.activation(c, n, u, {});
  lanes(u, h, kProduct, o, n);
}

void gruRow(const Recurrent& s, float* g, float* h) {
  const int64_t u = s.units;
  s.activation(g + 2 * u, g + 2 * u, u, {});
  lanes(
      u, h, [](F32x4 z, F32x4 old, F32x4 n) { return madd(splat(1.0f) - z, n, z * old); }, g, h,
      g + 2 * u);
}

struct Step {
  const Recurrent& s;
  const RecurrentData& d;
  int64_t t;
  float* g;  // (batch, gates * units)

  int64_t width() const { return s.gates() * s.units; }
  const float* x(int64_t b) const { return d.x + t * s.x.step + b * s.x.row; }

  void product(Parallel& parallel, const float* a, const float* packed, int64_t from, int64_t n,
               bool addX) const {
    Epilogue e;
    if (d.bias) e.bias = d.bias + from;
    if (addX) {
      e.residual = x(0) + from;
      e.residualStride = s.x.row;
    }
    gemmPacked(parallel, s.batch, s.units, n, a, s.units, 1, packed, g + from, width(), e);
  }

  /// A GRU's gates z and r, and what goes into its candidate.
  void gruGates(int64_t b, float* reset) const {
    const int64_t u = s.units;
    float* row = g + b * width();
    if (!d.candidate) lanes(2 * u, row, [](F32x4 p, F32x4 q) { return p + q; }, row, x(b));
    s.gate(row, row, 2 * u, {});
    if (d.candidate)
      lanes(u, reset + b * u, kProduct, row + u, d.h + b * u);
    else
      lanes(
          u, row + 2 * u, [](F32x4 r, F32x4 y, F32x4 p) { return madd(r, y, p); }, row + u,
          row + 2 * u, x(b) + 2 * u);
  }

  void finish(int64_t b) const {
    const int64_t u = s.units;
    float* h = d.h + b * u;
    float* out = d.out + t * s.out.step + b * s.out.row;
    if (d.mask && !d.mask[t * s.mask.step + b * s.mask.row]) {
      if (t == 0 || s.zeroMasked)
        std::fill_n(out, u, 0.0f);
      else if (s.out.step)
        std::copy_n(out - s.out.step, u, out);
      return;
    }
    if (s.lstm)
      lstmRow(s, g + b * width(), h, d.c + b * u);
    else
      gruRow(s, g + b * width(), h);
    std::copy_n(h, u, out);
  }
};

}  // namespace

void recurrent(Parallel& parallel, const Recurrent& s, const RecurrentData& d) {
  if (s.batch == 0 || s.units == 0) return;
  float* reset = d.scratch + s.batch * s.units * s.gates();
  // An exponential and a division for each gate take as long as some 30 multiply-adds.
  const int64_t grain = grainFor(s.gates() * s.units * 30);
  for (int64_t t = 0; t < s.steps; ++t) {
    const Step step{s, d, t, d.scratch};
    step.product(parallel, d.h, d.recurrent, 0, (d.candidate ? 2 : s.gates()) * s.units,
                 s.lstm || d.candidate);
    if (d.candidate) {
      parallel.run(s.batch, grain, [&](int64_t begin, int64_t end) {
        for (int64_t b = begin; b < end; ++b) step.gruGates(b, reset);
      });
      step.product(parallel, reset, d.candidate, 2 * s.units, s.units, true);
    }
    parallel.run(s.batch, grain, [&](int64_t begin, int64_t end) {
      for (int64_t b = begin; b < end; ++b) {
        if (!s.lstm && !d.candidate) step.gruGates(b, nullptr);
        step.finish(b);
      }
    });
  }
}

}  // namespace smw::kernels
