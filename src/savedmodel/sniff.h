// What a file is that was taken for something else.
#pragma once

#include <span>
#include <string_view>

namespace smw {

/// "an HTML page", "a zip archive", ... by the first bytes; "" where they say nothing.
std::string_view sniffFile(std::span<const std::byte> head);

}  // namespace smw
