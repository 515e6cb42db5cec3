#include "kernels/depthwise.h"

#include "kernels/generic.h"

namespace smw::kernels {

// Training graphs only, so the plain loops do.
void depthwiseBackpropInput(Parallel& parallel, const Depthwise& s, const float* grad,
                            const float* filter, float* dx) {
  depthwiseBackpropInputGeneric(parallel, s, grad, filter, dx);
}
void depthwiseBackpropFilter(Parallel& parallel, const Depthwise& s, const float* inp,
                             const float* grad, float* dw) {
  depthwiseBackpropFilterGeneric(parallel, s, inp, grad, dw);
}

}  // namespace smw::kernels
