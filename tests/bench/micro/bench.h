// A small clock for kernel benches: the same source runs natively, in Node and in a browser. It
// prints one line per case; `share` is of what the bare micro-kernel reaches on the same machine
// and variant.
#pragma once

#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <string>
#include <vector>

#include "kernels/gemm.h"

namespace smw::bench {

inline double now() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

inline const char* filter = "";
/// True where the case is wanted; the first argument of the program is a part of its name.
inline bool wanted(const char* name) { return std::strstr(name, filter) != nullptr; }

/// Best seconds per call over some rounds of at least `target` seconds in total.
template <typename F>
double seconds(F&& f, double target = 0.03) {
  f();
  int64_t count = 1;
  double best = 1e9, spent = 0;
  while (spent < target) {
    const double start = now();
    for (int64_t i = 0; i < count; ++i) f();
    const double t = now() - start;
    spent += t;
    if (t < 0.002) {
      count = t <= 0 ? count * 8 : count * 2;
      continue;
    }
    best = t / double(count) < best ? t / double(count) : best;
  }
  return best;
}

inline double peakGflops = 0;

inline void report(const char* name, double s, double flops, double bytes = 0) {
  std::printf("%-44s %9.4f ms", name, s * 1e3);
  if (flops > 0)
    std::printf("  %6.1f GFLOP/s  %3.0f%%", flops / s * 1e-9, 100 * flops / s * 1e-9 / peakGflops);
  if (bytes > 0) std::printf("  %6.1f GB/s", bytes / s * 1e-9);
  std::printf("\n");
}

inline std::vector<float> numbers(int64_t n) {
  std::vector<float> v(static_cast<size_t>(n));
  uint32_t x = 12345;
  for (float& f : v) {
    x = x * 1664525u + 1013904223u;
    f = float(int32_t(x)) * 0x1p-31f;
  }
  return v;
}

/// Reads the filter and measures the bare micro-kernel.
inline void begin(int argc, char** argv) {
  if (argc > 1) filter = argv[1];
  const double s = seconds([] { kernels::gemmPeak(384, 100); }, 0.1);
  peakGflops = 100.0 * 2 * 48 * 384 / s * 1e-9;
  std::printf("micro-kernel 6x8x384: %.1f GFLOP/s\n", peakGflops);
}

}  // namespace smw::bench
