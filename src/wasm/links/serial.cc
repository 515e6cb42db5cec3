// One thread. The exports are those of threads.cc, so that one glue serves all links.
#include <emscripten/emscripten.h>

#include "wasm/threads.h"

namespace smw {
kernels::Parallel* sessionPool() { return nullptr; }
}  // namespace smw

extern "C" {
EMSCRIPTEN_KEEPALIVE void* smwPool(int, int) { return nullptr; }
EMSCRIPTEN_KEEPALIVE void smwThread(char*, int) {}
EMSCRIPTEN_KEEPALIVE void smwThreadLost() {}
}
