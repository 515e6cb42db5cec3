#include "savedmodel/fingerprint.h"

#include "savedmodel/wire_fields.h"

namespace smw {
namespace {
constexpr uint32_t kChecksumField = 1, kUuidField = 7;  // of FingerprintDef
}

std::optional<Fingerprint> readFingerprint(std::span<const std::byte> bytes) {
  Fingerprint f;
  WireFields fields({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
  while (fields.next()) {
    const WireField& field = fields.field();
    if (field.wire != kVarint && field.wire != kLengthDelimited) return std::nullopt;
    if (field.wire == kVarint && field.number == kChecksumField)
      f.savedModelChecksum = field.value;
    else if (field.wire == kLengthDelimited && field.number == kUuidField)
      f.uuid = field.bytes;
  }
  if (fields.damaged()) return std::nullopt;
  return f;
}

}  // namespace smw
