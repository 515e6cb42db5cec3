// Size arithmetic on numbers that come from files and shapes.
#pragma once

#include <cstdint>

#include "base/status.h"

namespace smw {

/// a * b, or INVALID_ARGUMENT where the product leaves int64 or an operand is negative.
inline Result<int64_t> mul(int64_t a, int64_t b) {
  int64_t r;
  if (a < 0 || b < 0 || __builtin_mul_overflow(a, b, &r))
    return invalidArgument("a size is negative or too large");
  return r;
}
/// a + b, under the same rules.
inline Result<int64_t> add(int64_t a, int64_t b) {
  int64_t r;
  if (a < 0 || b < 0 || __builtin_add_overflow(a, b, &r))
    return invalidArgument("a size is negative or too large");
  return r;
}

}  // namespace smw
