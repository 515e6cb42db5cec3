#include "ops/product.h"

#include <algorithm>

#include "kernels/generic.h"
#include "kernels/names.h"
#include "ops/chosen.h"
#include "ops/packed_weight.h"
#include "ops/threads.h"

namespace smw {

namespace {

template <typename T>
void runGeneric(kernels::Parallel& parallel, const Product& p, const void* a, const void* b,
                void* c) {
  for (int64_t i = 0; i < p.batch(); ++i)
    kernels::matmulGeneric<T>(parallel, p.matrix, static_cast<const T*>(a) + p.aOffset[size_t(i)],
                              static_cast<const T*>(b) + p.bOffset[size_t(i)],
                              static_cast<T*>(c) + i * p.matrix.m * p.matrix.n, p.conjA, p.conjB);
}

/// Items that share B and whose rows of A follow each other are one product with more rows.
void mergeBatch(Product& p) {
  const auto& m = p.matrix;
  if (p.batch() < 2 || m.aRow * m.m < 1) return;
  for (int64_t i = 1; i < p.batch(); ++i)
    if (p.aOffset[size_t(i)] != p.aOffset[0] + i * m.m * m.aRow ||
        p.bOffset[size_t(i)] != p.bOffset[0])
      return;
  p.matrix.m *= p.batch();
  p.aOffset.resize(1);
  p.bOffset.resize(1);
}

/// The float kernels ask that one of two strides be 1; where a side has a single step, any is.
void settleStrides(int64_t rows, int64_t columns, int64_t& row, int64_t& column) {
  if (row == 1 || column == 1) return;
  if (columns <= 1)
    column = 1;
  else if (rows <= 1)
    row = 1;
}

constexpr int kPackedAsRows = 1, kPackedAsColumns = 2;

}  // namespace

Result<PlannedProduct> PlannedProduct::plan(Resolver& r, Product p, const Tensor* b) {
  switch (p.dtype) {
    case DType::kFloat:
    case DType::kDouble:
    case DType::kComplex64:
    case DType::kComplex128:
    case DType::kInt16:
    case DType::kInt32:
    case DType::kInt64:
      break;
    default:
      return r.unsupportedDType(p.dtype);
  }
  PlannedProduct planned;
  kernels::MatMul& m = p.matrix;
  m.cRow = m.n;
  mergeBatch(p);
  const char* name = "generic";
  if (p.dtype == DType::kFloat && p.sizeC() > 0) {
    settleStrides(m.m, m.k, m.aRow, m.aCol);
    settleStrides(m.k, m.n, m.bRow, m.bCol);
    planned.threads_ = plannedThreads();
    // fits: two dimensions of one shape.
    const bool whole = b && m.k * m.n == b->numElements();
    if (whole && p.batch() == 1 && m.k > 0)
      planned.packedB_ = SMW_TRY(packedWeight(r, *b, kernels::packedFloats(m.k, m.n),
                                              m.bCol == 1 ? kPackedAsRows : kPackedAsColumns,
                                              [&](const float* from, float* to) {
                                                kernels::packB(from, m.k, m.n, m.bRow, m.bCol, to);
                                              }));
    else
      planned.scratchFloats_ = kernels::matmulScratch(m, planned.threads_);
    name = planned.packedB_ ? kernels::gemmName(m.m) : kernels::matmulName(m);
  }
  chose(name, double(p.sizeC()) * double(m.k));
  planned.p_ = std::move(p);
  return planned;
}

void PlannedProduct::run(kernels::Parallel& parallel, const void* a, const void* b, void* c,
                         void* scratch) const {
  if (p_.sizeC() == 0) return;
  const kernels::MatMul& m = p_.matrix;
  switch (p_.dtype) {
    case DType::kFloat: {
      const float *fa = static_cast<const float*>(a), *fb = static_cast<const float*>(b);
      float* fc = static_cast<float*>(c);
      if (packedB_)
        return kernels::gemmPacked(parallel, m.m, m.k, m.n, fa + p_.aOffset[0], m.aRow, m.aCol,
                                   packedB_.data<float>(), fc, m.cRow, kernels::Epilogue::none());
      return kernels::batchMatMul(parallel, m, p_.batch(), fa, p_.aOffset.data(), fb,
                                  p_.bOffset.data(), fc, kernels::Epilogue::none(),
                                  static_cast<float*>(scratch));
    }
    case DType::kDouble:
      return runGeneric<double>(parallel, p_, a, b, c);
    case DType::kComplex64:
      return runGeneric<complex64>(parallel, p_, a, b, c);
    case DType::kComplex128:
      return runGeneric<complex128>(parallel, p_, a, b, c);
    case DType::kInt16:
      return runGeneric<int16_t>(parallel, p_, a, b, c);
    case DType::kInt32:
      return runGeneric<int32_t>(parallel, p_, a, b, c);
    default:
      return runGeneric<int64_t>(parallel, p_, a, b, c);
  }
}

}  // namespace smw
