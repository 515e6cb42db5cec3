// Paths inside a model: relative, with forward slashes.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace smw {

/// `path` with '/' for '\', without empty and "." parts and without a leading or trailing slash;
/// ".." takes the part before it away. Nothing where ".." would leave the root, or where the path
/// holds a NUL. The root itself is "".
std::optional<std::string> normalizePath(std::string_view path);

/// `directory` + '/' + `name`; either may be empty.
std::string joinPath(std::string_view directory, std::string_view name);
/// What lies before the last slash, or "".
std::string_view directoryOf(std::string_view path);
/// What lies behind the last slash.
std::string_view baseName(std::string_view path);

}  // namespace smw
