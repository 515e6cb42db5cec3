// Keys that sort like the values that they encode: how bundles name the parts of a partitioned
// tensor.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace smw {

/// One byte that counts the bytes that follow, most significant first.
void appendOrderedUint(std::string& out, uint64_t v);
/// 7 bits to a byte; the first bits tell sign and length. From 1 to 10 bytes.
void appendOrderedInt(std::string& out, int64_t v);
/// With 0 as "\0\xFF", 0xFF as "\xFF\0", and "\0\1" at the end.
void appendOrderedString(std::string& out, std::string_view s);

}  // namespace smw
