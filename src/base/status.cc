#include "base/status.h"

#include "base/strings.h"

namespace smw {

std::string_view codeName(Code code) {
  switch (code) {
    case Code::kCancelled:
      return "CANCELLED";
    case Code::kUnknown:
      return "UNKNOWN";
    case Code::kInvalidArgument:
      return "INVALID_ARGUMENT";
    case Code::kDeadlineExceeded:
      return "DEADLINE_EXCEEDED";
    case Code::kNotFound:
      return "NOT_FOUND";
    case Code::kAlreadyExists:
      return "ALREADY_EXISTS";
    case Code::kPermissionDenied:
      return "PERMISSION_DENIED";
    case Code::kResourceExhausted:
      return "RESOURCE_EXHAUSTED";
    case Code::kFailedPrecondition:
      return "FAILED_PRECONDITION";
    case Code::kAborted:
      return "ABORTED";
    case Code::kOutOfRange:
      return "OUT_OF_RANGE";
    case Code::kUnimplemented:
      return "UNIMPLEMENTED";
    case Code::kInternal:
      return "INTERNAL";
    case Code::kUnavailable:
      return "UNAVAILABLE";
    case Code::kDataLoss:
      return "DATA_LOSS";
  }
  return "UNKNOWN";
}

Error::Error(Code code, std::string message)
    : d_(new Detail{code, std::move(message), {}, {}, {}, {}, {}, {}, {}}) {}

Error&& Error::prefixed(std::string_view prefix) && {
  d_->message.insert(0, prefix);
  return std::move(*this);
}

std::string Error::toJson() const {
  std::string s =
      cat("{\"code\":", jsonQuote(codeName(code())), ",\"message\":", jsonQuote(message()));
  const auto field = [&](std::string_view key, const std::string& value) {
    if (!value.empty()) s += cat(",\"", key, "\":", jsonQuote(value));
  };
  field("file", file());
  field("node", node());
  field("op", op());
  field("signature", signature());
  field("name", name());
  field("expected", expected());
  field("actual", actual());
  return s + "}";
}

std::unexpected<Error> fail(Error e) { return std::unexpected(std::move(e)); }

namespace {
std::unexpected<Error> make(Code code, std::string& message) {
  return fail(Error(code, std::move(message)));
}
}  // namespace

std::unexpected<Error> invalidArgument(std::string m) { return make(Code::kInvalidArgument, m); }
std::unexpected<Error> notFound(std::string m) { return make(Code::kNotFound, m); }
std::unexpected<Error> unimplemented(std::string m) { return make(Code::kUnimplemented, m); }
std::unexpected<Error> dataLoss(std::string m) { return make(Code::kDataLoss, m); }
std::unexpected<Error> outOfRange(std::string m) { return make(Code::kOutOfRange, m); }
std::unexpected<Error> resourceExhausted(std::string m) {
  return make(Code::kResourceExhausted, m);
}
std::unexpected<Error> failedPrecondition(std::string m) {
  return make(Code::kFailedPrecondition, m);
}
std::unexpected<Error> internal(std::string m) { return make(Code::kInternal, m); }

}  // namespace smw
