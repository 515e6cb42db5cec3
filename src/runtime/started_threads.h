// A ThreadPool with its helpers, for native programs.
#pragma once

#include <thread>
#include <vector>

#include "runtime/thread_pool.h"

namespace smw {

class StartedThreads {
 public:
  explicit StartedThreads(int threads) : pool_(threads) {
    for (int slot = 1; slot < pool_.threads(); ++slot)
      helpers_.emplace_back([this, slot] { pool_.work(slot); });
  }
  ~StartedThreads() {
    pool_.stop();
    for (std::thread& t : helpers_) t.join();
  }
  StartedThreads(const StartedThreads&) = delete;
  StartedThreads& operator=(const StartedThreads&) = delete;

  ThreadPool& pool() { return pool_; }

 private:
  ThreadPool pool_;
  std::vector<std::thread> helpers_;
};

}  // namespace smw
