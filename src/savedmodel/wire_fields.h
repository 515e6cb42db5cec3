// A serialized message's fields one after another, unparsed.
#pragma once

#include <string_view>

#include "savedmodel/wire.h"

namespace smw {

struct WireField {
  uint32_t number = 0;
  uint32_t wire = kVarint;
  uint64_t value = 0;      // of a varint
  std::string_view bytes;  // of all others
};

class WireFields {
 public:
  explicit WireFields(std::string_view message) : rest_(message) {}
  /// Moves on to the next field; false at the end, and where the message is damaged.
  bool next();
  const WireField& field() const { return field_; }
  bool damaged() const { return damaged_; }

 private:
  std::string_view rest_;
  WireField field_;
  bool damaged_ = false;
};

/// The first field of that number that has a length; "" where there is none.
std::string_view firstField(std::string_view message, uint32_t number);

}  // namespace smw
