// The one error type of all layers. C++ returns std::expected; nothing throws.
#pragma once

#include <cstdint>
#include <expected>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

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

/// What went wrong and, where known, where. Heap-allocated so that a Result stays small.
class [[nodiscard]] Error {
 public:
  Error(Code code, std::string message);

  Code code() const { return d_->code; }
  const std::string& message() const { return d_->message; }
  const std::string& file() const { return d_->file; }
  const std::string& node() const { return d_->node; }
  const std::string& op() const { return d_->op; }
  const std::string& signature() const { return d_->signature; }
  /// The input, output or variable that the error is about.
  const std::string& name() const { return d_->name; }
  const std::string& expected() const { return d_->expected; }
  const std::string& actual() const { return d_->actual; }

  // Each sets one fact; the first one that was set, nearest to the cause, stays.
  Error&& inFile(std::string_view v) && { return std::move(set(d_->file, v)); }
  Error&& atNode(std::string_view v) && { return std::move(set(d_->node, v)); }
  Error&& inOp(std::string_view v) && { return std::move(set(d_->op, v)); }
  Error&& inSignature(std::string_view v) && { return std::move(set(d_->signature, v)); }
  Error&& about(std::string_view v) && { return std::move(set(d_->name, v)); }
  Error&& wanted(std::string_view v) && { return std::move(set(d_->expected, v)); }
  Error&& got(std::string_view v) && { return std::move(set(d_->actual, v)); }
  /// Puts `prefix` before the message.
  Error&& prefixed(std::string_view prefix) &&;

  /// {"code": "...", "message": "...", "file": ...}: what crosses to JavaScript.
  std::string toJson() const;

 private:
  struct Detail {
    Code code;
    std::string message, file, node, op, signature, name, expected, actual;
  };
  Error& set(std::string& field, std::string_view v) {
    if (field.empty()) field = v;
    return *this;
  }
  std::unique_ptr<Detail> d_;
};

template <typename T>
using Result = std::expected<T, Error>;
using Status = std::expected<void, Error>;

/// `return invalidArgument(cat("rank ", r, " where 4 was expected"));`
std::unexpected<Error> invalidArgument(std::string message);
std::unexpected<Error> notFound(std::string message);
std::unexpected<Error> unimplemented(std::string message);
std::unexpected<Error> dataLoss(std::string message);
std::unexpected<Error> outOfRange(std::string message);
std::unexpected<Error> resourceExhausted(std::string message);
std::unexpected<Error> failedPrecondition(std::string message);
std::unexpected<Error> internal(std::string message);
std::unexpected<Error> fail(Error e);

}  // namespace smw

/// The value of a Result, or return its error. `Shape s = SMW_TRY(readShape(p));`
#define SMW_TRY(expr)                                      \
  ({                                                       \
    auto smw_try_ = (expr);                                \
    if (!smw_try_) [[unlikely]]                            \
      return std::unexpected(std::move(smw_try_).error()); \
    ::smw::detail::take(std::move(smw_try_));              \
  })

namespace smw::detail {
template <typename T>
T take(Result<T>&& r) {
  return std::move(*r);
}
inline void take(Status&&) {}
}  // namespace smw::detail
