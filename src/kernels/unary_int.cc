// Integers, in int64 (uint64 in its own): the low bits of the result are those of the narrow type.
#include <bit>

#include "kernels/unary.h"

namespace smw::kernels {
namespace {

template <typename T, typename F>
void each(const void* xs, void* ys, int64_t n, F f) {
  const T* x = static_cast<const T*>(xs);
  T* y = static_cast<T*>(ys);
  for (int64_t i = 0; i < n; ++i) y[i] = T(f(x[i]));
}

// uint64 arithmetic wraps where int64's is undefined.
using U = UnaryOp;
template <auto F>
void signedMap(const void* x, void* y, int64_t n, const UnaryParams&) {
  each<int64_t>(x, y, n, F);
}
template <auto F>
void wrapMap(const void* x, void* y, int64_t n, const UnaryParams&) {
  each<uint64_t>(x, y, n, F);
}
void leakyRelu(const void* x, void* y, int64_t n, const UnaryParams& p) {
  const int64_t alpha = int64_t(p.alpha);
  each<int64_t>(x, y, n,
                [&](int64_t v) { return v > 0 ? v : int64_t(uint64_t(v) * uint64_t(alpha)); });
}

/// What does not look at the sign.
UnaryLoop wrapping(UnaryOp op) {
  switch (op) {
    case U::kNeg:
      return wrapMap<[](uint64_t v) { return 0 - v; }>;
    case U::kSquare:
      return wrapMap<[](uint64_t v) { return v * v; }>;
    case U::kInvert:
      return wrapMap<[](uint64_t v) { return ~v; }>;
    case U::kPopulationCount:
      return wrapMap<[](uint64_t v) { return std::popcount(v); }>;
    case U::kCeil:
    case U::kFloor:
    case U::kRint:
      return wrapMap<[](uint64_t v) { return v; }>;
    default:
      return nullptr;
  }
}

}  // namespace

UnaryLoop unaryLoopI64(UnaryOp op) {
  switch (op) {
    case U::kAbs:
      return signedMap<[](int64_t v) { return v < 0 ? 0 - uint64_t(v) : uint64_t(v); }>;
    case U::kSign:
      return signedMap<[](int64_t v) { return (v > 0) - (v < 0); }>;
    case U::kRelu:
      return signedMap<[](int64_t v) { return v > 0 ? v : 0; }>;
    case U::kRelu6:
      return signedMap<[](int64_t v) { return v < 0 ? 0 : v > 6 ? 6 : v; }>;
    case U::kLeakyRelu:
      return leakyRelu;
    default:
      return wrapping(op);
  }
}

UnaryLoop unaryLoopU64(UnaryOp op) {
  switch (op) {
    case U::kAbs:
    case U::kRelu:
    case U::kLeakyRelu:
      return wrapping(U::kRint);
    case U::kSign:
      return wrapMap<[](uint64_t v) { return v != 0; }>;
    case U::kRelu6:
      return wrapMap<[](uint64_t v) { return v > 6 ? 6 : v; }>;
    default:
      return wrapping(op);
  }
}

}  // namespace smw::kernels
