// Intrusive reference counting for buffers, resources and variants. One thread owns the runtime, so
// the count is plain; kernels on pool threads never touch it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>

namespace smw {

class RefCounted {
 public:
  RefCounted() = default;
  RefCounted(const RefCounted&) = delete;
  RefCounted& operator=(const RefCounted&) = delete;
  virtual ~RefCounted() = default;

  uint32_t refCount() const { return refs_; }

 private:
  template <typename T>
  friend class Ref;
  /// Out of line: handles are let go in many hundreds of places.
  static void drop(const RefCounted* p);
  mutable uint32_t refs_ = 0;
};

/// A counted pointer to a RefCounted; may be null. Travels in a register.
template <typename T>
class [[clang::trivial_abi]] Ref {
 public:
  Ref() = default;
  Ref(std::nullptr_t) {}
  explicit Ref(T* p) : p_(p) { retain(); }
  Ref(const Ref& o) : p_(o.p_) { retain(); }
  Ref(Ref&& o) noexcept : p_(std::exchange(o.p_, nullptr)) {}
  template <typename U>
    requires(!std::is_same_v<T, U> && std::is_convertible_v<U*, T*>)
  Ref(const Ref<U>& o) : p_(o.get()) {
    retain();
  }
  ~Ref() { release(); }
  Ref& operator=(Ref o) noexcept {
    std::swap(p_, o.p_);
    return *this;
  }

  T* get() const { return p_; }
  T* operator->() const { return p_; }
  T& operator*() const { return *p_; }
  explicit operator bool() const { return p_ != nullptr; }
  /// True where nobody else holds the object: it may be changed in place.
  bool unique() const { return p_ && p_->refCount() == 1; }
  friend bool operator==(const Ref& a, const Ref& b) { return a.p_ == b.p_; }

 private:
  void retain() {
    if (p_) ++p_->refs_;
  }
  void release() {
    if (p_) RefCounted::drop(p_);
  }
  T* p_ = nullptr;
};

template <typename T, typename... Args>
Ref<T> makeRef(Args&&... args) {
  return Ref<T>(new T(std::forward<Args>(args)...));
}

}  // namespace smw
