// Weights in float16: a block of panels becomes float32 in the thread's scratch, where all its rows
// are multiplied with it.
#include <algorithm>
#include <cstring>

#include "kernels/compressed_parts.h"
#include "kernels/gemm_micro.h"
#include "kernels/indirect.h"
#include "simd/vec.h"
#include "tensor/half.h"

namespace smw::kernels {

using namespace simd;

void packHalf(const Compressed& c, const float* plain, const float* inverse, float* panel) {
  auto* body = reinterpret_cast<uint16_t*>(panel + kPanelHead);
  for (int64_t i = 0; i < c.rows() * kPanel; ++i)
    body[i] = floatToHalfBits(plain[i] * inverse[i % kPanel]);
}

namespace {

// A float16 that was widened with its sign: exponent and mantissa at float32's place are 2^-112 of
// the value, subnormals included.
inline F32x4 widen(v128_t bits, F32x4 scale) {
  const v128_t moved =
      wasm_v128_and(wasm_i32x4_shl(bits, 13), wasm_i32x4_splat(int32_t(0x8FFFE000)));
  return F32x4{moved} * scale;
}

}  // namespace

void expandHalf(const Compressed& c, const float* panel, float* plain) {
  const F32x4 up = splat(0x1p112f), low = load(panel) * up, high = load(panel + 4) * up;
  const auto* body = reinterpret_cast<const uint16_t*>(panel + kPanelHead);
  for (auto i = ptrdiff_t(c.rows()); i > 0; --i, body += kPanel, plain += kPanel) {
    store(plain, widen(wasm_i32x4_load16x4(body), low));
    store(plain + 4, widen(wasm_i32x4_load16x4(body + 4), high));
  }
}

namespace {

/// An image whose products take panels of this format.
struct HalfPanels final : PanelFormat {
  Compressed c;

  explicit HalfPanels(const Compressed& matrix) : c(matrix) { panelFloats = c.panelFloats(); }
  const float* block(const float* b, int64_t panels, float* scratch) const override {
    expand(c, b, panels, scratch);
    return scratch;
  }
  int64_t scratchFloats() const override {
    return std::min(panelsOf(c.columns), panelsPerBlock(c.rows())) * c.rows() * kPanel;
  }
};

}  // namespace

int64_t halfScratch(const Compressed& c, const Conv& s, int threads) {
  Indirect one = indirectOf(s, nullptr, nullptr, nullptr, {});
  const HalfPanels format(c);
  one.format = &format;
  return threads * indirectScratch(one);
}

void halfConv(Parallel& parallel, const Compressed& c, const Conv& s, const float* inp,
              const float* weights, float* out, const Epilogue& epilogue, float* scratch) {
  OneIndirect job(indirectOf(s, inp, weights, out, epilogue));
  const HalfPanels format(c);
  job.all.format = &format;
  runIndirect(parallel, job, scratch, indirectScratch(job.all));
}

}  // namespace smw::kernels
