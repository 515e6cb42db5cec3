#include "runtime/thread_pool.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <memory>
#include <numeric>
#include <thread>
#include <vector>

#include "runtime/started_threads.h"

namespace smw {
namespace {

// How often each of n items was covered, checking what a kernel relies on.
std::vector<int> cover(ThreadPool& pool, int64_t n, int64_t grain) {
  auto counts = std::make_unique<std::atomic<int>[]>(size_t(n));
  auto inSlot = std::make_unique<std::atomic<int>[]>(size_t(pool.threads()));
  std::atomic<int> wrong = 0;
  pool.run(n, grain, [&](int64_t begin, int64_t end, int slot) {
    if (begin % grain != 0 || begin >= end || end > n || (end % grain != 0 && end != n)) ++wrong;
    if (slot < 0 || slot >= pool.threads() || inSlot[slot]++ != 0) ++wrong;
    for (int64_t i = begin; i < end; ++i) ++counts[i];
    --inSlot[slot];
  });
  EXPECT_EQ(wrong, 0) << n << " by " << grain;
  return {counts.get(), counts.get() + n};
}

TEST(ThreadPool, CoversEveryItemOnceInWholeGrains) {
  for (int threads : {1, 2, 3, 5}) {
    StartedThreads started(threads);
    for (int64_t grain : {1, 2, 7, 64, 1000})
      for (int64_t n = 0; n < 70; ++n) {
        const std::vector<int> counts = cover(started.pool(), n * (n % 3 ? 1 : 17), grain);
        EXPECT_TRUE(std::ranges::all_of(counts, [](int c) { return c == 1; }))
            << threads << " threads, " << n << " by " << grain;
      }
  }
}

TEST(ThreadPool, ClampsThreads) {
  EXPECT_EQ(ThreadPool(0).threads(), 1);
  EXPECT_EQ(ThreadPool(-5).threads(), 1);
  EXPECT_EQ(ThreadPool(1000).threads(), ThreadPool::kMaxThreads);
}

TEST(ThreadPool, CallerDoesAllWhereNoHelperEverComes) {
  ThreadPool pool(4);
  for (int i = 0; i < 100; ++i)
    for (int c : cover(pool, 1000, 3)) ASSERT_EQ(c, 1);
}

TEST(ThreadPool, HelpersTakePart) {
  StartedThreads started(2);
  // Each range waits for one of the other thread: only two threads can end this.
  std::atomic<int> slots[2] = {0, 0};
  started.pool().run(1000, 1, [&](int64_t, int64_t, int slot) {
    ++slots[slot];
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    while (!slots[1 - slot] && std::chrono::steady_clock::now() < end) std::this_thread::yield();
  });
  EXPECT_GT(slots[0], 0);
  EXPECT_GT(slots[1], 0);
}

TEST(ThreadPool, AHelperThatComesLateTakesPart) {
  ThreadPool pool(2);
  std::atomic<bool> helped = false;
  std::thread helper;
  pool.run(1000, 1, [&](int64_t, int64_t, int slot) {
    if (slot == 1) helped = true;
    if (slot == 0 && !helper.joinable()) helper = std::thread([&] { pool.work(1); });
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    while (!helped && std::chrono::steady_clock::now() < end) std::this_thread::yield();
  });
  EXPECT_TRUE(helped);
  pool.stop();
  helper.join();
}

TEST(ThreadPool, NestedRunsStayInTheirThread) {
  StartedThreads started(3);
  std::atomic<int64_t> sum = 0;
  std::atomic<int> moved = 0;
  started.pool().run(64, 1, [&](int64_t begin, int64_t end) {
    const auto here = std::this_thread::get_id();
    for (int64_t i = begin; i < end; ++i)
      started.pool().run(100, 1, [&](int64_t b, int64_t e) {
        if (std::this_thread::get_id() != here) ++moved;
        sum += e - b;
      });
  });
  EXPECT_EQ(sum, 6400);
  EXPECT_EQ(moved, 0);
}

TEST(ThreadPool, ManyRunsOneAfterAnother) {
  StartedThreads started(3);
  std::vector<int64_t> values(999);
  int64_t expected = 0;
  for (int round = 0; round < 5000; ++round) {
    // Plain memory, written in one run and read in the next: a run's end orders them.
    started.pool().run(int64_t(values.size()), 37, [&](int64_t begin, int64_t end) {
      for (int64_t i = begin; i < end; ++i) values[size_t(i)] += i + round;
    });
    expected += 999 * 998 / 2 + 999 * int64_t(round);
  }
  EXPECT_EQ(std::accumulate(values.begin(), values.end(), int64_t(0)), expected);
}

TEST(ThreadPool, RunsAfterHelpersFellAsleep) {
  StartedThreads started(3);
  for (int round = 0; round < 20; ++round) {
    std::this_thread::sleep_for(std::chrono::milliseconds(3));
    for (int c : cover(started.pool(), 500, 1)) ASSERT_EQ(c, 1);
    for (int c : cover(started.pool(), 4, 1)) ASSERT_EQ(c, 1);
  }
}

TEST(ThreadPool, CallerThatMayNotSleepSpins) {
  ThreadPool pool(2, false);
  std::thread helper([&] { pool.work(1); });
  std::atomic<bool> begun = false;
  pool.run(64, 1, [&](int64_t, int64_t, int slot) {
    if (slot == 1) {
      begun = true;
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
    } else {
      const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(20);
      while (!begun && std::chrono::steady_clock::now() < end) std::this_thread::yield();
    }
  });
  EXPECT_TRUE(begun);
  pool.stop();
  helper.join();
}

TEST(ThreadPoolDeathTest, ALostHelperEndsTheRunThatWaitsForIt) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  for (bool sleeps : {false, true})
    EXPECT_DEATH(
        {
          ThreadPool pool(2, sleeps);
          std::atomic<bool> taken = false;
          std::thread helper([&] {
            // The helper takes a chunk and never ends it.
            pool.work(1);
          });
          pool.run(64, 1, [&](int64_t, int64_t, int slot) {
            if (slot == 1) {
              taken = true;
              std::this_thread::sleep_for(std::chrono::milliseconds(20));
              pool.lose();
              std::this_thread::sleep_for(std::chrono::hours(1));
            }
            while (!taken) std::this_thread::yield();
          });
        },
        "");
}

}  // namespace
}  // namespace smw
