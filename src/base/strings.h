// Message building without streams or locales.
#pragma once

#include <charconv>
#include <concepts>
#include <string>
#include <string_view>
#include <vector>

namespace smw {

namespace detail {
inline void append(std::string& s, std::string_view v) { s += v; }
// Without this overload a literal would become a bool.
inline void append(std::string& s, const char* v) { s += v; }
inline void append(std::string& s, char c) { s += c; }
void append(std::string& s, double v);
template <std::integral T>
void append(std::string& s, T v) {
  // Here and not an overload of its own: a string literal would rather become a bool than a
  // string_view.
  if constexpr (std::same_as<T, bool>) {
    s += v ? "true" : "false";
  } else {
    char buf[24];
    auto r = std::to_chars(buf, buf + sizeof buf, v);
    s.append(buf, r.ptr);
  }
}
}  // namespace detail

/// The parts one after another: `cat("want ", 3, ", got ", n)`.
template <typename... Args>
std::string cat(const Args&... args) {
  std::string s;
  (detail::append(s, args), ...);
  return s;
}

/// "a, b, c"; after `limit` items ", and 12 more".
std::string join(const std::vector<std::string>& items, std::string_view separator = ", ",
                 size_t limit = SIZE_MAX);

/// `s` in double quotes, with control characters and quotes escaped as JSON does; bytes that are
/// not UTF-8 become U+FFFD.
std::string jsonQuote(std::string_view s);

}  // namespace smw
