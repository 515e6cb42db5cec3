// A vector with N elements inline, for shapes and argument lists on hot paths.
#pragma once

#include <algorithm>
#include <cstddef>
#include <initializer_list>
#include <span>
#include <type_traits>
#include <vector>

namespace smw {

/// T must be trivially copyable. Grows onto the heap beyond N.
template <typename T, size_t N>
class SmallVector {
  static_assert(std::is_trivially_copyable_v<T>);

 public:
  SmallVector() = default;
  SmallVector(std::initializer_list<T> v) { assign(v.begin(), v.size()); }
  explicit SmallVector(std::span<const T> v) { assign(v.data(), v.size()); }
  explicit SmallVector(size_t n, T value = T()) { resize(n, value); }
  SmallVector(const SmallVector& o) { assign(o.data(), o.size_); }
  SmallVector& operator=(const SmallVector& o) {
    if (this != &o) assign(o.data(), o.size_);
    return *this;
  }
  SmallVector(SmallVector&& o) noexcept { *this = std::move(o); }
  SmallVector& operator=(SmallVector&& o) noexcept {
    heap_ = std::move(o.heap_);
    size_ = o.size_;
    if (heap_.empty()) std::copy_n(o.inline_, size_, inline_);
    o.size_ = 0;
    o.heap_.clear();
    return *this;
  }

  size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }
  T* data() { return heap_.empty() ? inline_ : heap_.data(); }
  const T* data() const { return heap_.empty() ? inline_ : heap_.data(); }
  T& operator[](size_t i) { return data()[i]; }
  const T& operator[](size_t i) const { return data()[i]; }
  T* begin() { return data(); }
  T* end() { return data() + size_; }
  const T* begin() const { return data(); }
  const T* end() const { return data() + size_; }
  T& back() { return data()[size_ - 1]; }
  const T& back() const { return data()[size_ - 1]; }

  void push_back(T v) {
    if (size_ == N && heap_.empty()) heap_.assign(inline_, inline_ + N);
    if (!heap_.empty())
      heap_.push_back(v);
    else
      inline_[size_] = v;
    ++size_;
  }
  void pop_back() {
    --size_;
    if (!heap_.empty()) heap_.pop_back();
  }
  void resize(size_t n, T value = T()) {
    while (size_ > n) pop_back();
    while (size_ < n) push_back(value);
  }
  void insert(size_t at, T v) {
    push_back(v);
    std::rotate(begin() + at, end() - 1, end());
  }
  void erase(size_t at) {
    std::copy(begin() + at + 1, end(), begin() + at);
    pop_back();
  }
  void clear() {
    size_ = 0;
    heap_.clear();
  }
  operator std::span<const T>() const { return {data(), size_}; }
  friend bool operator==(const SmallVector& a, const SmallVector& b) {
    return std::equal(a.begin(), a.end(), b.begin(), b.end());
  }

 private:
  void assign(const T* p, size_t n) {
    clear();
    for (size_t i = 0; i < n; ++i) push_back(p[i]);
  }
  T inline_[N] = {};
  size_t size_ = 0;
  std::vector<T> heap_;  // holds every element once there were more than N
};

}  // namespace smw
