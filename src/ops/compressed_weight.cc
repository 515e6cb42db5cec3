#include "ops/compressed_weight.h"

namespace smw {

std::optional<kernels::Compressed> compressedFormat(Resolver& r, int input, int64_t rows,
                                                    int64_t columns) {
  const int64_t kind = r.attrOr("compression", int64_t(0)), taps = r.attrOr("taps", int64_t(1));
  if (kind == 0 || taps < 1) return std::nullopt;
  const kernels::Compressed c{kernels::Compressed::Kind(kind), taps, rows / taps, columns};
  if (r.shape(input).numElements() != c.floats()) return std::nullopt;
  return c;
}

}  // namespace smw
