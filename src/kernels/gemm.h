// Matrix products of float32. C (M,N) = A (M,K) * B (K,N), then the epilogue.
#pragma once

#include <cstdint>

#include "kernels/epilogue.h"
#include "kernels/pack.h"
#include "kernels/parallel.h"

namespace smw::kernels {

/// B packed by packB or PackBStream: for weights, packed once. A's element (i,l) is a[i * aRow + l
/// * aCol] where aRow or aCol is 1; C's rows are cRow floats apart. K = 0 gives sums of 0. Picks a
/// memory-bound kernel for small M. No scratch.
void gemmPacked(Parallel& parallel, int64_t m, int64_t k, int64_t n, const float* a, int64_t aRow,
                int64_t aCol, const float* packedB, float* c, int64_t cRow,
                const Epilogue& epilogue);

/// A product of two matrices neither of which is packed. Strides in floats; of (aRow, aCol) one is
/// 1, of (bRow, bCol) one is 1: a transposed operand is one with swapped strides.
struct MatMul {
  int64_t m = 0, k = 0, n = 0;
  int64_t aRow = 0, aCol = 1, bRow = 0, bCol = 1, cRow = 0;

  /// Contiguous operands, as TensorFlow's MatMul has them: A is (M,K), or (K,M) with transposeA; B
  /// is (K,N), or (N,K) with transposeB; C is (M,N).
  static MatMul contiguous(int64_t m, int64_t k, int64_t n, bool transposeA, bool transposeB) {
    return {m, k, n, transposeA ? 1 : k, transposeA ? m : 1, transposeB ? 1 : n, transposeB ? k : 1,
            n};
  }
};
/// Floats of scratch that matmul and batchMatMul need with that many threads.
int64_t matmulScratch(const MatMul& s, int threads);
void matmul(Parallel& parallel, const MatMul& s, const float* a, const float* b, float* c,
            const Epilogue& epilogue, float* scratch);

/// `batch` products of one shape. Item i takes A at a + aOffset[i] and B at b + bOffset[i] (in
/// floats; that is how batch dimensions broadcast) and writes C at c + i * m * cRow. Bias applies
/// to each; the residual, if any, is laid out as C.
void batchMatMul(Parallel& parallel, const MatMul& s, int64_t batch, const float* a,
                 const int64_t* aOffset, const float* b, const int64_t* bOffset, float* c,
                 const Epilogue& epilogue, float* scratch);

/// Runs the micro-kernel on 6 rows and one panel alone `repeats` times over operands that stay in
/// the first-level cache (12 * k flops * 8 each): what this machine can reach. Returns a checksum
/// so that it is not dropped.
float gemmPeak(int64_t k, int64_t repeats);

}  // namespace smw::kernels
