// Message building without streams or locales.
#pragma once

#include <charconv>
#include <concepts>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/small_vector.h"

/// For what leaves less code where it is inlined, even where all else is built for size.
#define SMW_INLINE [[gnu::always_inline]]

namespace smw {

using Dims = SmallVector<int64_t, 6>;

/// One part of a message: text, a number, or what lists dimensions. cat() makes an array of them
/// where it is called and calls one function, however its arguments are mixed. Of what kind each is
/// stands in a constant beside: at a thousand calls, every store counts.
class Piece {
 public:
  enum Kind : char {
    kEnd,
    kText,
    kLiteral,
    kString,
    kDims,
    kChar,
    kBool,
    kInt32,
    kUint32,
    kInt64,
    kUint64,
    kReal
  };

  SMW_INLINE Piece(std::string_view v) : text_{v.data(), v.size()} {}  // NOLINT
  SMW_INLINE Piece(const std::string& v) : string_(&v) {}              // NOLINT
  SMW_INLINE Piece(const char* v) : literal_(v) {}                     // NOLINT
  SMW_INLINE Piece(double v) : real_(v) {}                             // NOLINT
  SMW_INLINE Piece(const Dims& v) : dims_(&v) {}                       // NOLINT
  template <std::integral T>
  SMW_INLINE Piece(T v) {  // NOLINT
    if constexpr (sizeof(T) == 8)
      int64_ = int64_t(v);
    else
      int32_ = int32_t(v);
  }
  template <typename T>
    requires requires(const T& v) { v.messageDims(); }
  SMW_INLINE Piece(const T& v) : dims_(&v.messageDims()) {}  // NOLINT

  template <typename T>
  static constexpr Kind kindOf() {
    if constexpr (std::same_as<T, std::string>) return kString;
    if constexpr (std::same_as<T, char>) return kChar;
    if constexpr (std::same_as<T, bool>) return kBool;
    if constexpr (std::floating_point<T>) return kReal;
    if constexpr (std::integral<T> && sizeof(T) == 8)
      return std::signed_integral<T> ? kInt64 : kUint64;
    if constexpr (std::integral<T>) return std::signed_integral<T> ? kInt32 : kUint32;
    if constexpr (std::is_convertible_v<const T&, const char*>) return kLiteral;
    if constexpr (std::is_convertible_v<const T&, std::string_view>) return kText;
    return kDims;
  }
  /// Kinds of the parts of a message, after any other char; kEnd ends them.
  template <char kFirst, typename... Args>
  static constexpr char kKinds[] = {kFirst, kindOf<Args>()..., kEnd};

  void appendTo(std::string& s, Kind kind) const;

 private:
  struct Text {
    const char* data;
    size_t size;
  };
  union {
    Text text_;
    const std::string* string_;
    const char* literal_;
    const Dims* dims_;
    int32_t int32_;
    int64_t int64_;
    double real_;
  };
};

/// `kinds` is a Piece::kKinds; its first char is not a kind.
std::string catPieces(const char* kinds, const Piece* pieces);

/// The parts one after another: `cat("want ", 3, ", got ", n)`.
template <typename... Args>
SMW_INLINE inline std::string cat(const Args&... args) {
  if constexpr (sizeof...(args) == 0) {
    return {};
  } else {
    const Piece pieces[] = {Piece(args)...};
    return catPieces(Piece::kKinds<0, Args...>, pieces);
  }
}

/// "a, b, c"; after `limit` items ", and 12 more".
std::string join(const std::vector<std::string>& items, std::string_view separator = ", ",
                 size_t limit = SIZE_MAX);

/// `s` in double quotes, with control characters and quotes escaped as JSON does; bytes that are
/// not UTF-8 become U+FFFD.
std::string jsonQuote(std::string_view s);

}  // namespace smw
