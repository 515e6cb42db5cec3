#include "kernels/compressed.h"

#include <algorithm>
#include <cmath>
#include <memory>

#include "kernels/compressed_parts.h"

namespace smw::kernels {

int64_t Compressed::panelFloats() const {
  const int64_t bytes =
      kind == kHalf ? rows() * kPanel * 2 : taps * int8Units(channels) * int8UnitBytes();
  return kPanelHead + bytes / 4;
}

namespace {

/// Beyond this, what a batch norm multiplies might leave float32 while it is expanded.
constexpr float kMostWeight = 0x1p28f;

/// The scale of a column whose largest magnitude is `most`; float16 gets a power of two, so that
/// only its own rounding counts.
float scaleFor(Compressed::Kind kind, float most) {
  if (kind == Compressed::kInt8) return most / 127;
  int exponent;
  std::frexp(most, &exponent);
  return most > 0 ? std::ldexp(1.f, std::max(exponent - 15, -100)) : 0;
}

bool largest(const float* plain, int64_t rows, float* most) {
  std::fill_n(most, kPanel, 0.f);
  for (int64_t i = 0; i < rows; ++i)
    for (int64_t l = 0; l < kPanel; ++l) {
      const float x = std::abs(plain[i * kPanel + l]);
      if (!(x < kMostWeight)) return false;
      most[l] = std::max(most[l], x);
    }
  return true;
}

}  // namespace

bool compress(const Compressed& c, const float* panels, float* to, CompressionError& error) {
  const int64_t size = c.rows() * kPanel;
  const std::unique_ptr<float[]> back(new float[size_t(size)]);
  for (int64_t j = 0; j < c.columns; j += kPanel, panels += size, to += c.panelFloats()) {
    float most[kPanel], inverse[kPanel];
    if (!largest(panels, c.rows(), most)) return false;
    std::fill_n(to, kPanelHead, 0.f);
    for (int64_t l = 0; l < kPanel; ++l) {
      to[l] = scaleFor(c.kind, most[l]);
      inverse[l] = to[l] > 0 ? 1 / to[l] : 0;
      if (!(inverse[l] < 0x1p120f)) to[l] = inverse[l] = 0;
      error.largest = std::max(error.largest, double(most[l]));
    }
    (c.kind == Compressed::kHalf ? packHalf : packInt8)(c, panels, inverse, to);
    expand(c, to, 1, back.get());
    for (int64_t i = 0; i < size; ++i) {
      const double d = double(back[size_t(i)]) - double(panels[i]);
      error.most = std::max(error.most, std::abs(d));
      error.squares += d * d;
      error.squaresOfWeights += double(panels[i]) * double(panels[i]);
    }
  }
  return true;
}

void expand(const Compressed& c, const float* from, int64_t panels, float* to) {
  for (; panels > 0; --panels, from += c.panelFloats(), to += c.rows() * kPanel)
    (c.kind == Compressed::kHalf ? expandHalf : expandInt8)(c, from, to);
}

void scaleColumns(const Compressed& c, float* weights, const float* scale, int64_t step) {
  for (int64_t j = 0; j < c.columns; ++j)
    weights[j / kPanel * c.panelFloats() + j % kPanel] *= scale[j * step];
}

int64_t compressedScratch(const Compressed& c, const Conv& s, int threads) {
  return (c.kind == Compressed::kHalf ? halfScratch : int8Scratch)(c, s, threads);
}

void compressedConv(Parallel& parallel, const Compressed& c, const Conv& s, const float* inp,
                    const float* weights, float* out, const Epilogue& epilogue, float* scratch) {
  (c.kind == Compressed::kHalf ? halfConv : int8Conv)(parallel, c, s, inp, weights, out, epilogue,
                                                      scratch);
}

}  // namespace smw::kernels
