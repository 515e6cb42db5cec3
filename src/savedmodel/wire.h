// The protobuf wire format, as little of it as scanning and writing need.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>

namespace smw {

enum WireType : uint32_t { kVarint = 0, kFixed64 = 1, kLengthDelimited = 2, kFixed32 = 5 };

/// Reads a varint at `at` and moves on; nothing where the bytes end before it does, or it is longer
/// than ten bytes (`at` then stays).
inline std::optional<uint64_t> readVarint(std::span<const std::byte> bytes, size_t& at) {
  uint64_t value = 0;
  for (size_t i = 0; i < 10 && at + i < bytes.size(); ++i) {
    const uint64_t b = uint64_t(bytes[at + i]);
    value |= (b & 127) << (7 * i);
    if (b < 128) {
      at += i + 1;
      return value;
    }
  }
  return std::nullopt;
}

inline void writeVarint(std::string& out, uint64_t v) {
  for (; v >= 128; v >>= 7) out += char(v | 128);
  out += char(v);
}
inline void writeTag(std::string& out, uint32_t field, WireType type) {
  writeVarint(out, uint64_t(field) << 3 | type);
}

/// Room for a length that is known later, `width` bytes wide.
inline size_t reserveLength(std::string& out, size_t width) {
  out.append(width, '\0');
  return out.size() - width;
}
/// Fills that room: a varint may be padded with continuation bytes.
inline void fillLength(std::string& out, size_t at, size_t width, uint64_t length) {
  for (size_t i = 0; i + 1 < width; ++i, length >>= 7) out[at + i] = char(length | 128);
  out[at + width - 1] = char(length & 127);
}

}  // namespace smw
