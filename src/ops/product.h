// Batches of matrix products: what MatMul, BatchMatMul and Einsum come down to.
#pragma once

#include <vector>

#include "kernels/gemm.h"
#include "kernels/parallel.h"
#include "ops/resolver.h"

namespace smw {

/// C[i] = A[i] * B[i] for each item i of a batch. C is (batch, M, N), contiguous. All offsets and
/// strides are in elements.
struct Product {
  DType dtype = DType::kInvalid;  // of all three
  kernels::MatMul matrix;
  std::vector<int64_t> aOffset, bOffset;  // one an item: that is how batches broadcast
  bool conjA = false, conjB = false;

  int64_t batch() const { return int64_t(aOffset.size()); }
  int64_t sizeC() const { return batch() * matrix.m * matrix.n; }
};

/// A Product made ready: run it any number of times.
class PlannedProduct {
 public:
  /// `b`, if not null, is the tensor that all runs take B from: float32 matrices are packed once
  /// and kept in r.nodeState(). UNIMPLEMENTED for dtypes other than float32, float64, complex64,
  /// complex128, int16, int32, int64.
  static Result<PlannedProduct> plan(Resolver& r, Product p, const Tensor* b);

  int64_t scratchBytes() const { return scratchFloats_ * int64_t(sizeof(float)); }
  int threads() const { return threads_; }
  void run(kernels::Parallel& parallel, const void* a, const void* b, void* c, void* scratch) const;

 private:
  Product p_;
  Tensor packedB_;
  int64_t scratchFloats_ = 0;
  int threads_ = 1;
};

}  // namespace smw
