// memcmp for the wasm, in place of the C library's, which goes byte by byte: names of nodes, which
// an import compares by the ten thousand, share long beginnings.
#ifdef __EMSCRIPTEN__
#include <bit>
#include <cstdint>
#include <cstring>

extern "C" int memcmp(const void* a, const void* b, size_t n) {
  const auto *x = static_cast<const unsigned char*>(a), *y = static_cast<const unsigned char*>(b);
  for (; n >= 8; n -= 8, x += 8, y += 8) {
    uint64_t u, v;
    std::memcpy(&u, x, 8);
    std::memcpy(&v, y, 8);
    if (u == v) continue;
    const int shift = std::countr_zero(u ^ v) & ~7;
    return int(u >> shift & 255) - int(v >> shift & 255);
  }
  for (; n > 0; --n, ++x, ++y)
    if (*x != *y) return *x - *y;
  return 0;
}
#endif
