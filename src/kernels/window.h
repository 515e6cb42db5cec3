// The geometry that convolutions and pools share.
#pragma once

#include <cstdint>

namespace smw::kernels {

/// A window sliding over 1 to 3 spatial dimensions, outermost first in (D,H,W). A 2-D window leaves
/// D at its defaults and sets H and W at [1] and [2]; a 1-D window sets [2] only.
struct Window {
  int64_t in[3] = {1, 1, 1};
  int64_t out[3] = {1, 1, 1};
  int64_t kernel[3] = {1, 1, 1};
  int64_t stride[3] = {1, 1, 1};
  int64_t dilation[3] = {1, 1, 1};
  int64_t padBefore[3] = {0, 0, 0};  ///< the padding after follows from `out`

  int64_t inSize() const { return in[0] * in[1] * in[2]; }
  int64_t outSize() const { return out[0] * out[1] * out[2]; }
  int64_t kernelSize() const { return kernel[0] * kernel[1] * kernel[2]; }
};

}  // namespace smw::kernels
