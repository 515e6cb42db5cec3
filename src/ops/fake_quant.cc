// FakeQuantWithMinMaxArgs, ...Vars, ...VarsPerChannel.
#include "kernels/fake_quant.h"

#include "ops/elementwise.h"
#include "ops/families.h"

namespace smw {
namespace {

struct Grid {
  int bits;
  bool narrow;
};
Result<Grid> gridOf(Resolver& r) {
  const int64_t bits = r.attrOr<int64_t>("num_bits", 8);
  if (bits < 2 || bits > 16)
    return invalidArgument("num_bits must be between 2 and 16, inclusive, got ", bits);
  if (r.dtype(0) != DType::kFloat) return r.unsupportedDType(r.dtype(0));
  return Grid{int(bits), r.attrOr("narrow_range", false)};
}

/// One range for all elements: inputs 1 and 2, or `min` and `max`.
Status whole(Resolver& r, Grid grid, bool fromInputs, float min, float max) {
  r.addOutputReusing(0, DType::kFloat, r.shape(0));
  return r.kernel([=, n = r.shape(0).numElements()](const Args& a) {
    const kernels::FakeQuant q(fromInputs ? *a.in<float>(1) : min,
                               fromInputs ? *a.in<float>(2) : max, grid.bits, grid.narrow);
    a.context.parallel().run(n, kElementGrain, [&](int64_t begin, int64_t end) {
      kernels::fakeQuant(q, a.in<float>(0) + begin, a.out<float>(0) + begin, end - begin);
    });
  });
}

/// inputs: any shape; the range is in the attributes min and max.
Status resolveArgs(Resolver& r) {
  const Grid grid = SMW_TRY(gridOf(r));
  const float min = r.attrOr("min", -6.0f), max = r.attrOr("max", 6.0f);
  if (!(min < max))
    return invalidArgument("min has to be smaller than max, was: ", double(min),
                           " >= ", double(max));
  return whole(r, grid, false, min, max);
}

/// min, max: scalars.
Status resolveVars(Resolver& r) {
  const Grid grid = SMW_TRY(gridOf(r));
  for (int i : {1, 2}) {
    if (r.dtype(i) != DType::kFloat) return r.unsupportedDType(r.dtype(i));
    SMW_TRY(r.requireScalar(i, i == 1 ? "min" : "max"));
  }
  return whole(r, grid, true, 0, 0);
}

/// inputs is (.., d), min and max are (d).
Status resolvePerChannel(Resolver& r) {
  const Grid grid = SMW_TRY(gridOf(r));
  if (r.rank(0) < 1) return invalidArgument("inputs must have at least one dimension");
  const int64_t depth = r.shape(0).back();
  for (int i : {1, 2}) {
    if (r.dtype(i) != DType::kFloat) return r.unsupportedDType(r.dtype(i));
    SMW_TRY(r.requireVector(i, i == 1 ? "min" : "max"));
    if (r.shape(i)[0] != depth)
      return invalidArgument(i == 1 ? "min" : "max", " has incorrect size, expected ", depth,
                             " was ", r.shape(i)[0]);
  }
  r.addOutputReusing(0, DType::kFloat, r.shape(0));
  return r.kernel([=, rows = r.shape(0).product(0, r.rank(0) - 1)](const Args& a) {
    const float* x = a.in<float>(0);
    float* y = a.out<float>(0);
    a.context.parallel().run(depth, 16, [&](int64_t begin, int64_t end) {
      for (int64_t c = begin; c < end; ++c) {
        const kernels::FakeQuant q(a.in<float>(1)[c], a.in<float>(2)[c], grid.bits, grid.narrow);
        float column[256];
        for (int64_t row = 0; row < rows; row += 256) {
          const int64_t n = rows - row < 256 ? rows - row : 256;
          for (int64_t i = 0; i < n; ++i) column[i] = x[(row + i) * depth + c];
          kernels::fakeQuant(q, column, column, n);
          for (int64_t i = 0; i < n; ++i) y[(row + i) * depth + c] = column[i];
        }
      }
    });
  });
}

constexpr OpDef kOps[] = {
    {"FakeQuantWithMinMaxArgs", "inputs -> outputs", resolveArgs},
    {"FakeQuantWithMinMaxVars", "inputs, min, max -> outputs", resolveVars},
    {"FakeQuantWithMinMaxVarsPerChannel", "inputs, min, max -> outputs", resolvePerChannel},
};

}  // namespace

std::span<const OpDef> fakeQuantOps() { return kOps; }

}  // namespace smw
