#include "vfs/path.h"

#include <vector>

namespace smw {

std::optional<std::string> normalizePath(std::string_view path) {
  std::string out;
  std::vector<size_t> ends;  // length of `out` before each part
  size_t at = 0;
  while (at <= path.size()) {
    const size_t slash = std::min(path.find_first_of("/\\", at), path.size());
    const std::string_view part = path.substr(at, slash - at);
    at = slash + 1;
    if (part.empty() || part == ".") continue;
    if (part.find('\0') != std::string_view::npos) return std::nullopt;
    if (part == "..") {
      if (ends.empty()) return std::nullopt;
      out.resize(ends.back());
      ends.pop_back();
      continue;
    }
    ends.push_back(out.size());
    if (!out.empty()) out += '/';
    out += part;
  }
  return out;
}

std::string joinPath(std::string_view directory, std::string_view name) {
  std::string s(directory);
  if (!s.empty() && !name.empty()) s += '/';
  s += name;
  return s;
}

std::string_view directoryOf(std::string_view path) {
  const size_t slash = path.rfind('/');
  return slash == std::string_view::npos ? std::string_view() : path.substr(0, slash);
}

std::string_view baseName(std::string_view path) {
  const size_t slash = path.rfind('/');
  return slash == std::string_view::npos ? path : path.substr(slash + 1);
}

}  // namespace smw
