// A vector with N elements inline, for shapes and argument lists on hot paths.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <initializer_list>
#include <span>
#include <type_traits>

namespace smw {

/// T must be trivially copyable. Grows onto the heap beyond N. What copies is out of line: shapes
/// are passed about in every op, and inlined copies were a tenth of their code.
template <typename T, size_t N>
class SmallVector {
  static_assert(std::is_trivially_copyable_v<T>);

 public:
  SmallVector() = default;
  SmallVector(std::initializer_list<T> v) { assign(v.begin(), v.size()); }
  explicit SmallVector(std::span<const T> v) { assign(v.data(), v.size()); }
  explicit SmallVector(size_t n, T value = T()) { resize(n, value); }
  SmallVector(const SmallVector& o) { assign(o.data_, o.size_); }
  SmallVector& operator=(const SmallVector& o) {
    if (this != &o) assign(o.data_, o.size_);
    return *this;
  }
  SmallVector(SmallVector&& o) noexcept { take(o); }
  SmallVector& operator=(SmallVector&& o) noexcept {
    if (this != &o) take(o);
    return *this;
  }
  ~SmallVector() {
    if (data_ != inline_) std::free(data_);
  }

  size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }
  T* data() { return data_; }
  const T* data() const { return data_; }
  T& operator[](size_t i) { return data_[i]; }
  const T& operator[](size_t i) const { return data_[i]; }
  T* begin() { return data_; }
  T* end() { return data_ + size_; }
  const T* begin() const { return data_; }
  const T* end() const { return data_ + size_; }
  T& back() { return data_[size_ - 1]; }
  const T& back() const { return data_[size_ - 1]; }

  [[gnu::noinline]] void push_back(T v) {
    if (size_ == capacity_) grow(size_ + 1);
    data_[size_++] = v;
  }
  void pop_back() { --size_; }
  [[gnu::noinline]] void resize(size_t n, T value = T()) {
    if (n > capacity_) grow(n);
    if (n > size_) std::fill(data_ + size_, data_ + n, value);
    size_ = n;
  }
  [[gnu::noinline]] void insert(size_t at, T v) {
    push_back(v);
    std::rotate(begin() + at, end() - 1, end());
  }
  [[gnu::noinline]] void erase(size_t at) {
    std::copy(begin() + at + 1, end(), begin() + at);
    pop_back();
  }
  void clear() { size_ = 0; }
  operator std::span<const T>() const { return {data_, size_}; }
  friend bool operator==(const SmallVector& a, const SmallVector& b) { return a.equals(b); }

 private:
  [[gnu::noinline]] bool equals(const SmallVector& o) const {
    return std::equal(begin(), end(), o.begin(), o.end());
  }
  [[gnu::noinline]] void assign(const T* p, size_t n) {
    if (n > capacity_) grow(n);
    if (n) std::memcpy(data_, p, n * sizeof(T));
    size_ = n;
  }
  [[gnu::noinline]] void take(SmallVector& o) {
    if (o.data_ == o.inline_) {
      assign(o.data_, o.size_);
    } else {
      if (data_ != inline_) std::free(data_);
      data_ = o.data_;
      size_ = o.size_;
      capacity_ = o.capacity_;
      o.data_ = o.inline_;
      o.capacity_ = N;
    }
    o.size_ = 0;
  }
  // As everywhere, no memory for a few elements ends the program.
  [[gnu::noinline]] void grow(size_t n) {
    const size_t room = std::max(n, 2 * capacity_);
    T* p = static_cast<T*>(std::malloc(room * sizeof(T)));
    if (!p) std::abort();
    std::memcpy(p, data_, size_ * sizeof(T));
    if (data_ != inline_) std::free(data_);
    data_ = p;
    capacity_ = room;
  }
  T* data_ = inline_;
  size_t size_ = 0;
  size_t capacity_ = N;
  T inline_[N];
};

}  // namespace smw
