#include "wasm/options.h"

namespace smw {

namespace {

int hexDigit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  return -1;
}

std::string decode(std::string_view s) {
  std::string out;
  for (size_t i = 0; i < s.size(); ++i) {
    const int hi = i + 2 < s.size() && s[i] == '%' ? hexDigit(s[i + 1]) : -1;
    const int lo = hi >= 0 ? hexDigit(s[i + 2]) : -1;
    if (lo >= 0) {
      out += char(hi * 16 + lo);
      i += 2;
    } else {
      out += s[i];
    }
  }
  return out;
}

}  // namespace

ModelOptions parseOptions(std::string_view text) {
  ModelOptions o;
  while (!text.empty()) {
    const size_t end = std::min(text.find('\n'), text.size());
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    const size_t space = line.find(' ');
    if (space == std::string_view::npos) continue;
    const std::string_view key = line.substr(0, space);
    const std::string value = decode(line.substr(space + 1));
    if (key == "tag") {
      if (!o.tags) o.tags.emplace();
      o.tags->push_back(value);
    } else if (key == "noTags") {
      o.tags.emplace();
    } else if (key == "verify") {
      o.verify = value != "0";
    } else if (key == "inspect") {
      o.inspectOnly = value == "1";
    } else if (key == "weights") {
      o.compression = value == "f16"    ? kernels::Compressed::kHalf
                      : value == "int8" ? kernels::Compressed::kInt8
                                        : 0;
    } else if (key == "optimize") {
      o.optimizeSpeed = value == "speed";
    } else if (key == "passOff") {
      o.passesOff.insert(value);
    }
  }
  return o;
}

}  // namespace smw
