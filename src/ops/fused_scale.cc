// Arithmetic on weights when a model is loaded: batch norms that go into the products before them.
// Made by graph passes only.
#include <algorithm>
#include <cmath>

#include "kernels/pack.h"
#include "ops/compressed_weight.h"
#include "ops/families.h"

namespace smw {
namespace {

Status requireFloats(Resolver& r) {
  for (int i = 0; i < r.numInputs(); ++i)
    if (r.dtype(i) != DType::kFloat) return r.unsupportedDType(r.dtype(i));
  return {};
}

/// gamma, variance: (C) -> gamma / sqrt(variance + epsilon).
Status resolveNormScale(Resolver& r) {
  SMW_TRY(requireFloats(r));
  const int64_t n = r.shape(0).numElements();
  if (r.shape(1).numElements() != n) return invalidArgument("gamma and variance differ in size");
  const float epsilon = r.attrOr("epsilon", 1e-3f);
  r.addOutput(DType::kFloat, Shape({n}));
  return r.kernel([=](const Args& a) {
    for (int64_t i = 0; i < n; ++i)
      a.out<float>(0)[i] = a.in<float>(0)[i] / std::sqrt(a.in<float>(1)[i] + epsilon);
  });
}

/// a, b, c -> a * b + c, or c - a * b with `negate`; a missing c is 0. Each has n values or one.
Status resolveMulAdd(Resolver& r) {
  SMW_TRY(requireFloats(r));
  int64_t n = 1;
  for (int i = 0; i < r.numInputs(); ++i) n = std::max(n, r.shape(i).numElements());
  int64_t step[3] = {0, 0, 0};
  for (int i = 0; i < r.numInputs() && i < 3; ++i) {
    const int64_t count = r.shape(i).numElements();
    if (count != n && count != 1) return invalidArgument("values by channel differ in number");
    step[i] = count == 1 ? 0 : 1;
  }
  const bool add = r.numInputs() > 2;
  const float sign = r.attrOr("negate", false) ? -1.0f : 1.0f;
  r.addOutput(DType::kFloat, Shape({n}));
  return r.kernel([=](const Args& a) {
    const float *x = a.in<float>(0), *y = a.in<float>(1), *z = add ? a.in<float>(2) : nullptr;
    for (int64_t i = 0; i < n; ++i)
      a.out<float>(0)[i] = sign * x[i * step[0]] * y[i * step[1]] + (add ? z[i * step[2]] : 0.0f);
  });
}

/// weight: a (rows, columns) matrix, its transpose with `transposed`, or its panels with `packed`;
/// scale: a value by column, or one for all -> the columns scaled.
Status resolveScaleColumns(Resolver& r) {
  SMW_TRY(requireFloats(r));
  const int64_t rows = SMW_TRY(r.attr<int64_t>("rows"));
  const int64_t columns = SMW_TRY(r.attr<int64_t>("columns"));
  const bool packed = r.attrOr("packed", false), transposed = r.attrOr("transposed", false);
  const int64_t size = SMW_TRY(mul(rows, columns)), scales = r.shape(1).numElements();
  if (const auto format = compressedFormat(r, 0, rows, columns)) {
    const int64_t floats = format->floats(), step = scales == 1 ? 0 : 1;
    r.addOutputReusing(0, DType::kFloat, r.shape(0));
    return r.kernel([=](const Args& a) {
      float* out = a.out<float>(0);
      if (a.inputs[0] != a.outputs[0]) std::copy_n(a.in<float>(0), floats, out);
      kernels::scaleColumns(*format, out, a.in<float>(1), step);
    });
  }
  if (r.shape(0).numElements() != (packed ? kernels::packedFloats(rows, columns) : size) ||
      (scales != columns && scales != 1))
    return invalidArgument("weights and scale do not fit each other");
  const int64_t step = scales == 1 ? 0 : 1;
  r.addOutputReusing(0, DType::kFloat, r.shape(0));
  return r.kernel([=](const Args& a) {
    const float *w = a.in<float>(0), *s = a.in<float>(1);
    float* out = a.out<float>(0);
    if (packed) {
      kernels::scalePackedColumns(w, rows, columns, s, step, out);
    } else {
      const int64_t outer = transposed ? columns : rows, inner = transposed ? rows : columns;
      for (int64_t i = 0; i < outer; ++i)
        for (int64_t j = 0; j < inner; ++j)
          out[i * inner + j] = w[i * inner + j] * s[(transposed ? i : j) * step];
    }
  });
}

constexpr OpDef kOps[] = {
    {"_BatchNormScale", "gamma, variance -> scale", resolveNormScale},
    {"_MulAdd", "a, b, c*num_args -> d", resolveMulAdd},
    {"_ScaleColumns", "weight, scale -> scaled", resolveScaleColumns},
};

}  // namespace

std::span<const OpDef> fusedScaleOps() { return kOps; }

}  // namespace smw
