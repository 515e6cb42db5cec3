#include "savedmodel/fingerprint.h"

#include "savedmodel/wire.h"

namespace smw {
namespace {
constexpr uint64_t kChecksumField = 1, kUuidField = 7;  // of FingerprintDef
}

std::optional<Fingerprint> readFingerprint(std::span<const std::byte> bytes) {
  Fingerprint f;
  for (size_t at = 0; at < bytes.size();) {
    const auto tag = readVarint(bytes, at);
    const auto value = tag ? readVarint(bytes, at) : std::nullopt;
    if (!value) return std::nullopt;
    if (*tag == (kChecksumField << 3 | kVarint)) f.savedModelChecksum = *value;
    if ((*tag & 7) == kVarint) continue;
    if ((*tag & 7) != kLengthDelimited || *value > bytes.size() - at) return std::nullopt;
    if (*tag >> 3 == kUuidField)
      f.uuid.assign(reinterpret_cast<const char*>(bytes.data()) + at, size_t(*value));
    at += size_t(*value);
  }
  return f;
}

}  // namespace smw
