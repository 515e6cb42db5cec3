// Plain scalar references that the fast kernels are held against, and what the kernel tests share.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <thread>
#include <vector>

#include "kernels/epilogue.h"
#include "kernels/parallel.h"
#include "kernels/window.h"

namespace smw::kernels::test {

/// Small deterministic numbers in [-1, 1).
class Numbers {
 public:
  explicit Numbers(uint64_t seed = 1) : x_(seed * 0x9E3779B97F4A7C15u + 1) {}
  uint32_t bits() {
    x_ ^= x_ << 13;
    x_ ^= x_ >> 7;
    x_ ^= x_ << 17;
    return uint32_t(x_ >> 32);
  }
  float next() { return float(int32_t(bits())) * 0x1p-31f; }
  int64_t below(int64_t n) { return int64_t(bits() % uint64_t(n)); }

 private:
  uint64_t x_;
};

/// n numbers that begin `misalign` floats past the start of an allocation.
class Floats {
 public:
  Floats() = default;
  Floats(int64_t n, uint64_t seed, int misalign = 0)
      : v_(size_t(n + misalign)), misalign_(misalign) {
    Numbers r(seed);
    for (float& f : v_) f = r.next();
  }
  float* data() { return v_.data() + misalign_; }
  const float* data() const { return v_.data() + misalign_; }
  int64_t size() const { return int64_t(v_.size()) - misalign_; }
  float& operator[](int64_t i) { return data()[i]; }
  float operator[](int64_t i) const { return data()[i]; }

 private:
  std::vector<float> v_;
  int misalign_ = 0;
};

/// Real threads, and ranges as small as the grain allows: every split that a kernel may meet.
class Threads final : public Parallel {
 public:
  explicit Threads(int n) : n_(n) {}
  int threads() const override { return n_; }
  void run(int64_t n, int64_t grain, RangeFn fn) override {
    const int64_t blocks = (n + grain - 1) / grain;
    std::vector<std::thread> pool;
    for (int t = 0; t < n_; ++t) {
      const int64_t begin = blocks * t / n_ * grain,
                    end = std::min(n, blocks * (t + 1) / n_ * grain);
      if (begin < end) pool.emplace_back([=] { fn(begin, end, t); });
    }
    for (std::thread& t : pool) t.join();
  }

 private:
  int n_;
};

inline float finish(const Epilogue& e, double sum, int64_t column, float residual) {
  float x = float(sum);
  if (e.bias) x += e.bias[column];
  x += residual;
  x = x < e.lo ? e.lo : x;
  x = e.hi < x ? e.hi : x;
  if (e.post) e.post(e.postContext, &x, 1);
  return x;
}

/// |got - want| within float rounding of a sum of `terms` products of magnitude up to 1.
inline void expectClose(const float* got, const float* want, int64_t n, double terms,
                        const char* what = "") {
  const double limit = 1.5e-6 * (1 + std::sqrt(terms));
  for (int64_t i = 0; i < n; ++i) {
    if (std::isnan(want[i]) && std::isnan(got[i])) continue;
    if (got[i] == want[i]) continue;
    ASSERT_NEAR(got[i], want[i], limit * std::max(1.f, std::fabs(want[i]))) << what << " at " << i;
  }
}
inline void expectSameBits(const float* got, const float* want, int64_t n, const char* what = "") {
  for (int64_t i = 0; i < n; ++i)
    ASSERT_EQ(std::bit_cast<uint32_t>(got[i]), std::bit_cast<uint32_t>(want[i]))
        << what << " at " << i;
}

/// Calls fn(output index, tap index, input index) for every pair inside the image; indices count
/// pixels.
template <typename F>
void eachTap(const Window& w, int64_t batch, F&& fn) {
  int64_t o = 0;
  for (int64_t b = 0; b < batch; ++b)
    for (int64_t d = 0; d < w.out[0]; ++d)
      for (int64_t h = 0; h < w.out[1]; ++h)
        for (int64_t x = 0; x < w.out[2]; ++x, ++o) {
          int64_t tap = 0;
          for (int64_t i = 0; i < w.kernel[0]; ++i)
            for (int64_t j = 0; j < w.kernel[1]; ++j)
              for (int64_t k = 0; k < w.kernel[2]; ++k, ++tap) {
                const int64_t z = d * w.stride[0] - w.padBefore[0] + i * w.dilation[0],
                              y = h * w.stride[1] - w.padBefore[1] + j * w.dilation[1],
                              c = x * w.stride[2] - w.padBefore[2] + k * w.dilation[2];
                if (z < 0 || z >= w.in[0] || y < 0 || y >= w.in[1] || c < 0 || c >= w.in[2])
                  continue;
                fn(o, tap, ((b * w.in[0] + z) * w.in[1] + y) * w.in[2] + c);
              }
        }
}

enum class Pad { kValid, kSame, kFull };

/// Fills the H and W of a window; false where it has no output.
inline bool window2d(int64_t h, int64_t w, int64_t kernel, int64_t stride, int64_t dilation,
                     Pad pad, Window* v) {
  const int64_t size[2] = {h, w}, span = (kernel - 1) * dilation + 1;
  for (int i = 1; i < 3; ++i) {
    const int64_t n = size[i - 1];
    v->in[i] = n;
    v->kernel[i] = kernel;
    v->stride[i] = stride;
    v->dilation[i] = dilation;
    v->padBefore[i] = 0;
    if (pad == Pad::kValid) {
      if (n < span) return false;
      v->out[i] = (n - span + stride) / stride;
    } else if (pad == Pad::kSame) {
      v->out[i] = (n + stride - 1) / stride;
      v->padBefore[i] = std::max<int64_t>(0, (v->out[i] - 1) * stride + span - n) / 2;
    } else {
      v->padBefore[i] = span - 1;
      v->out[i] = (n + span - 2) / stride + 1;
    }
  }
  return true;
}

}  // namespace smw::kernels::test
