// Message building without streams or locales.
#pragma once

#include <charconv>
#include <concepts>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace smw {

/// One part of a message: text or a number. cat() makes them where it is called and calls one
/// function, however its arguments are mixed: a function for each mixture would cost the binary
/// more than the texts.
class Piece {
 public:
  [[gnu::always_inline]] Piece(std::string_view v)
      : kind_(kText), text_{v.data(), v.size()} {}                                    // NOLINT
  [[gnu::always_inline]] Piece(const std::string& v) : Piece(std::string_view(v)) {}  // NOLINT
  // Its length is measured later: less code where it is called.
  [[gnu::always_inline]] Piece(const char* v) : kind_(kLiteral), literal_(v) {}  // NOLINT
  [[gnu::always_inline]] Piece(char v) : kind_(kChar), signed_(v) {}             // NOLINT
  [[gnu::always_inline]] Piece(double v) : kind_(kReal), real_(v) {}             // NOLINT
  template <std::integral T>
  [[gnu::always_inline]] Piece(T v) {  // NOLINT
    if constexpr (std::same_as<T, bool>) {
      kind_ = kText;
      text_ = v ? Text{"true", 4} : Text{"false", 5};
    } else if constexpr (std::signed_integral<T>) {
      kind_ = kSigned;
      signed_ = v;
    } else {
      kind_ = kUnsigned;
      unsigned_ = v;
    }
  }

  void appendTo(std::string& s) const;

 private:
  enum Kind { kText, kLiteral, kChar, kSigned, kUnsigned, kReal } kind_;
  struct Text {
    const char* data;
    size_t size;
  };
  union {
    Text text_;
    const char* literal_;
    int64_t signed_;
    uint64_t unsigned_;
    double real_;
  };
};

std::string catPieces(const Piece* pieces, size_t n);

/// The parts one after another: `cat("want ", 3, ", got ", n)`.
template <typename... Args>
[[gnu::always_inline]] inline std::string cat(const Args&... args) {
  if constexpr (sizeof...(args) == 0) {
    return {};
  } else {
    const Piece pieces[] = {Piece(args)...};
    return catPieces(pieces, sizeof...(args));
  }
}

/// "a, b, c"; after `limit` items ", and 12 more".
std::string join(const std::vector<std::string>& items, std::string_view separator = ", ",
                 size_t limit = SIZE_MAX);

/// `s` in double quotes, with control characters and quotes escaped as JSON does; bytes that are
/// not UTF-8 become U+FFFD.
std::string jsonQuote(std::string_view s);

}  // namespace smw
