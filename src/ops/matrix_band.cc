// MatrixBandPart: matrices without what lies off their diagonals.
#include <algorithm>
#include <cstring>

#include "ops/families.h"
#include "ops/resolver.h"

namespace smw {
namespace {

/// input: (.., m, n), num_lower, num_upper: scalars, negative ones keep all -> same shape.
Status resolveMatrixBandPart(Resolver& r) {
  const Shape& in = r.shape(0);
  const DType t = r.dtype(0);
  if (!isPod(t)) return r.unsupportedDType(t);
  if (in.rank() < 2) return invalidArgument("input must be at least 2-dim, received shape: ", in);
  int64_t limits[2];
  for (int i = 0; i < 2; ++i) {
    const char* name = i ? "num_upper" : "num_lower";
    SMW_TRY(r.requireScalar(i + 1, name));
    const int64_t most = in[in.rank() - 2 + i], given = SMW_TRY(r.integer(i + 1));
    if (given > most)
      return invalidArgument(name, " must be negative or at most ", most, ", got ", given);
    limits[i] = given < 0 ? most : given;
  }
  const int64_t lower = limits[0], upper = limits[1], m = in[in.rank() - 2], n = in.back();
  r.addOutputReusing(0, t, in);
  const int64_t size = int64_t(dtypeSize(t)), rows = in.product(0, in.rank() - 1);
  return r.kernel([=](const Args& a) {
    const auto* from = static_cast<const std::byte*>(a.inputs[0]);
    auto* to = static_cast<std::byte*>(a.outputs[0]);
    // fits: rows of the tensor; columns [begin, end) of row i are kept
    for (int64_t row = 0; row < rows; ++row, from += n * size, to += n * size) {
      const int64_t i = row % m;
      const int64_t end = std::clamp<int64_t>(i + upper + 1, 0, n),
                    begin = std::clamp<int64_t>(i - lower, 0, end);
      std::memset(to, 0, size_t(begin * size));
      std::memmove(to + begin * size, from + begin * size, size_t((end - begin) * size));
      std::memset(to + end * size, 0, size_t((n - end) * size));
    }
  });
}

constexpr OpDef kOps[] = {
    {"BatchMatrixBandPart", "input, num_lower, num_upper -> band", resolveMatrixBandPart},
    {"MatrixBandPart", "input, num_lower, num_upper -> band", resolveMatrixBandPart},
};

}  // namespace

std::span<const OpDef> matrixBandOps() { return kOps; }

}  // namespace smw
