// out = condition ? t : e, by element width.
#pragma once

#include "kernels/broadcast.h"

namespace smw::kernels {

/// The loop for elements of that size: 1, 2, 4, 8 or 16 bytes.
RunFn selectRun(size_t size);

/// Elements [begin, end) of the output. The plan's operands are condition (bytes), t and e, whose
/// elements have `size` bytes.
void select(const BroadcastPlan& plan, size_t size, const uint8_t* condition, const void* t,
            const void* e, void* out, int64_t begin, int64_t end);

}  // namespace smw::kernels
