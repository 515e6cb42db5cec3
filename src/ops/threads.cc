#include "ops/threads.h"

#include <algorithm>

#include "kernels/parallel.h"

namespace smw {

namespace {
int planned = 1;
}

int plannedThreads() { return planned; }
void setPlannedThreads(int n) { planned = std::max(n, 1); }

kernels::Parallel& parallelFor(const Args& a, int planned) {
  kernels::Parallel& p = a.context.parallel();
  return p.threads() <= planned ? p : kernels::serial();
}

}  // namespace smw
