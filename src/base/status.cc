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

struct Error::Detail {
  Code code;
  std::string message, file, node, op, signature, name, expected, actual;
};

Error::Error(Code code, std::string message)
    : d_(new Detail{code, std::move(message), {}, {}, {}, {}, {}, {}, {}}) {}

void Error::destroy(Detail* d) { delete d; }

Code Error::code() const { return d_->code; }
const std::string& Error::message() const { return d_->message; }
const std::string& Error::file() const { return d_->file; }
const std::string& Error::node() const { return d_->node; }
const std::string& Error::op() const { return d_->op; }
const std::string& Error::signature() const { return d_->signature; }
const std::string& Error::name() const { return d_->name; }
const std::string& Error::expected() const { return d_->expected; }
const std::string& Error::actual() const { return d_->actual; }

namespace {
void set(std::string& field, std::string_view v) {
  if (field.empty()) field = v;
}
}  // namespace

Error&& Error::inFile(std::string_view v) && {
  set(d_->file, v);
  return std::move(*this);
}
Error&& Error::atNode(std::string_view v) && {
  set(d_->node, v);
  return std::move(*this);
}
Error&& Error::inOp(std::string_view v) && {
  set(d_->op, v);
  return std::move(*this);
}
Error&& Error::inSignature(std::string_view v) && {
  set(d_->signature, v);
  return std::move(*this);
}
Error&& Error::about(std::string_view v) && {
  set(d_->name, v);
  return std::move(*this);
}
Error&& Error::wanted(std::string_view v) && {
  set(d_->expected, v);
  return std::move(*this);
}
Error&& Error::got(std::string_view v) && {
  set(d_->actual, v);
  return std::move(*this);
}

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

Error makeError(const char* kinds, const Piece* pieces) {
  return Error(Code(*kinds), catPieces(kinds, pieces));
}

}  // namespace smw
