// Moving elements of any dtype: kernels by width, objects by assignment.
#pragma once

#include <span>

#include "kernels/nd_copy.h"
#include "ops/kernel.h"
#include "tensor/tensor.h"

namespace smw {

using kernels::NdCopy;

/// kernels::ndCopy for numbers, assignments for strings and handles.
void moveElements(OpContext& context, DType dtype, const NdCopy& c, const void* inp, void* out);

/// n copies of the element at `value`.
void fillElements(DType dtype, const void* value, void* out, int64_t n);
/// n times zero, the empty string or the null handle.
void fillZeros(DType dtype, void* out, int64_t n);
/// The address of element i.
inline void* elementAt(DType dtype, void* p, int64_t i) {
  return static_cast<std::byte*>(p) + i * int64_t(dtypeSize(dtype));
}
inline const void* elementAt(DType dtype, const void* p, int64_t i) {
  return static_cast<const std::byte*>(p) + i * int64_t(dtypeSize(dtype));
}

/// The n elements of input i; where output 0 was given the same memory (both are one tensor, which
/// the kernel may overwrite), a copy, which `keep` holds.
Result<const void*> unaliased(const Args& a, int i, DType dtype, int64_t n, Tensor& keep);

/// For kernels that write over parts of input 0: output 0 takes its n elements, where they do not
/// lie there already. Gives the m elements of input i, as unaliased() does.
Result<const void*> beginUpdate(const Args& a, int i, DType dtype, int64_t n, int64_t m,
                                Tensor& keep);

/// Row-major strides of `shape`, in elements.
Dims stridesOf(const Shape& shape);

/// Makes the kernel of an op that is one rectangle from input `input` to output `output`.
Kernel moveKernel(DType dtype, NdCopy c, int input = 0, int output = 0);

/// The same for a copy that permutes dimensions and covers both sides; blocks it for the caches.
Kernel transposeKernel(DType dtype, const NdCopy& c, int input = 0, int output = 0);

}  // namespace smw
