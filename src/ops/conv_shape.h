// How a filter fits the images it slides over.
#pragma once

#include "kernels/conv.h"
#include "tensor/shape.h"

namespace smw {

/// filter (spatial..., C / groups, OC) against `batch` images of `channels`; the window is left to
/// the caller. INVALID_ARGUMENT where depths do not divide each other.
Result<kernels::Conv> convOf(const Shape& filter, int spatial, int64_t batch, int64_t channels);

}  // namespace smw
