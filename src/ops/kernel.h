// What resolve leaves behind: a closure over parameters that is run with pointers.
#pragma once

#include <concepts>
#include <cstddef>
#include <type_traits>
#include <utility>

#include "base/status.h"

namespace smw {

class OpContext;
class Step;

/// What a kernel gets at each run: the elements of its inputs and outputs, whose shapes resolve
/// fixed, and the scratch memory that resolve asked for.
struct Args {
  void* const* inputs;
  void* const* outputs;
  void* scratchMemory;
  OpContext& context;

  template <typename T>
  const T* in(int i) const {
    return static_cast<const T*>(inputs[i]);
  }
  template <typename T>
  T* out(int i) const {
    return static_cast<T*>(outputs[i]);
  }
  template <typename T>
  T* scratch() const {
    return static_cast<T*>(scratchMemory);
  }
};

/// A move-only closure `void or Status (A)`.
template <typename A>
class Closure {
 public:
  Closure() = default;
  template <typename F>
    requires(!std::same_as<std::remove_cvref_t<F>, Closure>)
  Closure(F f)
      : self_(new F(std::move(f))),
        run_([](void* self, A a) -> Status {
          F& fn = *static_cast<F*>(self);
          if constexpr (std::is_void_v<std::invoke_result_t<F&, A>>) {
            fn(a);
            return {};
          } else {
            return fn(a);
          }
        }),
        destroy_([](void* self) { delete static_cast<F*>(self); }) {}
  Closure(Closure&& o) noexcept { *this = std::move(o); }
  Closure& operator=(Closure&& o) noexcept {
    std::swap(self_, o.self_);
    std::swap(run_, o.run_);
    std::swap(destroy_, o.destroy_);
    return *this;
  }
  ~Closure() {
    if (self_) destroy_(self_);
  }
  Status operator()(A a) const { return run_(self_, a); }
  explicit operator bool() const { return self_ != nullptr; }

 private:
  void* self_ = nullptr;
  Status (*run_)(void*, A) = nullptr;
  void (*destroy_)(void*) = nullptr;
};

/// Arithmetic on memory that the plan laid out.
using Kernel = Closure<const Args&>;
/// A step that handles Tensors itself: resources, lists, shapes that depend on values.
using TensorKernel = Closure<Step&>;

}  // namespace smw
