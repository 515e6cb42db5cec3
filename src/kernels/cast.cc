// Rare pairs go through a wide type (float64, int64 or complex128) a block at a time, so that the
// code grows with the number of types, not with its square; the pairs that models use have loops of
// their own.
#include "kernels/cast.h"

#include <cstring>

#include "simd/vec.h"

namespace smw::kernels {
namespace {

using Loop = void (*)(const void* from, void* to, int64_t n);

template <typename From, typename To>
void plain(const void* from, void* to, int64_t n) {
  const From* __restrict f = static_cast<const From*>(from);
  To* __restrict t = static_cast<To*>(to);
  for (int64_t i = 0; i < n; ++i) t[i] = To(f[i]);
}

// Floating to integer: the machine's own conversion has different results for what does not fit
// on x86, ARM and in wasm, and C++ leaves it undefined.
int64_t toInt64(double x) { return x >= -0x1p63 && x < 0x1p63 ? int64_t(x) : INT64_MIN; }
int32_t toInt32(double x) { return x > -0x1p31 - 1 && x < 0x1p31 ? int32_t(x) : INT32_MIN; }
uint64_t toUint64(double x) {
  return !(x >= 0x1p63) ? uint64_t(toInt64(x)) : uint64_t(toInt64(x - 0x1p63)) ^ (1ull << 63);
}

void f64ToInt32(const void* from, void* to, int64_t n) {
  for (int64_t i = 0; i < n; ++i)
    static_cast<int32_t*>(to)[i] = toInt32(static_cast<const double*>(from)[i]);
}
void f64ToInt64(const void* from, void* to, int64_t n) {
  for (int64_t i = 0; i < n; ++i)
    static_cast<int64_t*>(to)[i] = toInt64(static_cast<const double*>(from)[i]);
}
void f64ToUint64(const void* from, void* to, int64_t n) {
  for (int64_t i = 0; i < n; ++i)
    static_cast<uint64_t*>(to)[i] = toUint64(static_cast<const double*>(from)[i]);
}
template <typename T>
void toBool(const void* from, void* to, int64_t n) {
  for (int64_t i = 0; i < n; ++i)
    static_cast<uint8_t*>(to)[i] = static_cast<const T*>(from)[i] != T(0);
}
template <typename C, typename R>
void realPart(const void* from, void* to, int64_t n) {
  for (int64_t i = 0; i < n; ++i) static_cast<R*>(to)[i] = static_cast<const C*>(from)[i].real();
}
void halfLoop(const void* f, void* t, int64_t n) {
  halfToFloat(static_cast<const uint16_t*>(f), static_cast<float*>(t), n);
}
void toHalfLoop(const void* f, void* t, int64_t n) {
  floatToHalf(static_cast<const float*>(f), static_cast<uint16_t*>(t), n);
}
void bf16Loop(const void* f, void* t, int64_t n) {
  bfloat16ToFloat(static_cast<const uint16_t*>(f), static_cast<float*>(t), n);
}
void toBf16Loop(const void* f, void* t, int64_t n) {
  floatToBfloat16(static_cast<const float*>(f), static_cast<uint16_t*>(t), n);
}

void f32ToInt32(const void* from, void* to, int64_t n) {
  using namespace simd;
  const float* f = static_cast<const float*>(from);
  int32_t* t = static_cast<int32_t*>(to);
  int64_t i = 0;
  for (; i + 4 <= n; i += 4) {
    const F32x4 x = load(f + i);
    const I32x4 fits = (x >= splat(-0x1p31f)) & (x < splat(0x1p31f));
    store(t + i, bits(select(fits, fromBits(toInt(x)), fromBits(splat(INT32_MIN)))));
  }
  for (; i < n; ++i) t[i] = toInt32(double(f[i]));
}

struct Direct {
  Elem from, to;
  Loop loop;
};
using E = Elem;
/// One step each. Longer ways are put together in `step`.
constexpr Direct kDirect[] = {
    {E::kF32, E::kI32, f32ToInt32},
    {E::kI32, E::kF32, plain<int32_t, float>},
    {E::kF32, E::kF64, plain<float, double>},
    {E::kF64, E::kF32, plain<double, float>},
    {E::kU8, E::kF32, plain<uint8_t, float>},
    {E::kBool, E::kF32, plain<uint8_t, float>},
    {E::kF32, E::kBool, toBool<float>},
    {E::kI32, E::kI64, plain<int32_t, int64_t>},
    {E::kI64, E::kI32, plain<int64_t, int32_t>},
    {E::kI64, E::kF32, plain<int64_t, float>},
    {E::kU64, E::kF32, plain<uint64_t, float>},
    {E::kBool, E::kI32, plain<uint8_t, int32_t>},
    {E::kU8, E::kI32, plain<uint8_t, int32_t>},
    {E::kF16, E::kF32, halfLoop},
    {E::kF32, E::kF16, toHalfLoop},
    {E::kBf16, E::kF32, bf16Loop},
    {E::kF32, E::kBf16, toBf16Loop},
    // To and from int64.
    {E::kI8, E::kI64, plain<int8_t, int64_t>},
    {E::kI16, E::kI64, plain<int16_t, int64_t>},
    {E::kU8, E::kI64, plain<uint8_t, int64_t>},
    {E::kU16, E::kI64, plain<uint16_t, int64_t>},
    {E::kU32, E::kI64, plain<uint32_t, int64_t>},
    {E::kBool, E::kI64, plain<uint8_t, int64_t>},
    {E::kI64, E::kI8, plain<int64_t, int8_t>},
    {E::kI64, E::kI16, plain<int64_t, int16_t>},
    {E::kI64, E::kU8, plain<int64_t, uint8_t>},
    {E::kI64, E::kU16, plain<int64_t, uint16_t>},
    {E::kI64, E::kU32, plain<int64_t, uint32_t>},
    {E::kI64, E::kBool, toBool<int64_t>},
    {E::kI64, E::kU64, plain<int64_t, int64_t>},
    {E::kU64, E::kI64, plain<int64_t, int64_t>},
    // To and from float64.
    {E::kI64, E::kF64, plain<int64_t, double>},
    {E::kU64, E::kF64, plain<uint64_t, double>},
    {E::kF64, E::kI64, f64ToInt64},
    {E::kF64, E::kI32, f64ToInt32},
    {E::kF64, E::kU64, f64ToUint64},
    {E::kF64, E::kBool, toBool<double>},
    // Complex.
    {E::kC64, E::kC128, plain<c64, c128>},
    {E::kC128, E::kC64, plain<c128, c64>},
    {E::kF64, E::kC128, plain<double, c128>},
    {E::kF32, E::kC64, plain<float, c64>},
    {E::kC128, E::kF64, realPart<c128, double>},
    {E::kC64, E::kF32, realPart<c64, float>},
    {E::kC128, E::kBool, toBool<c128>},
};

Loop direct(Elem from, Elem to) {
  for (const Direct& d : kDirect)
    if (d.from == from && d.to == to) return d.loop;
  return nullptr;
}

/// The type to go through next on the way from `from` to `to`.
Elem step(Elem from, Elem to) {
  if (isComplex(to) && !isComplex(from)) {
    if (from == E::kF32) return E::kC64;
    if (from == E::kF64) return E::kC128;
    if (from == E::kF16 || from == E::kBf16) return E::kF32;
    return direct(from, E::kF64) ? E::kF64 : E::kI64;
  }
  if (isComplex(from)) {
    if (to == E::kBool) return E::kC128;
    return from == E::kC64 ? E::kF32 : E::kF64;
  }
  if (from == E::kF16 || from == E::kBf16) return E::kF32;
  if (to == E::kF16 || to == E::kBf16)
    return isInt(from) && from != E::kI64 && from != E::kU64 && !direct(from, E::kF32) ? E::kI64
                                                                                       : E::kF32;
  if (from == E::kF32) return E::kF64;
  if (from == E::kF64) return elemSize(to) < 4 ? E::kI32 : E::kI64;
  return E::kI64;  // integers and bool
}

}  // namespace

void cast(Elem fromElem, const void* from, Elem toElem, void* to, int64_t n) {
  if (n <= 0) return;
  const size_t fromSize = elemSize(fromElem), toSize = elemSize(toElem);
  if (fromElem == toElem) {
    if (from != to) std::memcpy(to, from, size_t(n) * fromSize);
    return;
  }
  if (!fromSize || !toSize) return;
  if (const Loop loop = direct(fromElem, toElem)) return loop(from, to, n);

  Loop way[6];
  Elem types[6];
  int steps = 0;
  for (Elem at = fromElem; at != toElem && steps < 6; ++steps) {
    const Elem next = direct(at, toElem) ? toElem : step(at, toElem);
    way[steps] = direct(at, next);
    types[steps] = at = next;
  }
  Block a, b;
  const std::byte* f = static_cast<const std::byte*>(from);
  std::byte* t = static_cast<std::byte*>(to);
  for (int64_t i = 0; i < n; i += kBlock) {
    const int64_t m = n - i < kBlock ? n - i : kBlock;
    const void* in = f + size_t(i) * fromSize;
    for (int s = 0; s < steps; ++s) {
      void* out = s + 1 == steps ? static_cast<void*>(t + size_t(i) * toSize)
                                 : static_cast<void*>(s % 2 ? b.bytes : a.bytes);
      way[s](in, out, m);
      in = out;
    }
  }
}

void castTruncate(Elem fromElem, const void* from, Elem toElem, void* to, int64_t n) {
  const auto mantissa = [](Elem e) {
    return e == E::kF64 ? 52 : e == E::kF32 ? 23 : e == E::kF16 ? 10 : e == E::kBf16 ? 7 : 0;
  };
  const int drop = mantissa(fromElem) - mantissa(toElem);
  if (drop <= 0 || !mantissa(toElem)) return cast(fromElem, from, toElem, to, n);
  const size_t size = elemSize(fromElem);
  Block block;
  for (int64_t i = 0; i < n; i += kBlock) {
    const int64_t m = n - i < kBlock ? n - i : kBlock;
    std::memcpy(block.bytes, static_cast<const std::byte*>(from) + size_t(i) * size,
                size_t(m) * size);
    for (int64_t k = 0; k < m; ++k) {
      uint64_t bits = 0;  // little-endian
      std::byte* at = block.bytes + size_t(k) * size;
      std::memcpy(&bits, at, size);
      bits &= ~0ull << drop;
      std::memcpy(at, &bits, size);
    }
    cast(fromElem, block.bytes, toElem, static_cast<std::byte*>(to) + size_t(i) * elemSize(toElem),
         m);
  }
}

}  // namespace smw::kernels
