// The one error type of all layers. C++ returns Result or Status; nothing throws.
#pragma once

#include <concepts>
#include <cstdint>
#include <new>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include "base/strings.h"

namespace smw {

/// Canonical codes, with TensorFlow's names and numbers
/// (tensorflow/core/protobuf/error_codes.proto).
enum class Code : int {
  kCancelled = 1,
  kUnknown = 2,
  kInvalidArgument = 3,
  kDeadlineExceeded = 4,
  kNotFound = 5,
  kAlreadyExists = 6,
  kPermissionDenied = 7,
  kResourceExhausted = 8,
  kFailedPrecondition = 9,
  kAborted = 10,
  kOutOfRange = 11,
  kUnimplemented = 12,
  kInternal = 13,
  kUnavailable = 14,
  kDataLoss = 15,
};

/// "INVALID_ARGUMENT" and so on.
std::string_view codeName(Code code);

/// What went wrong and, where known, where. One owning pointer, so that it travels in a register:
/// hence trivial_abi. Moves are inlined: what is left of them then is mostly one register handed
/// on, and nothing to destroy.
class [[nodiscard]] [[clang::trivial_abi]] Error {
 public:
  Error(Code code, std::string message);
  SMW_INLINE Error(Error&& o) noexcept : d_(std::exchange(o.d_, moved())) {}
  SMW_INLINE Error& operator=(Error&& o) noexcept {
    std::swap(d_, o.d_);
    return *this;
  }
  SMW_INLINE ~Error() {
    if (reinterpret_cast<uintptr_t>(d_) > kMoved) destroy(d_);
  }

  Code code() const;
  const std::string& message() const;
  const std::string& file() const;
  const std::string& node() const;
  const std::string& op() const;
  const std::string& signature() const;
  /// The input, output or variable that the error is about.
  const std::string& name() const;
  const std::string& expected() const;
  const std::string& actual() const;

  // Each sets one fact; the first one that was set, nearest to the cause, stays.
  Error&& inFile(std::string_view v) &&;
  Error&& atNode(std::string_view v) &&;
  Error&& inOp(std::string_view v) &&;
  Error&& inSignature(std::string_view v) &&;
  Error&& about(std::string_view v) &&;
  Error&& wanted(std::string_view v) &&;
  Error&& got(std::string_view v) &&;
  /// Puts `prefix` before the message.
  Error&& prefixed(std::string_view prefix) &&;

  /// {"code": "...", "message": "...", "file": ...}: what crosses to JavaScript.
  std::string toJson() const;

 private:
  friend class Status;
  template <typename T>
  friend class Result;
  struct Detail;
  // Besides a Detail: null is "no error", inside Status and Result only; kMoved is an error whose
  // facts went elsewhere, so that what held it still counts as failed.
  static constexpr uintptr_t kMoved = 1;
  SMW_INLINE static Detail* moved() { return reinterpret_cast<Detail*>(kMoved); }
  SMW_INLINE Error() {}
  SMW_INLINE bool none() const { return d_ == nullptr; }
  static void destroy(Detail* d);
  Detail* d_ = nullptr;
};

/// Nothing, or an error. `return {};` is success.
class [[nodiscard]] [[clang::trivial_abi]] Status {
 public:
  SMW_INLINE Status() {}
  SMW_INLINE Status(Error e) : error_(std::move(e)) {}  // NOLINT: `return invalidArgument(...)`
  SMW_INLINE Status(Status&& o) noexcept { error_.d_ = std::exchange(o.error_.d_, nullptr); }
  SMW_INLINE Status& operator=(Status&& o) noexcept {
    error_ = std::move(o.error_);
    return *this;
  }
  SMW_INLINE ~Status() {}

  SMW_INLINE explicit operator bool() const { return error_.none(); }
  SMW_INLINE bool has_value() const { return error_.none(); }
  SMW_INLINE Error& error() & { return error_; }
  SMW_INLINE const Error& error() const& { return error_; }
  SMW_INLINE Error&& error() && { return std::move(error_); }

 private:
  Error error_;
};

/// A value or an error, as std::expected<T, Error> is; smaller in size and code.
template <typename T>
class [[nodiscard]] Result {
 public:
  using value_type = T;

  Result()
    requires std::default_initializable<T>
      : value_() {}
  SMW_INLINE Result(Error e) : error_(std::move(e)) {}  // NOLINT: `return invalidArgument(...)`
  template <typename U = T>
    requires(std::is_convertible_v<U, T> && !std::same_as<std::remove_cvref_t<U>, Result> &&
             !std::same_as<std::remove_cvref_t<U>, Error>)
  SMW_INLINE Result(U&& v) : value_(std::forward<U>(v)) {}  // NOLINT: `return value`
  SMW_INLINE Result(Result&& o) noexcept { take(std::move(o)); }
  Result& operator=(Result&& o) noexcept {
    if (this != &o) {
      this->~Result();
      new (this) Result(std::move(o));
    }
    return *this;
  }
  SMW_INLINE ~Result() {
    if (error_.none()) value_.~T();
  }

  SMW_INLINE explicit operator bool() const { return error_.none(); }
  SMW_INLINE bool has_value() const { return error_.none(); }
  SMW_INLINE T& operator*() & { return value_; }
  SMW_INLINE const T& operator*() const& { return value_; }
  SMW_INLINE T&& operator*() && { return std::move(value_); }
  SMW_INLINE T* operator->() { return &value_; }
  SMW_INLINE const T* operator->() const { return &value_; }
  /// The value; ends the program where there is none.
  T& value() & { return check(), value_; }
  const T& value() const& { return check(), value_; }
  T&& value() && { return check(), std::move(value_); }
  /// The value, or `other` where there is none.
  T value_or(T other) && { return error_.none() ? std::move(value_) : std::move(other); }
  SMW_INLINE Error& error() & { return error_; }
  SMW_INLINE const Error& error() const& { return error_; }
  SMW_INLINE Error&& error() && { return std::move(error_); }

 private:
  void check() const {
    if (!error_.none()) __builtin_trap();
  }
  void take(Result&& o) {
    if (o.error_.none())
      new (&value_) T(std::move(o.value_));
    else
      error_.d_ = std::exchange(o.error_.d_, Error::moved());
  }
  Error error_;
  union {
    T value_;
  };
};

/// An error whose message is the parts one after another, as by cat(). Out of line and with nothing
/// to destroy afterwards: there are many hundreds of calls.
/// The first of `kinds` is the code.
Error makeError(const char* kinds, const Piece* pieces);
template <Code kCode, typename... Args>
SMW_INLINE inline Error makeError(const Args&... args) {
  const Piece pieces[] = {Piece(args)...};
  return makeError(Piece::kKinds<char(kCode), Args...>, pieces);
}

/// `return invalidArgument("rank ", r, " where 4 was expected");`
template <typename... Args>
SMW_INLINE inline Error invalidArgument(const Args&... args) {
  return makeError<Code::kInvalidArgument>(args...);
}
template <typename... Args>
SMW_INLINE inline Error notFound(const Args&... args) {
  return makeError<Code::kNotFound>(args...);
}
template <typename... Args>
SMW_INLINE inline Error unimplemented(const Args&... args) {
  return makeError<Code::kUnimplemented>(args...);
}
template <typename... Args>
SMW_INLINE inline Error dataLoss(const Args&... args) {
  return makeError<Code::kDataLoss>(args...);
}
template <typename... Args>
SMW_INLINE inline Error outOfRange(const Args&... args) {
  return makeError<Code::kOutOfRange>(args...);
}
template <typename... Args>
SMW_INLINE inline Error resourceExhausted(const Args&... args) {
  return makeError<Code::kResourceExhausted>(args...);
}
template <typename... Args>
SMW_INLINE inline Error failedPrecondition(const Args&... args) {
  return makeError<Code::kFailedPrecondition>(args...);
}
template <typename... Args>
SMW_INLINE inline Error internal(const Args&... args) {
  return makeError<Code::kInternal>(args...);
}
SMW_INLINE inline Error fail(Error e) { return e; }

}  // namespace smw

/// The value of a Result, or return its error. `Shape s = SMW_TRY(readShape(p));`
#define SMW_TRY(expr)                                   \
  ({                                                    \
    auto smw_try_ = (expr);                             \
    if (!smw_try_) [[unlikely]]                         \
      return ::smw::Error(std::move(smw_try_).error()); \
    ::smw::detail::take(std::move(smw_try_));           \
  })

namespace smw::detail {
template <typename T>
SMW_INLINE inline T take(Result<T>&& r) {
  return std::move(*r);
}
SMW_INLINE inline void take(Status&&) {}
}  // namespace smw::detail
