#include "savedmodel/text_tokenizer.h"

#include <algorithm>

#include "base/strings.h"

namespace smw {
namespace {

bool isSpace(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }
bool isDigit(char c) { return c >= '0' && c <= '9'; }
bool isLetter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }
int hexValue(char c) {
  if (isDigit(c)) return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

void appendUtf8(std::string& out, uint32_t c) {
  if (c < 0x80) {
    out += char(c);
  } else if (c < 0x800) {
    out += char(0xC0 | c >> 6);
    out += char(0x80 | (c & 63));
  } else if (c < 0x10000) {
    out += char(0xE0 | c >> 12);
    out += char(0x80 | (c >> 6 & 63));
    out += char(0x80 | (c & 63));
  } else {
    out += char(0xF0 | c >> 18);
    out += char(0x80 | (c >> 12 & 63));
    out += char(0x80 | (c >> 6 & 63));
    out += char(0x80 | (c & 63));
  }
}

// Digits of an escape at s[i...], at most `most` of them; i moves behind them.
uint32_t escapeDigits(std::string_view s, size_t& i, int base, int most) {
  uint32_t v = 0;
  for (int n = 0; n < most && i < s.size(); ++n, ++i) {
    const int d = hexValue(s[i]);
    if (d < 0 || d >= base) break;
    v = v * uint32_t(base) + uint32_t(d);
  }
  return v;
}

char simpleEscape(char c) {
  switch (c) {
    case 'a':
      return '\a';
    case 'b':
      return '\b';
    case 'f':
      return '\f';
    case 'n':
      return '\n';
    case 'r':
      return '\r';
    case 't':
      return '\t';
    case 'v':
      return '\v';
    case '\\':
    case '\'':
    case '"':
    case '?':
      return c;
    default:
      return 0;
  }
}

}  // namespace

Status TextTokenizer::next() {
  for (;; ++at_) {
    if (at_ < text_.size() && text_[at_] == '#')
      at_ = std::min(text_.find('\n', at_), text_.size());
    if (at_ >= text_.size() || !isSpace(text_[at_])) break;
  }
  const size_t start = at_;
  token_ = text_.substr(start, 1);
  if (at_ >= text_.size()) {
    kind_ = kEnd;
    return {};
  }
  const char c = text_[at_];
  if (c == '"' || c == '\'') {
    kind_ = kString;
    for (++at_; at_ < text_.size() && text_[at_] != c; ++at_) {
      if (text_[at_] == '\\') ++at_;
      if (at_ < text_.size() && text_[at_] == '\n') break;
    }
    if (at_ >= text_.size() || text_[at_] != c) return error("a string does not end");
    ++at_;
  } else if (isLetter(c)) {
    kind_ = kIdentifier;
    while (at_ < text_.size() && (isLetter(text_[at_]) || isDigit(text_[at_]))) ++at_;
  } else if (isDigit(c) || (c == '.' && at_ + 1 < text_.size() && isDigit(text_[at_ + 1]))) {
    kind_ = kNumber;  // decimal, octal, hexadecimal, floating: told apart where it is used
    for (++at_; at_ < text_.size(); ++at_) {
      const char d = text_[at_], before = text_[at_ - 1];
      const bool hex =
          text_[start] == '0' && start + 1 < text_.size() && (text_[start + 1] | 32) == 'x';
      if (!(isLetter(d) || isDigit(d) || d == '.' ||
            ((d == '+' || d == '-') && (before | 32) == 'e' && !hex)))
        break;
    }
  } else if (std::string_view("{}<>[]:;,-./").find(c) != std::string_view::npos) {
    kind_ = kSymbol;
    ++at_;
  } else {
    return error("this character has no place here");
  }
  token_ = text_.substr(start, at_ - start);
  return {};
}

Result<bool> TextTokenizer::accept(std::string_view symbol) {
  if (!is(symbol)) return false;
  SMW_TRY(next());
  return true;
}

Status TextTokenizer::expect(std::string_view symbol) {
  if (!SMW_TRY(accept(symbol))) return error(cat("'", symbol, "' was expected"));
  return {};
}

Status TextTokenizer::appendString(std::string& out) const {
  const std::string_view s = token_.substr(1, token_.size() - 2);
  for (size_t i = 0; i < s.size();) {
    if (s[i] != '\\') {
      const size_t run = std::min(s.find('\\', i), s.size());
      out += s.substr(i, run - i);
      i = run;
      continue;
    }
    const char c = ++i < s.size() ? s[i] : '\0';
    if (c >= '0' && c <= '7') {
      out += char(escapeDigits(s, i, 8, 3));
    } else if (c == 'x' || c == 'X') {
      const size_t from = ++i;
      out += char(escapeDigits(s, i, 16, 2));
      if (i == from) return error("\\x without digits");
    } else if (c == 'u' || c == 'U') {
      const int digits = c == 'u' ? 4 : 8;
      const size_t from = ++i;
      uint32_t code = escapeDigits(s, i, 16, digits);
      if (i - from != size_t(digits)) return error("an escape has too few digits");
      if (code >= 0xD800 && code < 0xDC00 &&
          s.substr(i, 2) == "\\u") {  // the first of two surrogates
        size_t j = i + 2;
        const uint32_t low = escapeDigits(s, j, 16, 4);
        if (low >= 0xDC00 && low < 0xE000) {
          code = 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00);
          i = j;
        }
      }
      if (code > 0x10FFFF) return error("an escape beyond Unicode");
      appendUtf8(out, code);
    } else if (const char plain = simpleEscape(c)) {
      out += plain;
      ++i;
    } else {
      return error("an unknown escape");
    }
  }
  return {};
}

Error TextTokenizer::error(std::string_view message) const {
  const size_t at = std::min(size_t(token_.data() - text_.data()), text_.size());
  size_t line = 1, column = 1;
  for (size_t i = 0; i < at; ++i) {
    column = text_[i] == '\n' ? 1 : column + 1;
    line += text_[i] == '\n';
  }
  std::string_view near = token_.substr(0, 40);
  return fail(Error(Code::kInvalidArgument,
                    cat(file_, ", line ", line, ", column ", column, ": ", message,
                        kind_ == kEnd && near.empty() ? std::string(" (end of file)")
                                                      : cat(" near ", jsonQuote(near))))
                  .inFile(file_));
}

}  // namespace smw
