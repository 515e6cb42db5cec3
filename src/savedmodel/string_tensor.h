// String tensors as bundles store them: varint lengths, a checksum of the lengths, then all bytes.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "base/status.h"

namespace smw {

struct StringTensorBytes {
  std::vector<std::string> values;
  /// Of the whole: lengths as numbers of 4 bytes (8 where they do not fit), their checksum, the
  /// bytes.
  uint32_t crc32c = 0;
};

/// DATA_LOSS where `bytes` do not hold exactly `count` strings, or (where `verify`) the checksum of
/// the lengths is wrong. `bigEndian`: of the machine that wrote it.
Result<StringTensorBytes> decodeStringTensor(std::span<const std::byte> bytes, int64_t count,
                                             bool bigEndian, bool verify);

}  // namespace smw
