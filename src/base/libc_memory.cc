// memcmp, memcpy and memmove for the wasm, in place of the C library's, which go byte by byte: an
// import compares and copies names of nodes by the ten thousand, and a first one runs code that no
// engine has optimised yet.
#ifdef __EMSCRIPTEN__
#include <wasm_simd128.h>

#include <bit>
#include <cstddef>
#include <cstdint>

namespace {

using Bytes = unsigned char*;
using ConstBytes = const unsigned char*;

template <typename T>
T read(ConstBytes p) {
  T v;
  __builtin_memcpy(&v, p, sizeof v);
  return v;
}
template <typename T>
void copyEnds(Bytes to, ConstBytes from, size_t n) {
  const T first = read<T>(from), last = read<T>(from + n - sizeof(T));
  __builtin_memcpy(to, &first, sizeof first);
  __builtin_memcpy(to + n - sizeof(T), &last, sizeof last);
}

/// At most 16; they may overlap.
void copyFew(Bytes to, ConstBytes from, size_t n) {
  if (n >= 8) return copyEnds<uint64_t>(to, from, n);
  if (n >= 4) return copyEnds<uint32_t>(to, from, n);
  if (n == 0) return;
  const auto first = from[0], middle = from[n / 2], last = from[n - 1];
  to[0] = first;
  to[n / 2] = middle;
  to[n - 1] = last;
}

/// A call out of the wasm: for a few hundred bytes and more it pays.
void copyByEngine(Bytes to, ConstBytes from, size_t n) {
  asm volatile("local.get %0\n local.get %1\n local.get %2\n memory.copy 0, 0" ::"r"(to), "r"(from),
               "r"(n)
               : "memory");
}

}  // namespace

extern "C" int memcmp(const void* a, const void* b, size_t n) {
  auto x = static_cast<ConstBytes>(a), y = static_cast<ConstBytes>(b);
  for (; n >= 8; n -= 8, x += 8, y += 8) {
    const auto u = read<uint64_t>(x), v = read<uint64_t>(y);
    if (u == v) continue;
    const int shift = std::countr_zero(u ^ v) & ~7;
    return int(u >> shift & 255) - int(v >> shift & 255);
  }
  for (; n > 0; --n, ++x, ++y)
    if (*x != *y) return *x - *y;
  return 0;
}

extern "C" void* memcpy(void* __restrict to, const void* __restrict from, size_t n) {
  const auto d = static_cast<Bytes>(to);
  const auto s = static_cast<ConstBytes>(from);
  if (n <= 16) {
    copyFew(d, s, n);
  } else if (n < 256) {
#pragma clang loop unroll(disable)
    for (size_t i = 0; i + 16 < n; i += 16) wasm_v128_store(d + i, wasm_v128_load(s + i));
    wasm_v128_store(d + n - 16, wasm_v128_load(s + n - 16));
  } else {
    copyByEngine(d, s, n);
  }
  return to;
}

extern "C" void* memmove(void* to, const void* from, size_t n) {
  const auto d = static_cast<Bytes>(to);
  const auto s = static_cast<ConstBytes>(from);
  if (n > 16 && (size_t(d - s) < n || size_t(s - d) < n))
    copyByEngine(d, s, n);
  else
    memcpy(to, from, n);
  return to;
}
#endif
