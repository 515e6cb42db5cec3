#include "ops/conv_shape.h"

#include "base/strings.h"

namespace smw {

Result<kernels::Conv> convOf(const Shape& filter, int spatial, int64_t batch, int64_t channels) {
  const int64_t groupIn = filter[spatial], out = filter[spatial + 1];
  if (filter.numElements() == 0) return invalidArgument("filter must not have zero elements");
  if (channels % groupIn != 0)
    return invalidArgument("input depth must be evenly divisible by filter depth: ", channels,
                           " vs ", groupIn);
  kernels::Conv c;
  c.batch = batch;
  c.inChannels = channels;
  c.outChannels = out;
  c.groups = channels / groupIn;
  if (c.groups == 0 || out % c.groups != 0)
    return invalidArgument("output depth must be evenly divisible by number of groups: ", out,
                           " vs ", c.groups);
  return c;
}

}  // namespace smw
