// float32, four lanes at a time; half and bfloat16 pass through here too.
#include "kernels/unary.h"
#include "simd/math.h"

namespace smw::kernels {
namespace {

using namespace simd;

/// The tail is a partial vector, so that every element takes the same way.
template <F32x4 (*F)(F32x4)>
void map(const void* xs, void* ys, int64_t n, const UnaryParams&) {
  const float* x = static_cast<const float*>(xs);
  float* y = static_cast<float*>(ys);
  int64_t i = 0;
  for (; i + 4 <= n; i += 4) store(y + i, F(load(x + i)));
  if (i < n) storePartial(y + i, F(loadPartial(x + i, int(n - i))), int(n - i));
}
/// The same with one copy of a long F: the rest goes through the loop once more, padded. (A branch
/// within the loop costs more than most F.)
template <F32x4 (*F)(F32x4)>
void mapLong(const void* xs, void* ys, int64_t n, const UnaryParams&) {
  const float* x = static_cast<const float*>(xs);
  float* y = static_cast<float*>(ys);
  float rest[4];
  for (int count = 0;;) {
    float* const end = y + n / 4 * 4;
    for (; y != end; x += 4, y += 4) store(y, F(load(x)));
    if (count > 0) return storePartial(static_cast<float*>(ys), load(rest), count);
    if (n % 4 == 0) return;
    count = int(n % 4);
    ys = y;
    store(rest, loadPartial(x, count));
    x = y = rest;
    n = 4;
  }
}

void leakyRelu(const void* xs, void* ys, int64_t n, const UnaryParams& p) {
  const float* x = static_cast<const float*>(xs);
  float* y = static_cast<float*>(ys);
  const F32x4 alpha = splat(p.alpha);
  const auto f = [&](F32x4 v) { return select(v > zero(), v, v * alpha); };
  int64_t i = 0;
  for (; i + 4 <= n; i += 4) store(y + i, f(load(x + i)));
  if (i < n) storePartial(y + i, f(loadPartial(x + i, int(n - i))), int(n - i));
}

F32x4 neg(F32x4 x) { return -x; }
F32x4 relu(F32x4 x) { return max(x, zero()); }
F32x4 relu6(F32x4 x) { return min(max(x, zero()), splat(6.0f)); }
F32x4 reciprocal(F32x4 x) { return splat(1.0f) / x; }
F32x4 square(F32x4 x) { return x * x; }
F32x4 softsign(F32x4 x) { return x / (splat(1.0f) + abs(x)); }
F32x4 sign(F32x4 x) {
  const F32x4 one = copySign(splat(1.0f), x);
  return select(x != x, x, select(x == zero(), zero(), one));
}

template <bool (*F)(uint32_t)>
void classify(const void* xs, void* ys, int64_t n, const UnaryParams&) {
  const uint32_t* x = static_cast<const uint32_t*>(xs);
  uint8_t* y = static_cast<uint8_t*>(ys);
  for (int64_t i = 0; i < n; ++i) y[i] = F(x[i] & 0x7FFFFFFF);
}
bool isFinite(uint32_t magnitude) { return magnitude < 0x7F800000; }
bool isInf(uint32_t magnitude) { return magnitude == 0x7F800000; }
bool isNan(uint32_t magnitude) { return magnitude > 0x7F800000; }

}  // namespace

UnaryLoop unaryLoopF32(UnaryOp op) {
  using U = UnaryOp;
  switch (op) {
    case U::kAbs:
      return map<simd::abs>;
    case U::kCeil:
      return map<simd::ceil>;
    case U::kCos:
      return mapLong<simd::cos>;
    case U::kElu:
      return mapLong<simd::elu>;
    case U::kErf:
      return mapLong<simd::erf>;
    case U::kExp:
      return mapLong<simd::exp>;
    case U::kExpm1:
      return mapLong<simd::expm1>;
    case U::kFloor:
      return map<simd::floor>;
    case U::kIsFinite:
      return classify<isFinite>;
    case U::kIsInf:
      return classify<isInf>;
    case U::kIsNan:
      return classify<isNan>;
    case U::kLeakyRelu:
      return leakyRelu;
    case U::kLog:
      return mapLong<simd::log>;
    case U::kLog1p:
      return mapLong<simd::log1p>;
    case U::kNeg:
      return map<neg>;
    case U::kReciprocal:
      return map<reciprocal>;
    case U::kRelu:
      return map<relu>;
    case U::kRelu6:
      return map<relu6>;
    case U::kRint:
      return map<simd::nearest>;
    case U::kRsqrt:
      return map<simd::rsqrt>;
    case U::kSelu:
      return mapLong<simd::selu>;
    case U::kSigmoid:
      return mapLong<simd::sigmoid>;
    case U::kSign:
      return map<sign>;
    case U::kSin:
      return mapLong<simd::sin>;
    case U::kSoftplus:
      return mapLong<simd::softplus>;
    case U::kSoftsign:
      return map<softsign>;
    case U::kSqrt:
      return map<simd::sqrt>;
    case U::kSquare:
      return map<square>;
    case U::kTan:
      return mapLong<simd::tan>;
    case U::kTanh:
      return mapLong<simd::tanh>;
    case U::kSilu:
      return mapLong<simd::silu>;
    case U::kGeluErf:
      return mapLong<simd::geluErf>;
    case U::kGeluTanh:
      return mapLong<simd::geluTanh>;
    case U::kMish:
      return mapLong<simd::mish>;
    case U::kHardSwish:
      return map<simd::hardSwish>;
    default:
      return nullptr;  // through float64
  }
}

}  // namespace smw::kernels
