// Reductions by all threads.
#pragma once

#include "kernels/parallel.h"
#include "kernels/reduce.h"

namespace smw {

/// All outputs of the plan.
void reduceParallel(kernels::Parallel& parallel, const kernels::ReduceKernel& k,
                    const kernels::ReducePlan& p, const void* x, void* out);

}  // namespace smw
