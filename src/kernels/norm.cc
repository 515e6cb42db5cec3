#include "kernels/norm.h"

#include <algorithm>
#include <cmath>

#include "kernels/binary.h"
#include "simd/math.h"

namespace smw::kernels {

using namespace simd;

void normalizeChannelsLast(const float* x, const float* mean, const float* factor,
                           const float* offset, float* y, int64_t channels, int64_t begin,
                           int64_t end) {
  for (int64_t r = begin; r < end; ++r) {
    const float* in = x + r * channels;
    float* out = y + r * channels;
    int64_t c = 0;
    for (; c + 4 <= channels; c += 4)
      store(out + c, (load(in + c) - load(mean + c)) * load(factor + c) + load(offset + c));
    for (; c < channels; ++c) out[c] = (in[c] - mean[c]) * factor[c] + offset[c];
  }
}

void scaleChannels(const float* x, const float* gate, float* y, int64_t channels, int64_t begin,
                   int64_t end) {
  for (int64_t r = begin; r < end; ++r) {
    const float* in = x + r * channels;
    float* out = y + r * channels;
    int64_t c = 0;
    for (; c + 4 <= channels; c += 4) store(out + c, load(in + c) * load(gate + c));
    for (; c < channels; ++c) out[c] = in[c] * gate[c];
  }
}

void normalizeChannelsFirst(const float* x, const float* mean, const float* factor,
                            const float* offset, float* y, int64_t channels, int64_t inner,
                            int64_t begin, int64_t end) {
  for (int64_t p = begin; p < end; ++p) {
    const float* in = x + p * inner;
    float* out = y + p * inner;
    const int64_t c = p % channels;
    const F32x4 m = splat(mean[c]), f = splat(factor[c]), o = splat(offset[c]);
    int64_t i = 0;
    for (; i + 4 <= inner; i += 4) store(out + i, (load(in + i) - m) * f + o);
    for (; i < inner; ++i) out[i] = (in[i] - mean[c]) * factor[c] + offset[c];
  }
}

void channelMoments(const float* x, int64_t outer, int64_t channels, int64_t inner, float* mean,
                    float* variance, int64_t begin, int64_t end) {
  // A few channels at a time, so that rows of neighbouring channels are read together.
  constexpr int64_t kChannels = 64;
  const double count = double(outer) * double(inner);
  for (int64_t c = begin; c < end; c += kChannels) {
    const int64_t n = std::min(kChannels, end - c);
    double sum[kChannels] = {}, squares[kChannels] = {};
    const auto each = [&](auto f) {
      for (int64_t o = 0; o < outer; ++o) {
        const float* row = x + (o * channels + c) * inner;
        if (inner == 1)
          for (int64_t k = 0; k < n; ++k) f(k, row[k]);
        else
          for (int64_t k = 0; k < n; ++k)
            for (int64_t i = 0; i < inner; ++i) f(k, row[k * inner + i]);
      }
    };
    each([&](int64_t k, float v) { sum[k] += double(v); });
    for (int64_t k = 0; k < n; ++k) sum[k] /= count;
    each([&](int64_t k, float v) { squares[k] += (double(v) - sum[k]) * (double(v) - sum[k]); });
    for (int64_t k = 0; k < n; ++k) {
      mean[c + k] = float(sum[k]);
      variance[c + k] = float(squares[k] / count);
    }
  }
}

void layerNorm(const float* x, const float* gamma, const float* beta, float epsilon, float* y,
               int64_t n, int64_t begin, int64_t end) {
  for (int64_t r = begin; r < end; ++r) {
    const float* in = x + r * n;
    float* out = y + r * n;
    const auto sum = [&](auto f) {
      constexpr int64_t kPiece = 512;
      double total = 0;
      for (int64_t i = 0; i < n; i += kPiece) {
        const int64_t stop = std::min(n, i + kPiece);
        F32x4 a = zero(), b = zero();
        int64_t j = i;
        for (; j + 8 <= stop; j += 8) a = a + f(load(in + j)), b = b + f(load(in + j + 4));
        float tail = 0;
        for (; j < stop; ++j) {
          float t[4];
          store(t, f(splat(in[j])));
          tail += t[0];
        }
        total += double(horizontalSum(a + b)) + double(tail);
      }
      return total / double(n);
    };
    const float mean = float(sum([](F32x4 v) { return v; }));
    const F32x4 m = splat(mean);
    const double variance = sum([m](F32x4 v) { return (v - m) * (v - m); });
    const float scale = float(1 / std::sqrt(variance + double(epsilon)));
    const F32x4 s = splat(scale);
    int64_t i = 0;
    for (; i + 4 <= n; i += 4) {
      F32x4 v = (load(in + i) - m) * s;
      if (gamma) v = v * load(gamma + i);
      if (beta) v = v + load(beta + i);
      store(out + i, v);
    }
    for (; i < n; ++i) {
      float v = (in[i] - mean) * scale;
      if (gamma) v *= gamma[i];
      if (beta) v += beta[i];
      out[i] = v;
    }
  }
}

void localResponseNorm(const float* x, float* y, int64_t channels, int64_t radius, float bias,
                       float alpha, float beta, int64_t begin, int64_t end) {
  for (int64_t r = begin; r < end; ++r) {
    const float* in = x + r * channels;
    float* out = y + r * channels;
    for (int64_t c = 0; c < channels; ++c) {
      double sum = 0;
      for (int64_t k = std::max<int64_t>(0, c - radius); k <= std::min(channels - 1, c + radius);
           ++k)
        sum += double(in[k]) * double(in[k]);
      out[c] = bias + alpha * float(sum);
    }
    const float power = -beta;
    binaryLoopF32(BinaryOp::kPow)(out, 1, &power, 0, out, channels, {});
    binaryLoopF32(BinaryOp::kMul)(in, 1, out, 1, out, channels, {});
  }
}

}  // namespace smw::kernels
