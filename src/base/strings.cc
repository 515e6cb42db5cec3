#include "base/strings.h"

#include <cstdint>
#include <cstdio>

#include "base/decimal.h"

namespace smw {

namespace {
void appendDims(std::string& s, const Dims& dims) {
  s += '[';
  for (size_t i = 0; i < dims.size(); ++i) {
    if (i) s += ',';
    s += dims[i] < 0 ? "?" : cat(dims[i]);
  }
  s += ']';
}
}  // namespace

void Piece::appendTo(std::string& s, Kind kind) const {
  char buf[40];
  switch (kind) {
    case kEnd:
      return;
    case kText:
      s.append(text_.data, text_.size);
      return;
    case kLiteral:
      s += literal_;
      return;
    case kString:
      s += *string_;
      return;
    case kDims:
      return appendDims(s, *dims_);
    case kChar:
      s += char(int32_);
      return;
    case kBool:
      s += int32_ ? "true" : "false";
      return;
    case kInt32:
      return Piece(int64_t(int32_)).appendTo(s, kInt64);
    case kUint32:
      return Piece(uint64_t(uint32_t(int32_))).appendTo(s, kUint64);
    case kInt64:
      s.append(buf, std::to_chars(buf, buf + sizeof buf, int64_).ptr);
      return;
    case kUint64:
      s.append(buf, std::to_chars(buf, buf + sizeof buf, uint64_t(int64_)).ptr);
      return;
    case kReal:
      // The shortest that reads back. std::to_chars would bring 100 KB of tables into the wasm.
      for (int digits = 6; digits <= 17; ++digits) {
        std::snprintf(buf, sizeof buf, "%.*g", digits, real_);
        if (parseDouble(buf) == real_) break;
      }
      s += buf;
      return;
  }
}

std::string catPieces(const char* kinds, const Piece* pieces) {
  std::string s;
  for (; *++kinds; ++pieces) pieces->appendTo(s, Piece::Kind(*kinds));
  return s;
}

std::string join(const std::vector<std::string>& items, std::string_view separator, size_t limit) {
  std::string s;
  for (size_t i = 0; i < items.size(); ++i) {
    if (i == limit) return s + cat(" and ", items.size() - limit, " more");
    if (i) s += separator;
    s += items[i];
  }
  return s;
}

namespace {
// Length of the well-formed UTF-8 sequence at s[i], or 0.
size_t utf8Length(std::string_view s, size_t i) {
  const auto at = [&](size_t k) -> unsigned { return k < s.size() ? uint8_t(s[k]) : 0; };
  const auto tail = [&](size_t k) { return (at(k) & 0xC0) == 0x80; };
  const unsigned c = at(i);
  if (c < 0x80) return 1;
  if (c >= 0xC2 && c <= 0xDF) return tail(i + 1) ? 2 : 0;
  if (c >= 0xE0 && c <= 0xEF) {
    if (!tail(i + 1) || !tail(i + 2)) return 0;
    if (c == 0xE0 && at(i + 1) < 0xA0) return 0;
    if (c == 0xED && at(i + 1) > 0x9F) return 0;
    return 3;
  }
  if (c >= 0xF0 && c <= 0xF4) {
    if (!tail(i + 1) || !tail(i + 2) || !tail(i + 3)) return 0;
    if (c == 0xF0 && at(i + 1) < 0x90) return 0;
    if (c == 0xF4 && at(i + 1) > 0x8F) return 0;
    return 4;
  }
  return 0;
}
}  // namespace

std::string jsonQuote(std::string_view s) {
  static constexpr char kHex[] = "0123456789abcdef";
  std::string out = "\"";
  for (size_t i = 0; i < s.size();) {
    // Names are almost always plain: whole runs at a time.
    const size_t from = i;
    while (i < s.size() && s[i] >= 0x20 && s[i] < 0x7F && s[i] != '"' && s[i] != '\\') ++i;
    out.append(s, from, i - from);
    if (i == s.size()) break;
    const uint8_t c = uint8_t(s[i]);
    if (c == '"' || c == '\\') {
      out += '\\';
      out += char(c);
      ++i;
    } else if (c < 0x20) {
      out += "\\u00";
      out += kHex[c >> 4];
      out += kHex[c & 15];
      ++i;
    } else if (const size_t n = utf8Length(s, i)) {
      out += s.substr(i, n);
      i += n;
    } else {
      out += "\xEF\xBF\xBD";
      ++i;
    }
  }
  return out + '"';
}

}  // namespace smw
