#include "ops/random_fill.h"

#include <algorithm>
#include <cmath>

namespace smw {

namespace {

/// Two normal numbers from two uniform ones (Box and Muller).
template <typename T>
std::array<T, 2> boxMuller(T u1, T u2) {
  constexpr T kTwoPi = T(6.28318530717958647692), kSmallest = T(1.0e-7);
  const T radius = std::sqrt(T(-2) * std::log(std::max(u1, kSmallest)));
  return {std::sin(kTwoPi * u2) * radius, std::cos(kTwoPi * u2) * radius};
}

/// T's from one block of bits: kCount of them, by distribution.
template <typename T>
struct Uniform {
  static constexpr int kCount = 4;
  static void make(const Philox::Block& b, T* out) {
    for (int i = 0; i < 4; ++i)
      if constexpr (std::is_same_v<T, float>)
        out[i] = uniformFloat(b[size_t(i)]);
      else if constexpr (std::is_same_v<T, half>)
        out[i] = uniformHalf(b[size_t(i)]);
      else
        out[i] = uniformBfloat16(b[size_t(i)]);
  }
};
template <>
struct Uniform<double> {
  static constexpr int kCount = 2;
  static void make(const Philox::Block& b, double* out) {
    out[0] = uniformDouble(b[0], b[1]);
    out[1] = uniformDouble(b[2], b[3]);
  }
};
template <typename T>
struct Normal {
  static constexpr int kCount = 4;
  static void make(const Philox::Block& b, T* out) {
    for (size_t i = 0; i < 4; i += 2) {
      const auto f = boxMuller(uniformFloat(b[i]), uniformFloat(b[i + 1]));
      out[i] = T(f[0]);
      out[i + 1] = T(f[1]);
    }
  }
};
template <>
struct Normal<double> {
  static constexpr int kCount = 2;
  static void make(const Philox::Block& b, double* out) {
    const auto f = boxMuller(uniformDouble(b[0], b[1]), uniformDouble(b[2], b[3]));
    out[0] = f[0];
    out[1] = f[1];
  }
};

template <typename T, template <typename> typename D>
void fill(Philox g, void* out, int64_t n) {
  constexpr int kCount = D<T>::kCount;
  T* to = static_cast<T*>(out);
  T some[4];
  for (int64_t i = 0; i < n; i += kCount) {
    D<T>::make(g(), some);
    std::copy_n(some, std::min<int64_t>(kCount, n - i), to + i);
  }
}

/// Normal numbers of which those beyond two standard deviations are drawn again. Each output has
/// 256 random words of its own, which a group of kCount outputs shares.
template <typename T>
void fillTruncated(Philox g, void* out, int64_t n) {
  constexpr int kCount = Normal<T>::kCount;
  constexpr uint64_t kBlocksPerGroup = kCount * 256 / 4;
  T* to = static_cast<T*>(out);
  for (int64_t i = 0; i < n; i += kCount) {
    Philox group = g;
    group.skip(uint64_t(i / kCount) * kBlocksPerGroup);
    // The bits are taken one by one, not by blocks: a sample starts where the last one ended.
    Philox::Block block{};
    size_t used = 4;
    const auto next = [&] {
      if (used == 4) block = group(), used = 0;
      return block[used++];
    };
    int made = 0;
    while (made < kCount) {
      std::array<double, 2> pair;
      if constexpr (std::is_same_v<T, double>) {
        const uint32_t x0 = next(), x1 = next(), x2 = next(), x3 = next();
        pair = boxMuller(uniformDouble(x0, x1), uniformDouble(x2, x3));
      } else {
        const uint32_t x0 = next(), x1 = next();
        const auto f = boxMuller(uniformFloat(x0), uniformFloat(x1));
        pair = {double(f[0]), double(f[1])};
      }
      for (double v : pair)
        if (std::abs(v) < 2 && made < kCount) {
          if (i + made < n) {
            if constexpr (std::is_same_v<T, double>)
              to[i + made] = v;
            else
              to[i + made] = T(float(v));
          }
          ++made;
        }
    }
  }
}

template <typename T>
RandomFill pick(Distribution d) {
  switch (d) {
    case Distribution::kUniform:
      return fill<T, Uniform>;
    case Distribution::kNormal:
      return fill<T, Normal>;
    case Distribution::kTruncatedNormal:
      return fillTruncated<T>;
  }
  return nullptr;
}

template <typename T>
void ints32(Philox g, uint64_t low, uint64_t range, T* out, int64_t n) {
  for (int64_t i = 0; i < n; i += 4) {
    const auto b = g();
    for (int64_t k = i; k < std::min(n, i + 4); ++k) {
      const uint32_t x = b[size_t(k - i)];
      out[k] = T(uint32_t(low) + (range ? x % uint32_t(range) : x));
    }
  }
}
template <typename T>
void ints64(Philox g, uint64_t low, uint64_t range, T* out, int64_t n) {
  for (int64_t i = 0; i < n; i += 2) {
    const auto b = g();
    for (int64_t k = i; k < std::min(n, i + 2); ++k) {
      const size_t at = size_t(k - i) * 2;
      const uint64_t x = b[at] | uint64_t(b[at + 1]) << 32;
      out[k] = T(low + (range ? x % range : x));
    }
  }
}

}  // namespace

Result<RandomFill> randomFill(const Resolver& r, Distribution d, DType dtype) {
  switch (dtype) {
    case DType::kFloat:
      return pick<float>(d);
    case DType::kDouble:
      return pick<double>(d);
    case DType::kHalf:
      return pick<half>(d);
    case DType::kBfloat16:
      return pick<bfloat16>(d);
    default:
      return r.unsupportedDType(dtype);
  }
}

void randomInts(Philox g, DType dtype, uint64_t low, uint64_t range, void* out, int64_t n) {
  if (dtypeSize(dtype) == 4)
    ints32(g, low, range, static_cast<uint32_t*>(out), n);
  else
    ints64(g, low, range, static_cast<uint64_t*>(out), n);
}

}  // namespace smw
