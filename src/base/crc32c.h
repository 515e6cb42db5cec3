// CRC-32C (Castagnoli), the checksum of tables and tensor bundles.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace smw {

/// The checksum of what `crc` covers followed by `bytes`; start with 0.
uint32_t crc32cExtend(uint32_t crc, std::span<const std::byte> bytes);
inline uint32_t crc32c(std::span<const std::byte> bytes) { return crc32cExtend(0, bytes); }

/// Stored checksums are masked, so that a checksum over bytes that hold checksums stays meaningful.
inline uint32_t crc32cMask(uint32_t crc) { return ((crc >> 15) | (crc << 17)) + 0xA282EAD8u; }
inline uint32_t crc32cUnmask(uint32_t masked) {
  const uint32_t rot = masked - 0xA282EAD8u;
  return (rot >> 17) | (rot << 15);
}

}  // namespace smw
