// What this machine can reach: our own 6x8 micro-kernel in a product of 384x384x384, with nothing
// around it. A module of its own, so that a page can measure it beside any engine.
#include <cstdint>

#include "kernels/gemm.h"

using namespace smw::kernels;

namespace {
constexpr int64_t kSize = 384;
float a[kSize * kSize], b[kSize * kSize], c[kSize * kSize], packed[kSize * kSize];
}  // namespace

extern "C" {

void preparePeak() {
  for (int64_t i = 0; i < kSize * kSize; ++i) a[i] = b[i] = float(i % 17) * 0.0625f;
  packB(b, kSize, kSize, kSize, 1, packed);
}

/// 2 * 384^3 FLOPs each time.
float runPeak(int times) {
  for (int i = 0; i < times; ++i)
    gemmPacked(serial(), kSize, kSize, kSize, a, kSize, 1, packed, c, kSize, {});
  return c[kSize + 1];
}
}
