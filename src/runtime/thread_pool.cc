#include "runtime/thread_pool.h"

#include <algorithm>
#include <cstdlib>

namespace smw {
namespace {

// Chunks are finer than threads, so that a disturbed core holds up the others by one chunk only.
constexpr int32_t kChunksPerThread = 4;
// Fewer grains than this do not wake a helper that sleeps, unless an item is a grain of its own:
// those may be long.
constexpr int64_t kWorthWaking = 8;

#ifdef __EMSCRIPTEN__
void sleepWhile(std::atomic<uint32_t>& a, uint32_t value) {
  __builtin_wasm_memory_atomic_wait32(reinterpret_cast<int32_t*>(&a), int32_t(value), -1);
}
void wake(std::atomic<uint32_t>& a) {
  __builtin_wasm_memory_atomic_notify(reinterpret_cast<int32_t*>(&a), UINT32_MAX);
}
[[noreturn]] void die() { __builtin_trap(); }
#else
void sleepWhile(std::atomic<uint32_t>& a, uint32_t value) { a.wait(value); }
void wake(std::atomic<uint32_t>& a) { a.notify_all(); }
[[noreturn]] void die() { std::abort(); }
#endif

// Some ten nanoseconds that leave a core's other thread alone.
inline void pause() {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#else
  uint32_t x = 1;
  for (int i = 0; i < 8; ++i) {
    x *= 1664525u;
    asm volatile("" : "+r"(x));
  }
#endif
}

// Whether `done` came true within some 50 microseconds.
template <typename F>
bool spin(F&& done) {
  for (int i = 0; i < 4000; ++i) {
    if (done()) return true;
    pause();
  }
  return false;
}

}  // namespace

ThreadPool::ThreadPool(int threads, bool callerMaySleep)
    : threads_(std::clamp(threads, 1, kMaxThreads)), callerMaySleep_(callerMaySleep) {}

void ThreadPool::run(int64_t n, int64_t grain, kernels::RangeFn fn) {
  if (n <= 0) return;
  const int64_t units = (n + grain - 1) / grain;
  const bool asleep = sleepers_.load(std::memory_order_relaxed) >= threads_ - 1;
  if (threads_ == 1 || running_ || units < (asleep && grain > 1 ? kWorthWaking : 2)) {
    fn(0, n, 0);
    return;
  }
  running_ = true;
  fn_ = &fn, n_ = n, grain_ = grain, units_ = units;
  chunks_ = int32_t(std::min<int64_t>(units, threads_ * kChunksPerThread));
  pending_.store(uint32_t(chunks_), std::memory_order_relaxed);
  const auto first = [&](int lane) { return chunks_ * lane / threads_; };
  for (int v = 0; v < threads_; ++v) lanes_[v].end = first(v + 1);
  for (int v = 0; v < threads_; ++v)
    lanes_[v].left.store(first(v + 1) - first(v), std::memory_order_release);
  round_.fetch_add(1);
  if (sleepers_.load() > 0) wake(round_);
  takePart(0);
  awaitHelpers();
  running_ = false;
}

void ThreadPool::takePart(int slot) {
  uint32_t done = 0;
  for (int i = 0; i < threads_; ++i) {
    Lane& lane = lanes_[(slot + i) % threads_];
    for (;;) {
      if (lane.left.load(std::memory_order_relaxed) <= 0) break;
      const int32_t left = lane.left.fetch_sub(1, std::memory_order_acq_rel);
      if (left <= 0) break;
      const int64_t chunk = lane.end - left;
      (*fn_)(units_* chunk / chunks_ * grain_,
             std::min(n_, units_ * (chunk + 1) / chunks_ * grain_), slot);
      ++done;
    }
  }
  if (!done) return;
  const bool last = pending_.fetch_sub(done) == done;
  if (last && slot > 0 && callerSleeps_.load()) wake(pending_);
}

void ThreadPool::awaitHelpers() {
  const auto done = [&] {
    if (lost_.load(std::memory_order_relaxed)) die();
    return pending_.load(std::memory_order_acquire) == 0;
  };
  while (!spin(done)) {
    if (!callerMaySleep_) continue;
    callerSleeps_.store(true);
    if (const uint32_t pending = pending_.load(); !done()) sleepWhile(pending_, pending);
    callerSleeps_.store(false);
  }
}

void ThreadPool::work(int slot) {
  // A run that began before this helper did is as good as any.
  for (uint32_t seen = round_.load() - 1;;) {
    const auto called = [&] { return round_.load(std::memory_order_acquire) != seen; };
    if (!spin(called)) {
      sleepers_.fetch_add(1);
      while (!called()) sleepWhile(round_, seen);
      sleepers_.fetch_sub(1);
    }
    if (stopped_.load()) return;
    seen = round_.load(std::memory_order_acquire);
    takePart(slot);
  }
}

void ThreadPool::stop() {
  stopped_.store(true);
  round_.fetch_add(1);
  wake(round_);
}

void ThreadPool::lose() {
  lost_.store(true);
  pending_.fetch_add(1);  // a caller about to sleep finds another value
  wake(pending_);
}

}  // namespace smw
