// Tokens of protobuf's text format.
#pragma once

#include <string>
#include <string_view>

#include "base/status.h"

namespace smw {

class TextTokenizer {
 public:
  enum Kind { kEnd, kIdentifier, kNumber, kString, kSymbol };

  TextTokenizer(std::string_view text, std::string_view file) : text_(text), file_(file) {}

  /// Moves to the next token. INVALID_ARGUMENT for characters that start none, and strings that do
  /// not end.
  Status next();

  Kind kind() const { return kind_; }
  /// The token as it stands in the text; quotes included.
  std::string_view token() const { return token_; }
  bool is(std::string_view symbol) const { return kind_ == kSymbol && token_ == symbol; }
  /// Moves on where the token is that symbol.
  Result<bool> accept(std::string_view symbol);
  Status expect(std::string_view symbol);
  /// The bytes that a string token stands for.
  Status appendString(std::string& out) const;

  Error error(std::string_view message) const;

 private:
  std::string_view text_, file_;
  size_t at_ = 0;
  Kind kind_ = kEnd;
  std::string_view token_;
};

}  // namespace smw
