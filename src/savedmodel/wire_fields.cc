#include "savedmodel/wire_fields.h"

namespace smw {

bool WireFields::next() {
  if (rest_.empty()) return false;
  damaged_ = true;
  const auto bytes = std::as_bytes(std::span(rest_));
  size_t at = 0;
  const auto tag = readVarint(bytes, at);
  if (!tag || *tag > UINT32_MAX) return false;
  field_ = {.number = uint32_t(*tag >> 3), .wire = uint32_t(*tag & 7), .value = 0, .bytes = {}};
  uint64_t length = 0;
  switch (field_.wire) {
    case kVarint:
    case kLengthDelimited: {
      const auto value = readVarint(bytes, at);
      if (!value) return false;
      if (field_.wire == kVarint)
        field_.value = *value;
      else
        length = *value;
      break;
    }
    case kFixed64:
      length = 8;
      break;
    case kFixed32:
      length = 4;
      break;
    default:
      return false;
  }
  if (length > bytes.size() - at) return false;
  field_.bytes = rest_.substr(at, size_t(length));
  rest_.remove_prefix(at + size_t(length));
  damaged_ = false;
  return true;
}

std::string_view firstField(std::string_view message, uint32_t number) {
  for (WireFields fields(message); fields.next();)
    if (fields.field().number == number && fields.field().wire == kLengthDelimited)
      return fields.field().bytes;
  return {};
}

}  // namespace smw
