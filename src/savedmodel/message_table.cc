#include "savedmodel/message_table.h"

#include <iterator>

namespace smw {
namespace {

struct MessageRow {
  const char* name;
  uint16_t first, count;
};
struct EnumRow {
  const char* name;
  uint16_t first, count;
};
struct EnumValueRow {
  const char* name;
  int32_t number;
};
#include "proto/field_table.inc"

}  // namespace

int findMessage(std::string_view fullName) {
  for (size_t i = 0; i < std::size(kMessages); ++i)
    if (kMessages[i].name == fullName) return int(i);
  return -1;
}

std::string_view messageName(int message) { return kMessages[message].name; }

const FieldRow* findField(int message, uint32_t number) {
  const MessageRow& m = kMessages[message];
  for (const FieldRow* f = kFields + m.first; f != kFields + m.first + m.count; ++f)
    if (f->number == number) return f;
  return nullptr;
}

const FieldRow* findField(int message, std::string_view name) {
  const MessageRow& m = kMessages[message];
  for (const FieldRow* f = kFields + m.first; f != kFields + m.first + m.count; ++f)
    if (f->name == name) return f;
  return nullptr;
}

std::optional<int32_t> findEnumValue(int enumIndex, std::string_view name) {
  const EnumRow& e = kEnums[enumIndex];
  for (const EnumValueRow* v = kEnumValues + e.first; v != kEnumValues + e.first + e.count; ++v)
    if (v->name == name) return v->number;
  return std::nullopt;
}

}  // namespace smw
