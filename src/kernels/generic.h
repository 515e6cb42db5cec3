// Plain templates for the dtypes that have no fast kernel: float64, complex, integers. Instantiated
// in generic.cc for the types named at each function; half types go through the float32 kernels.
#pragma once

#include <complex>
#include <cstdint>

#include "kernels/conv.h"
#include "kernels/depthwise.h"
#include "kernels/gemm.h"
#include "kernels/pool.h"

namespace smw::kernels {

/// C = A * B with the strides of `s` (any strides here); conjA and conjB take the complex
/// conjugate. T: double, complex<float>, complex<double>, int16_t, int32_t, int64_t. Integers wrap
/// around.
template <typename T>
void matmulGeneric(Parallel& parallel, const MatMul& s, const T* a, const T* b, T* c,
                   bool conjA = false, bool conjB = false);

/// As conv, convTranspose and convBackpropFilter, with the filter as TensorFlow stores it. T:
/// double; convGeneric and convTransposeGeneric also int32_t.
template <typename T>
void convGeneric(Parallel& parallel, const Conv& s, const T* inp, const T* filter, T* out);
template <typename T>
void convTransposeGeneric(Parallel& parallel, const Conv& s, const T* grad, const T* filter, T* dx);
template <typename T>
void convBackpropFilterGeneric(Parallel& parallel, const Conv& s, const T* inp, const T* grad,
                               T* dw);

/// T: double.
template <typename T>
void depthwiseGeneric(Parallel& parallel, const Depthwise& s, const T* inp, const T* filter,
                      T* out);
template <typename T>
void depthwiseBackpropInputGeneric(Parallel& parallel, const Depthwise& s, const T* grad,
                                   const T* filter, T* dx);
template <typename T>
void depthwiseBackpropFilterGeneric(Parallel& parallel, const Depthwise& s, const T* inp,
                                    const T* grad, T* dw);

/// T: double, int8_t, uint8_t, int16_t, uint16_t, int32_t, uint32_t, int64_t, uint64_t.
template <typename T>
void maxPoolGeneric(Parallel& parallel, const Pool& s, const T* inp, T* out);
/// T: double.
template <typename T>
void avgPoolGeneric(Parallel& parallel, const Pool& s, const T* inp, T* out);

/// The gradients of pools: grad is (batch, out..., C), dx is (batch, in..., C). maxPoolGrad sends
/// each gradient to the first largest cell of its window. T: float, double; maxPoolGrad also
/// int32_t.
template <typename T>
void maxPoolGrad(Parallel& parallel, const Pool& s, const T* inp, const T* grad, T* dx);
template <typename T>
void avgPoolGrad(Parallel& parallel, const Pool& s, const T* grad, T* dx);

}  // namespace smw::kernels
