// A whole model on a pool: the same bits with any number of threads, and helpers that do not
// allocate.
#include <gtest/gtest.h>

#include <cstring>
#include <functional>
#include <thread>

#include "ops/threads.h"
#include "runtime/model.h"
#include "runtime/started_threads.h"
#include "vfs/native_files.h"

#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#include <sanitizer/allocator_interface.h>
#define SMW_SEES_ALLOCATIONS 1
#else
#define SMW_SEES_ALLOCATIONS 0
#endif

namespace smw {
namespace {

thread_local bool inHelper = false;
std::atomic<int> allocations = 0;

/// Runs ranges of at least a grain in helpers first, and tells helpers that they are such.
class WatchedThreads final : public kernels::Parallel {
 public:
  explicit WatchedThreads(int threads) : started_(threads) {}
  int threads() const override { return started_.pool().threads(); }
  void run(int64_t n, int64_t grain, kernels::RangeFn fn) override {
    started_.pool().run(n, grain, [&](int64_t begin, int64_t end, int slot) {
      inHelper = slot > 0;
      fn(begin, end, slot);
      inHelper = false;
    });
  }

 private:
  mutable StartedThreads started_;
};

std::string answer(int threads) {
  NativeFiles files;
  EXPECT_TRUE(files.addDirectory(SMW_SOURCE_DIR "/tests/fixtures/models/digits_mobilenet_v2"));
  Model model(files.vfs(), {});
  WatchedThreads pool(threads);
  setPlannedThreads(threads);
  model.context().setParallel(pool);
  if (auto s = runLoader(model, files); !s) {
    ADD_FAILURE() << s.error().message();
    return "";
  }
  std::string bits;
  for (int64_t batch : {1, 2}) {
    Tensor image = *Tensor::allocate(DType::kFloat, *Shape::make(Dims{batch, 96, 96, 3}));
    for (int64_t i = 0; i < image.numElements(); ++i)
      image.data<float>()[i] = float((i * 7919) % 1009) / 1009.f;
    for (int again = 0; again < 2; ++again) {
      EXPECT_TRUE(model.begin(0, {image}));
      auto state = model.run({});
      EXPECT_TRUE(state && *state == RunState::kDone);
      for (const Tensor& t : model.takeOutputs())
        bits.append(reinterpret_cast<const char*>(t.raw()), size_t(t.numBytes()));
    }
  }
  setPlannedThreads(1);
  return bits;
}

TEST(ModelThreads, SameBitsAndHelpersDoNotAllocate) {
#if SMW_SEES_ALLOCATIONS
  __sanitizer_install_malloc_and_free_hooks(
      [](const volatile void*, size_t) {
        if (inHelper) ++allocations;
      },
      [](const volatile void*) {});
#endif
  const std::string one = answer(1);
  ASSERT_FALSE(one.empty());
  for (int threads : {2, 3}) EXPECT_EQ(answer(threads), one) << threads << " threads";
  EXPECT_EQ(allocations, 0);
}

}  // namespace
}  // namespace smw
