// The messages of proto/ as data: fields by number and by name. Generated at build time.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace smw {

/// Numbers of FieldDescriptorProto.Type.
enum class FieldKind : uint8_t {
  kDouble = 1,
  kFloat = 2,
  kInt64 = 3,
  kUint64 = 4,
  kInt32 = 5,
  kFixed64 = 6,
  kFixed32 = 7,
  kBool = 8,
  kString = 9,
  kMessage = 11,
  kBytes = 12,
  kUint32 = 13,
  kEnum = 14,
  kSfixed32 = 15,
  kSfixed64 = 16,
  kSint32 = 17,
  kSint64 = 18,
};

struct FieldRow {
  const char* name;
  uint16_t number;
  FieldKind kind;
  bool repeated;
  uint16_t child;  // index of the message or enum
};

/// Index of a message by its full name ("tensorflow.NodeDef"), or -1.
int findMessage(std::string_view fullName);
std::string_view messageName(int message);
/// Null where the message has no such field.
const FieldRow* findField(int message, uint32_t number);
const FieldRow* findField(int message, std::string_view name);
std::optional<int32_t> findEnumValue(int enumIndex, std::string_view name);

}  // namespace smw
