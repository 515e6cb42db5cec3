#include "kernels/fake_quant.h"

#include <cmath>

#include "simd/vec.h"

namespace smw::kernels {

FakeQuant::FakeQuant(float min, float max, int bits, bool narrowRange) {
  const float lowest = narrowRange ? 1.0f : 0.0f, highest = float((1 << bits) - 1);
  if (min == 0 && max == 0) {
    low = high = scale = inverse = 0;
    return;
  }
  scale = (max - min) / (highest - lowest);
  inverse = (highest - lowest) / (max - min);
  const float zero = lowest - min / scale;
  const float nudged = zero < lowest ? lowest : zero > highest ? highest : std::round(zero);
  low = (lowest - nudged) * scale;
  high = (highest - nudged) * scale;
}

void fakeQuant(const FakeQuant& q, const float* x, float* y, int64_t n) {
  using namespace simd;
  const F32x4 low = splat(q.low), high = splat(q.high), scale = splat(q.scale),
              inverse = splat(q.inverse);
  const F32x4 zeroPoint = splat(std::floor(-q.low * q.inverse + 0.5f));
  const auto f = [&](F32x4 v) {
    v = min(max(v, low), high);
    return floor((v - low) * inverse - zeroPoint + splat(0.5f)) * scale;
  };
  int64_t i = 0;
  for (; i + 4 <= n; i += 4) store(y + i, f(load(x + i)));
  if (i < n) storePartial(y + i, f(loadPartial(x + i, int(n - i))), int(n - i));
}

}  // namespace smw::kernels
