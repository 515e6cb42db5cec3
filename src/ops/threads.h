// How many threads scratch memory is reckoned for.
#pragma once

#include "ops/context.h"
#include "ops/kernel.h"

namespace smw {

/// Threads that a kernel may count on while it is resolved. 1 until the runtime says otherwise,
/// which it does before it lays any plan.
int plannedThreads();
void setPlannedThreads(int n);

/// The context's threads, or the calling one alone where they are more than scratch was made for.
kernels::Parallel& parallelFor(const Args& a, int planned);

}  // namespace smw
