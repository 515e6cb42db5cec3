// fingerprint.pb: hashes that tell exports apart. Two fields of it are told.
#pragma once

#include <optional>
#include <span>
#include <string>

namespace smw {

struct Fingerprint {
  uint64_t savedModelChecksum = 0;
  std::string uuid;
};

/// Nothing where the bytes are no FingerprintDef.
std::optional<Fingerprint> readFingerprint(std::span<const std::byte> bytes);

}  // namespace smw
