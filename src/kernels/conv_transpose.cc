// The transposed convolution without scattering: positions of dx that are equal modulo the stride
// use the same taps of the filter, so each such class (a phase) is an ordinary product that
// gathers.
#include <algorithm>
#include <numeric>

#include "kernels/conv.h"
#include "kernels/indirect.h"

namespace smw::kernels {
namespace {

/// Phase `f` of one axis: positions f, f + stride, ... and the taps tapIndex, tapIndex + tapPitch,
/// ...
struct Phase {
  GridAxis axis;
  int64_t tapIndex = 0, tapPitch = 1;

  Phase() = default;
  Phase(const Window& w, int i, int64_t f) {
    const int64_t stride = w.stride[i], dilation = w.dilation[i], size = w.in[i];
    tapPitch = stride / std::gcd(stride, dilation);
    // The first tap k with (f + pad - k * dilation) divisible by the stride; they repeat every
    // tapPitch.
    tapIndex = 0;
    while (tapIndex < tapPitch && (f + w.padBefore[i] - tapIndex * dilation) % stride != 0)
      ++tapIndex;
    const bool any = tapIndex < tapPitch && tapIndex < w.kernel[i];
    axis.count = f < size ? (size - f + stride - 1) / stride : 0;
    axis.outFirst = f;
    axis.outStep = stride;
    axis.outSize = size;
    axis.inSize = w.out[i];
    axis.taps = any ? (w.kernel[i] - tapIndex + tapPitch - 1) / tapPitch : 0;
    axis.tapFirst = any ? (f + w.padBefore[i] - tapIndex * dilation) / stride : 0;
    axis.tapStep = -(tapPitch * dilation / stride);
  }
};

int64_t phasesOf(const Conv& s) {
  return s.window.stride[0] * s.window.stride[1] * s.window.stride[2];
}

struct Phases {
  Phase p[3];
  int64_t tapsBefore = 0;  // of all phases with a smaller index

  Phases(const Window& w, int64_t index) {
    // Every tap belongs to one phase of its axis, so an axis has kernel[i] taps over all phases.
    int64_t inner = 1;
    for (int i = 2; i >= 0; --i) {
      const int64_t f = index % w.stride[i];
      index /= w.stride[i];
      p[i] = Phase(w, i, f);
      int64_t before = 0;
      for (int64_t e = 0; e < f; ++e) before += Phase(w, i, e).axis.taps;
      tapsBefore = before * inner + p[i].axis.taps * tapsBefore;
      inner *= w.kernel[i];
    }
  }
  int64_t taps() const { return p[0].axis.taps * p[1].axis.taps * p[2].axis.taps; }
  int64_t floats(const Conv& s) const { return packedFloats(taps() * s.groupOut(), s.groupIn()); }
  int64_t floatsBefore(const Conv& s) const {
    return s.groups * packedFloats(tapsBefore * s.groupOut(), s.groupIn());
  }
};

Indirect geometryOf(const Conv& s, const Phases& phases) {
  Indirect r;
  for (int i = 0; i < 3; ++i) r.axis[i] = phases.p[i].axis;
  r.batch = s.batch;
  r.channels = s.groupOut();
  r.columns = s.groupIn();
  r.groups = s.groups;
  r.inPixel = s.outChannels;
  r.outPixel = s.inChannels;
  return r;
}

// One job per phase.
struct Jobs final : IndirectJobs {
  const Conv& s;
  const float *grad, *packed;
  float* dx;
  const Epilogue& epilogue;

  Jobs(const Conv& conv, const float* g, const float* b, float* d, const Epilogue& e)
      : s(conv), grad(g), packed(b), dx(d), epilogue(e) {}
  int64_t count() const override { return phasesOf(s); }
  Indirect at(int64_t job) const override {
    const Phases phases(s.window, job);
    Indirect r = geometryOf(s, phases);
    r.inp = grad;
    r.b = packed + phases.floatsBefore(s);
    r.out = dx;
    r.epilogue = epilogue;
    return r;
  }
};

int64_t perThread(const Conv& s) {
  int64_t most = 0;
  for (int64_t i = 0; i < phasesOf(s); ++i)
    most = std::max(most, indirectScratch(geometryOf(s, Phases(s.window, i))));
  return most;
}

}  // namespace

int64_t convTransposePackedFloats(const Conv& s) {
  return s.groups * packedFloats(s.window.kernelSize() * s.groupOut(), s.groupIn());
}

void convTransposePack(const Conv& s, const float* filter, float* packed) {
  const int64_t in = s.groupIn(), out = s.groupOut();
  const int64_t* kernel = s.window.kernel;
  for (int64_t phase = 0; phase < phasesOf(s); ++phase) {
    const Phases f(s.window, phase);
    const int64_t panelStride = f.taps() * out * kPanel;
    for (int64_t g = 0; g < s.groups; ++g, packed += f.floats(s)) {
      float* to = packed;
      for (int64_t d = 0; d < f.p[0].axis.taps; ++d)
        for (int64_t h = 0; h < f.p[1].axis.taps; ++h)
          for (int64_t w = 0; w < f.p[2].axis.taps; ++w, to += out * kPanel) {
            const int64_t kd = f.p[0].tapIndex + d * f.p[0].tapPitch,
                          kh = f.p[1].tapIndex + h * f.p[1].tapPitch,
                          kw = f.p[2].tapIndex + w * f.p[2].tapPitch;
            const int64_t tap = (kd * kernel[1] + kh) * kernel[2] + kw;
            packRowsOfB(filter + tap * in * s.outChannels + g * out, out, in, 1, s.outChannels, to,
                        panelStride);
          }
    }
  }
}

int64_t convTransposeScratch(const Conv& s, int threads) { return threads * perThread(s); }

void convTranspose(Parallel& parallel, const Conv& s, const float* grad, const float* packedFilter,
                   float* dx, const Epilogue& epilogue, float* scratch) {
  runIndirect(parallel, Jobs(s, grad, packedFilter, dx, epilogue), scratch, perThread(s));
}

}  // namespace smw::kernels
