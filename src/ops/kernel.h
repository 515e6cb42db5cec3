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
  /// Floats from one row of output 0 to the next where they are not its last dimension: only where
  /// OutputInfo::pitched says so.
  int64_t outPitch = 0;

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

/// A move-only closure `void or Status (A)`: one pointer, which travels in a register.
template <typename A>
class [[clang::trivial_abi]] Closure {
 public:
  Closure() = default;
  template <typename F>
    requires(!std::same_as<std::remove_cvref_t<F>, Closure>)
  Closure(F&& f) : box_(new Filled<std::remove_cvref_t<F>>(std::forward<F>(f))) {}
  Closure(Closure&& o) noexcept { std::swap(box_, o.box_); }
  Closure& operator=(Closure&& o) noexcept {
    std::swap(box_, o.box_);
    return *this;
  }
  ~Closure() {
    if (box_) box_->destroy(box_);
  }
  Status operator()(A a) const { return box_->run(box_, a); }
  explicit operator bool() const { return box_ != nullptr; }

 private:
  struct Box {
    Status (*run)(Box*, A);
    void (*destroy)(Box*);
  };
  template <typename F>
  struct Filled : Box {
    template <typename G>
    explicit Filled(G&& g) : Box{call, drop}, f(std::forward<G>(g)) {}
    static Status call(Box* self, A a) {
      F& fn = static_cast<Filled*>(self)->f;
      if constexpr (std::is_void_v<std::invoke_result_t<F&, A>>) {
        fn(a);
        return {};
      } else {
        return fn(a);
      }
    }
    static void drop(Box* self) { delete static_cast<Filled*>(self); }
    F f;
  };
  Box* box_ = nullptr;
};

/// Arithmetic on memory that the plan laid out.
using Kernel = Closure<const Args&>;
/// A step that handles Tensors itself: resources, lists, shapes that depend on values.
using TensorKernel = Closure<Step&>;

}  // namespace smw
