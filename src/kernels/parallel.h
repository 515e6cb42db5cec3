// How a kernel splits its outer loop. The thread pool of src/runtime implements Parallel; serial()
// runs in the calling thread. A kernel's result has the same bits for any split.
#pragma once

#include <cstdint>
#include <type_traits>

namespace smw::kernels {

/// A reference to a callable `void(int64_t begin, int64_t end)` or `void(begin, end, int slot)`.
/// `slot` is in [0, threads()) and no two ranges that run at the same time share it: it picks
/// scratch.
class RangeFn {
 public:
  template <typename F>
    requires(!std::is_same_v<std::remove_cvref_t<F>, RangeFn>)
  RangeFn(F&& f)  // NOLINT: a view, as cheap as the lambda it is made from
      : object_(const_cast<void*>(static_cast<const void*>(&f))),
        call_([](void* object, int64_t begin, int64_t end, int slot) {
          auto& fn = *static_cast<std::remove_reference_t<F>*>(object);
          if constexpr (std::is_invocable_v<decltype(fn), int64_t, int64_t, int>)
            fn(begin, end, slot);
          else
            fn(begin, end);
        }) {}
  void operator()(int64_t begin, int64_t end, int slot) const { call_(object_, begin, end, slot); }

 private:
  void* object_;
  void (*call_)(void*, int64_t, int64_t, int);
};

class Parallel {
 public:
  virtual ~Parallel() = default;
  /// How many ranges may run at once; at least 1.
  virtual int threads() const = 0;
  /// Covers [0, n) by disjoint ranges whose begins are multiples of `grain` (>= 1) and returns when
  /// all are done. `n` 0 calls nothing.
  virtual void run(int64_t n, int64_t grain, RangeFn fn) = 0;
};

/// A grain for items that cost about `cost` multiply-adds (or bytes moved) each: ranges below some
/// microseconds are not worth handing to another thread.
inline constexpr int64_t grainFor(int64_t cost) {
  constexpr int64_t kWorthwhile = 64 << 10;
  return cost <= 0 || cost >= kWorthwhile ? 1 : (kWorthwhile + cost - 1) / cost;
}

/// One range, in the calling thread.
Parallel& serial();

}  // namespace smw::kernels
