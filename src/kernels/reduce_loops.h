// From a reducer, one struct of a few lines, to the loops that runReduce calls.
#pragma once

#include "kernels/reduce.h"

namespace smw::kernels {

/// Kept short by choice: the hot loops are float32's, which override these.
/// R has In, Acc, Out, `Acc init()`, `Acc step(Acc, In)`, `Out finish(Acc, int64_t count, Elem
/// storage)`.
template <typename R>
struct PlainLoops {
  static void init(void* acc, int64_t n) {
#pragma clang loop vectorize(disable) unroll(disable)
    for (int64_t i = 0; i < n; ++i) static_cast<typename R::Acc*>(acc)[i] = R::init();
  }
  static void run(void* acc, const void* xs, int64_t n) {
    const auto* x = static_cast<const typename R::In*>(xs);
    auto a = *static_cast<typename R::Acc*>(acc);
#pragma clang loop vectorize(disable) unroll(disable)
    for (int64_t i = 0; i < n; ++i) a = R::step(a, x[i]);
    *static_cast<typename R::Acc*>(acc) = a;
  }
  static void rows(void* acc, const void* xs, int64_t n, int64_t count, int64_t stride) {
    const auto* x = static_cast<const typename R::In*>(xs);
    auto* a = static_cast<typename R::Acc*>(acc);
    for (int64_t r = 0; r < count; ++r, x += stride)
#pragma clang loop vectorize(disable) unroll(disable)
      for (int64_t i = 0; i < n; ++i) a[i] = R::step(a[i], x[i]);
  }
  static void finish(const void* acc, void* out, int64_t n, int64_t count, Elem storage) {
#pragma clang loop vectorize(disable) unroll(disable)
    for (int64_t i = 0; i < n; ++i)
      static_cast<typename R::Out*>(out)[i] =
          R::finish(static_cast<const typename R::Acc*>(acc)[i], count, storage);
  }
};

template <typename R, typename L = PlainLoops<R>>
ReduceLoops loopsOf(Elem in, Elem out) {
  return {in, out, sizeof(typename R::Acc), L::init, L::run, L::rows, L::finish};
}

}  // namespace smw::kernels
