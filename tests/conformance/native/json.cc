#include "json.h"

#include <cstdlib>
#include <fstream>
#include <iterator>

namespace smw::conformance {

namespace {

constexpr int kMostNested = 64;

class Parser {
 public:
  explicit Parser(std::string_view s) : s_(s) {}
  std::optional<Json> document() {
    Json v;
    if (!value(v, 0)) return std::nullopt;
    space();
    return at_ == s_.size() ? std::optional(std::move(v)) : std::nullopt;
  }

 private:
  void space() {
    while (at_ < s_.size() && std::string_view(" \t\r\n").contains(s_[at_])) ++at_;
  }
  bool take(std::string_view word) {
    space();
    if (!s_.substr(at_).starts_with(word)) return false;
    at_ += word.size();
    return true;
  }
  bool value(Json& v, int depth) {
    if (depth > kMostNested) return false;
    if (take("{")) return object(v, depth);
    if (take("[")) return array(v, depth);
    if (take("\"")) {
      v.kind = Json::kString;
      return string(v.text);
    }
    if (take("null")) return true;
    const bool isTrue = take("true");
    if (isTrue || take("false")) {
      v.kind = Json::kBool;
      v.truth = isTrue;
      return true;
    }
    return number(v);
  }
  bool number(Json& v) {
    const size_t end = std::min(s_.find_first_not_of("+-.0123456789eE", at_), s_.size());
    const std::string digits(s_.substr(at_, end - at_));
    char* last = nullptr;
    v.kind = Json::kNumber;
    v.number = std::strtod(digits.c_str(), &last);
    at_ = end;
    return !digits.empty() && *last == 0;
  }
  bool array(Json& v, int depth) {
    v.kind = Json::kArray;
    if (take("]")) return true;
    do {
      v.items.emplace_back();
      if (!value(v.items.back(), depth + 1)) return false;
    } while (take(","));
    return take("]");
  }
  bool object(Json& v, int depth) {
    v.kind = Json::kObject;
    if (take("}")) return true;
    do {
      std::string name;
      if (!take("\"") || !string(name) || !take(":") || !value(v.members[name], depth + 1))
        return false;
    } while (take(","));
    return take("}");
  }
  bool string(std::string& out) {
    while (at_ < s_.size()) {
      const char c = s_[at_++];
      if (c == '"') return true;
      if (c != '\\') {
        out += c;
        continue;
      }
      if (at_ == s_.size()) return false;
      const char e = s_[at_++];
      if (e == 'u') {
        if (!unicode(out)) return false;
        continue;
      }
      constexpr std::string_view kNames = "nrtbf\"\\/", kMeanings = "\n\r\t\b\f\"\\/";
      const size_t i = kNames.find(e);
      if (i == kNames.npos) return false;
      out += kMeanings[i];
    }
    return false;
  }
  std::optional<unsigned> hex4() {
    if (at_ + 4 > s_.size()) return std::nullopt;
    at_ += 4;
    return unsigned(std::strtoul(std::string(s_.substr(at_ - 4, 4)).c_str(), nullptr, 16));
  }
  /// What follows \u, with the second half of a surrogate pair, as UTF-8.
  bool unicode(std::string& out) {
    const auto high = hex4();
    if (!high) return false;
    unsigned code = *high;
    if (code >= 0xD800 && code < 0xDC00 && s_.substr(at_).starts_with("\\u")) {
      at_ += 2;
      const auto low = hex4();
      if (!low) return false;
      code = 0x10000 + ((code - 0xD800) << 10) + (*low - 0xDC00);
    }
    if (code < 0x80) {
      out += char(code);
      return true;
    }
    const int more = code < 0x800 ? 1 : code < 0x10000 ? 2 : 3;
    constexpr unsigned kLead[] = {0, 0xC0, 0xE0, 0xF0};
    out += char(kLead[more] | code >> (6 * more));
    for (int i = more - 1; i >= 0; --i) out += char(0x80 | (code >> (6 * i) & 0x3F));
    return true;
  }

  std::string_view s_;
  size_t at_ = 0;
};

}  // namespace

const Json& Json::operator[](const std::string& name) const {
  static const Json null;
  const auto it = members.find(name);
  return it == members.end() ? null : it->second;
}

std::optional<Json> parseJson(std::string_view text) { return Parser(text).document(); }

Json readJson(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return parseJson(std::string(std::istreambuf_iterator<char>(in), {})).value_or(Json());
}

std::string fromBase64(std::string_view text) {
  std::string out;
  unsigned bits = 0, count = 0;
  for (char c : text) {
    const int v = c >= 'A' && c <= 'Z'   ? c - 'A'
                  : c >= 'a' && c <= 'z' ? c - 'a' + 26
                  : c >= '0' && c <= '9' ? c - '0' + 52
                  : c == '+'             ? 62
                  : c == '/'             ? 63
                                         : -1;
    if (v < 0) continue;
    bits = bits << 6 | unsigned(v);
    count += 6;
    if (count < 8) continue;
    count -= 8;
    out += char(bits >> count & 0xFF);
  }
  return out;
}

}  // namespace smw::conformance
