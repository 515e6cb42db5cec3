// What happens to a finished sum before it is stored: bias, residual, clamp, then any function.
#pragma once

#include <cstdint>
#include <limits>

namespace smw::kernels {

/// c = post(clamp(sum + bias[column] + residual[row][column], lo, hi)); NaN passes through the
/// clamp.
struct Epilogue {
  /// One value per output column (channel), or null.
  const float* bias = nullptr;
  /// Same shape as the output, rows `residualStride` floats apart (0 means: as the output's); may
  /// be the output itself. Or null.
  const float* residual = nullptr;
  int64_t residualStride = 0;
  float lo = -std::numeric_limits<float>::infinity();
  float hi = std::numeric_limits<float>::infinity();
  /// Applied in place to each finished stretch of n neighbouring outputs (sigmoid, GELU, ...), or
  /// null. What it gives for an element must not depend on the element's neighbours.
  void (*post)(const void* context, float* p, int64_t n) = nullptr;
  const void* postContext = nullptr;

  static Epilogue none() { return {}; }
  static Epilogue withBias(const float* bias) { return {.bias = bias}; }
  static Epilogue relu(const float* bias) { return {.bias = bias, .lo = 0}; }
  static Epilogue relu6(const float* bias) { return {.bias = bias, .lo = 0, .hi = 6}; }
};

}  // namespace smw::kernels
