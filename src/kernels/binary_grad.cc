// Gradients of elementwise functions.
#include <cmath>

#include "kernels/binary_loop.h"
#include "simd/math.h"

namespace smw::kernels {
namespace {

using namespace simd;
using B = BinaryOp;

template <typename F>
void mapF32(const void* as, int stepA, const void* bs, int stepB, void* out, int64_t n, F f) {
  const float* a = static_cast<const float*>(as);
  const float* b = static_cast<const float*>(bs);
  float* y = static_cast<float*>(out);
  const auto get = [](const float* p, int step, int64_t i, int m) {
    return !step ? splat(*p) : m == 4 ? load(p + i) : loadPartial(p + i, m);
  };
  for (int64_t i = 0; i < n; i += 4) {
    const int m = n - i < 4 ? int(n - i) : 4;
    const F32x4 r = f(get(a, stepA, i, m), get(b, stepB, i, m));
    if (m == 4)
      store(y + i, r);
    else
      storePartial(y + i, r, m);
  }
}
template <F32x4 (*F)(F32x4, F32x4)>
bool gradF32(const void* a, int stepA, const void* b, int stepB, void* out, int64_t n,
             const BinaryParams&) {
  mapF32(a, stepA, b, stepB, out, n, F);
  return true;
}
bool leakyReluF32(const void* a, int stepA, const void* b, int stepB, void* out, int64_t n,
                  const BinaryParams& p) {
  mapF32(a, stepA, b, stepB, out, n,
         [alpha = splat(p.alpha)](F32x4 g, F32x4 x) { return select(x > zero(), g, g * alpha); });
  return true;
}
F32x4 reluF32(F32x4 g, F32x4 x) { return select(x > zero(), g, zero()); }
F32x4 relu6F32(F32x4 g, F32x4 x) { return select((x > zero()) & (x < splat(6.0f)), g, zero()); }
F32x4 sigmoidF32(F32x4 y, F32x4 dy) { return dy * y * (splat(1.0f) - y); }
F32x4 tanhF32(F32x4 y, F32x4 dy) { return dy * (splat(1.0f) - y * y); }

template <double (*F)(double, double)>
constexpr BinaryLoop kMap = binaryMap<double, double, F>;
template <c128 (*F)(c128, c128)>
constexpr BinaryLoop kComplex = binaryMap<c128, c128, F>;

template <typename T>
bool leakyRelu(const void* as, int stepA, const void* bs, int stepB, void* out, int64_t n,
               const BinaryParams& p) {
  const T* g = static_cast<const T*>(as);
  const T* x = static_cast<const T*>(bs);
  const T alpha = T(p.alpha);
  for (int64_t i = 0; i < n; ++i)
    static_cast<T*>(out)[i] = x[i * stepB] > 0 ? g[i * stepA] : T(g[i * stepA] * alpha);
  return true;
}
double softsign(double g, double x) {
  const double d = 1 + std::fabs(x);
  return g / (d * d);
}
double selu(double g, double y) {
  constexpr double kScale = 1.0507009873554804934193349852946;
  constexpr double kScaleAlpha = 1.7580993408473768599402175208123;
  return y < 0 ? g * (y + kScaleAlpha) : g * kScale;
}
c128 complexSqrt(c128 y, c128 dy) { return dy == 0.0 ? c128() : 0.5 * dy / std::conj(y); }
c128 complexRsqrt(c128 y, c128 dy) {
  const c128 c = std::conj(y);
  return dy == 0.0 ? c128() : -0.5 * (dy * c) * (c * c);
}

template <typename T>
BinaryLoop integers(BinaryOp op) {
  switch (op) {
    case B::kReluGrad:
      return binaryMap<T, T, [](T g, T x) { return x > 0 ? g : T(0); }>;
    case B::kRelu6Grad:
      return binaryMap<T, T, [](T g, T x) { return x > 0 && x < 6 ? g : T(0); }>;
    case B::kLeakyReluGrad:
      return leakyRelu<T>;
    default:
      return nullptr;
  }
}

BinaryLoop f32(BinaryOp op) {
  switch (op) {
    case B::kReluGrad:
      return gradF32<reluF32>;
    case B::kRelu6Grad:
      return gradF32<relu6F32>;
    case B::kLeakyReluGrad:
      return leakyReluF32;
    case B::kSigmoidGrad:
      return gradF32<sigmoidF32>;
    case B::kTanhGrad:
      return gradF32<tanhF32>;
    default:
      return nullptr;
  }
}

BinaryLoop f64(BinaryOp op) {
  switch (op) {
    case B::kEluGrad:
      return kMap<[](double g, double y) { return y < 0 ? g * (y + 1) : g; }>;
    case B::kLeakyReluGrad:
      return leakyRelu<double>;
    case B::kReciprocalGrad:
      return kMap<[](double y, double dy) { return -dy * y * y; }>;
    case B::kRelu6Grad:
      return kMap<[](double g, double x) { return x > 0 && x < 6 ? g : 0; }>;
    case B::kReluGrad:
      return kMap<[](double g, double x) { return x > 0 ? g : 0; }>;
    case B::kRsqrtGrad:
      return kMap<[](double y, double dy) { return dy == 0 ? 0 : -0.5 * (dy * y) * (y * y); }>;
    case B::kSeluGrad:
      return kMap<selu>;
    case B::kSigmoidGrad:
      return kMap<[](double y, double dy) { return dy * y * (1 - y); }>;
    case B::kSoftplusGrad:
      return kMap<[](double g, double x) { return g / (std::exp(-x) + 1); }>;
    case B::kSoftsignGrad:
      return kMap<softsign>;
    case B::kSqrtGrad:
      return kMap<[](double y, double dy) { return dy == 0 ? 0 : 0.5 * dy / y; }>;
    case B::kTanhGrad:
      return kMap<[](double y, double dy) { return dy * (1 - y * y); }>;
    default:
      return nullptr;
  }
}

BinaryLoop complex(BinaryOp op) {
  switch (op) {
    case B::kReciprocalGrad:
      return kComplex<[](c128 y, c128 dy) { return -dy * std::conj(y * y); }>;
    case B::kRsqrtGrad:
      return kComplex<complexRsqrt>;
    case B::kSigmoidGrad:
      return kComplex<[](c128 y, c128 dy) { return dy * y * (1.0 - y); }>;
    case B::kSqrtGrad:
      return kComplex<complexSqrt>;
    case B::kTanhGrad:
      return kComplex<[](c128 y, c128 dy) { return dy * (1.0 - y * y); }>;
    default:
      return nullptr;
  }
}

}  // namespace

const BinaryLoops gradLoops{f32, f64, complex, integers<int64_t>, integers<uint64_t>};

}  // namespace smw::kernels
