// Threads without a pthread library: a helper is an instance of the same module on the same memory,
// in a worker of its own (js/host/thread.ts), that calls smwThread and stays there. It runs kernels
// and nothing else: no allocation, no call of JavaScript. Only the first instance runs constructors
// and allocates.
#include <emscripten/emscripten.h>

#include <cstdlib>

#include "runtime/thread_pool.h"
#include "wasm/threads.h"

extern "C" void __wasm_init_tls(void*);

namespace smw {
namespace {

constexpr int kStack = 256 << 10;
ThreadPool* pool = nullptr;

// A helper's block: its thread-local variables, above them its stack.
int blockSize() { return kStack + (int(__builtin_wasm_tls_size()) + 15) / 16 * 16; }

__attribute__((noinline)) void help(char* block, int slot) {
  if (__builtin_wasm_tls_size()) __wasm_init_tls(block);
  pool->work(slot);
}

}  // namespace

kernels::Parallel* sessionPool() { return pool; }

}  // namespace smw

extern "C" {

/// Makes the pool of the session that is to come, once. Gives the memory that smwThread wants; null
/// where there is none.
EMSCRIPTEN_KEEPALIVE void* smwPool(int threads, int callerMaySleep) {
  void* blocks = std::malloc(size_t(threads - 1) * size_t(smw::blockSize()));
  if (blocks) smw::pool = new smw::ThreadPool(threads, callerMaySleep != 0);
  return blocks;
}

/// The life of helper `slot`. Its instance has the stack pointer of the first one until here.
EMSCRIPTEN_KEEPALIVE void smwThread(char* blocks, int slot) {
  char* block = blocks + (slot - 1) * smw::blockSize();
  asm volatile(
      ".globaltype __stack_pointer, i32\n"
      "local.get %0\n"
      "global.set __stack_pointer" ::"r"(block + smw::blockSize()));
  smw::help(block, slot);
}

EMSCRIPTEN_KEEPALIVE void smwThreadLost() { smw::pool->lose(); }

}  // extern "C"
