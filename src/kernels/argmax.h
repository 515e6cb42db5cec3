// Where the largest or smallest element lies.
#pragma once

#include "kernels/elem.h"

namespace smw::kernels {

/// x is (outer, n, inner), out is (outer, inner): the first index in [0, n) with the extreme value.
/// NaN is never it, unless there is nothing else. Elements [begin, end) of the output, the first of
/// which goes to out[0]. False for complex types.
bool argExtreme(bool max, Elem e, const void* x, int64_t* out, int64_t n, int64_t inner,
                int64_t begin, int64_t end);

}  // namespace smw::kernels
