// float16 and bfloat16 to float32 and back, four at a time.
#include "kernels/cast.h"
#include "simd/vec.h"

namespace smw::kernels {

using namespace simd;

namespace {

/// Stores the low 16 bits of each lane.
void storeLow16(uint16_t* to, I32x4 a, int n) {
  uint32_t t[4];
  wasm_v128_store(t, a.v);
  for (int i = 0; i < n; ++i) to[i] = uint16_t(t[i]);
}
I32x4 load16(const uint16_t* p, int n) {
  if (n == 4) return {wasm_u32x4_load16x4(p)};
  uint32_t t[4] = {};
  for (int i = 0; i < n; ++i) t[i] = p[i];
  return {wasm_v128_load(t)};
}

template <typename F>
void widen(const uint16_t* from, float* to, int64_t n, F f) {
  int64_t i = 0;
  for (; i + 4 <= n; i += 4) store(to + i, f(load16(from + i, 4)));
  if (i < n) storePartial(to + i, f(load16(from + i, int(n - i))), int(n - i));
}
template <typename F>
void narrow(const float* from, uint16_t* to, int64_t n, F f) {
  int64_t i = 0;
  for (; i + 4 <= n; i += 4) storeLow16(to + i, f(load(from + i)), 4);
  if (i < n) storeLow16(to + i, f(loadPartial(from + i, int(n - i))), int(n - i));
}

}  // namespace

void halfToFloat(const uint16_t* from, float* to, int64_t n) {
  widen(from, to, n, [](I32x4 h) {
    const I32x4 sign = (h & splat(0x8000)) << 16, magnitude = (h & splat(0x7FFF)) << 13;
    // The multiplication moves the exponent and normalises subnormals.
    const I32x4 b = bits(fromBits(magnitude) * splat(0x1p112f));
    const I32x4 special = {wasm_i32x4_ge(magnitude.v, splat(0x7C00 << 13).v)};
    return fromBits(b | sign | (special & splat(0x7F800000)));
  });
}

void floatToHalf(const float* from, uint16_t* to, int64_t n) {
  narrow(from, to, n, [](F32x4 x) {
    const I32x4 b = bits(x), sign = shrLogical(b, 16) & splat(0x8000), a = b & splat(0x7FFFFFFF);
    const I32x4 odd = shrLogical(a, 13) & splat(1);
    const I32x4 normal = shrLogical(a - splat(0x38000000) + splat(0xFFF) + odd, 13);
    const I32x4 subnormal = bits(fromBits(a) + splat(0.5f)) - splat(0x3F000000);
    const I32x4 isTiny = {wasm_i32x4_lt(a.v, splat(0x38800000).v)};
    const I32x4 isHuge = {wasm_i32x4_ge(a.v, splat(0x477FF000).v)};
    const I32x4 isNan = {wasm_i32x4_gt(a.v, splat(0x7F800000).v)};
    I32x4 r = bits(select(isTiny, fromBits(subnormal), fromBits(normal)));
    r = bits(select(isHuge, fromBits(splat(0x7C00)), fromBits(r)));
    return sign | r | (isNan & splat(0x200));
  });
}

void bfloat16ToFloat(const uint16_t* from, float* to, int64_t n) {
  widen(from, to, n, [](I32x4 h) { return fromBits(h << 16); });
}

void floatToBfloat16(const float* from, uint16_t* to, int64_t n) {
  narrow(from, to, n, [](F32x4 x) {
    const I32x4 b = bits(x), odd = shrLogical(b, 16) & splat(1);
    const I32x4 rounded = shrLogical(b + splat(0x7FFF) + odd, 16);
    const I32x4 quiet = shrLogical(b, 16) | splat(0x40);
    return bits(select(x == x, fromBits(rounded), fromBits(quiet)));
  });
}

}  // namespace smw::kernels
