// The thread pool of an instance. src/wasm/links has it for links with threads, and a stand-in for
// the others.
#pragma once

#include "kernels/parallel.h"

namespace smw {

/// Null where the host has made none.
kernels::Parallel* sessionPool();

}  // namespace smw
