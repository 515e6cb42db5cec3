// The threads that kernels split their work over: the calling one and `threads - 1` helpers, which
// whoever owns them starts: natively StartedThreads (runtime/started_threads.h), in wasm the host
// (src/wasm/threads.cc). Work never depends on a helper being there: what helpers leave, the caller
// does.
#pragma once

#include <atomic>
#include <cstdint>

#include "kernels/parallel.h"

namespace smw {

class ThreadPool final : public kernels::Parallel {
 public:
  static constexpr int kMaxThreads = 16;

  /// `threads` is clamped to [1, kMaxThreads]. Without `callerMaySleep` the caller waits for
  /// helpers by spinning: the main thread of a page must not sleep.
  explicit ThreadPool(int threads, bool callerMaySleep = true);

  int threads() const override { return threads_; }
  /// One caller at a time. Called from within a range of this pool, it runs in that thread.
  void run(int64_t n, int64_t grain, kernels::RangeFn fn) override;

  /// The life of helper `slot`, in [1, threads()): takes its part of every run until stop().
  void work(int slot);
  /// Not while a run is under way. Helpers return from work().
  void stop();
  /// A helper has died. The run under way, which may never be complete, and later ones trap.
  void lose();

 private:
  // A contiguous share of the run's chunks. Its thread takes them first, then those of others.
  struct alignas(64) Lane {
    std::atomic<int32_t> left{0};  // below zero once others have looked too
    int32_t end = 0;               // chunk end - left is the next
  };

  void takePart(int slot);
  void awaitHelpers();

  const int threads_;
  const bool callerMaySleep_;

  // The run under way. A thread reads these after it took a chunk: the run cannot end before that
  // chunk is done.
  const kernels::RangeFn* fn_ = nullptr;
  int64_t n_ = 0, grain_ = 1, units_ = 0;
  int32_t chunks_ = 0;
  bool running_ = false;

  alignas(64) std::atomic<uint32_t> round_{0};  // one more with every run; helpers sleep on it
  std::atomic<int32_t> sleepers_{0};
  std::atomic<bool> stopped_{false}, lost_{false};
  alignas(64) std::atomic<uint32_t> pending_{
      0};  // chunks that are not done; the caller sleeps on it
  std::atomic<bool> callerSleeps_{false};
  Lane lanes_[kMaxThreads];
};

}  // namespace smw
