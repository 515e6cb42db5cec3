// When two tensors count as equal.
#pragma once

#include <string>

#include "tensor/tensor.h"

namespace smw::conformance {

/// |a - b| <= atol + rtol * |b|, with atol = atolFactor * (largest finite |b|) + atolPlus.
struct Tolerance {
  double rtol = 0, atolFactor = 0, atolPlus = 0;
};

/// The tolerance of an op's output: by the precision of the dtype.
Tolerance opTolerance(DType t);
/// That of a model's output; `noise` is how far TensorFlow's own optimised run lies off.
Tolerance modelTolerance(DType t, double noise);

/// Empty where `got` equals `want`, else the first difference: index, got, want, ratio to the
/// tolerance.
std::string difference(const Tensor& got, const Tensor& want, const Tolerance& tolerance);

/// Element i of a floating or complex tensor.
std::complex<double> numberAt(const Tensor& t, int64_t i);

/// "float32[2,3] 1 2 3 ..." with up to `limit` elements.
std::string show(const Tensor& t, int64_t limit = 16);

}  // namespace smw::conformance
