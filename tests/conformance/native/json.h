// A small JSON reader, for case.json and exceptions.json.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace smw::conformance {

struct Json {
  enum Kind { kNull, kBool, kNumber, kString, kArray, kObject } kind = kNull;
  bool truth = false;
  double number = 0;
  std::string text;
  std::vector<Json> items;
  std::map<std::string, Json> members;

  /// The member, or a null where there is none or this is no object.
  const Json& operator[](const std::string& name) const;
  bool has(const std::string& name) const { return members.contains(name); }
  explicit operator bool() const { return kind != kNull; }
};

/// Nothing where `text` is not one JSON value.
std::optional<Json> parseJson(std::string_view text);
/// The file's contents; a null where it cannot be read or parsed.
Json readJson(const std::string& path);

std::string fromBase64(std::string_view text);

}  // namespace smw::conformance
