#include "tensor/dtype.h"

#include <array>

#include "tensor/tensor.h"

namespace smw {
namespace {

enum Kind : uint8_t {
  kNone,
  kFloatKind,
  kComplexKind,
  kSigned,
  kUnsigned,
  kBoolKind,
  kQuant,
  kObject
};

struct Row {
  DType type;
  std::string_view name, proto;
  uint8_t size;
  Kind kind;
};

constexpr Row kRows[] = {
    {DType::kFloat, "float32", "DT_FLOAT", 4, kFloatKind},
    {DType::kDouble, "float64", "DT_DOUBLE", 8, kFloatKind},
    {DType::kInt32, "int32", "DT_INT32", 4, kSigned},
    {DType::kUint8, "uint8", "DT_UINT8", 1, kUnsigned},
    {DType::kInt16, "int16", "DT_INT16", 2, kSigned},
    {DType::kInt8, "int8", "DT_INT8", 1, kSigned},
    {DType::kString, "string", "DT_STRING", sizeof(std::string), kObject},
    {DType::kComplex64, "complex64", "DT_COMPLEX64", 8, kComplexKind},
    {DType::kInt64, "int64", "DT_INT64", 8, kSigned},
    {DType::kBool, "bool", "DT_BOOL", 1, kBoolKind},
    {DType::kQint8, "qint8", "DT_QINT8", 1, kQuant},
    {DType::kQuint8, "quint8", "DT_QUINT8", 1, kQuant},
    {DType::kQint32, "qint32", "DT_QINT32", 4, kQuant},
    {DType::kBfloat16, "bfloat16", "DT_BFLOAT16", 2, kFloatKind},
    {DType::kQint16, "qint16", "DT_QINT16", 2, kQuant},
    {DType::kQuint16, "quint16", "DT_QUINT16", 2, kQuant},
    {DType::kUint16, "uint16", "DT_UINT16", 2, kUnsigned},
    {DType::kComplex128, "complex128", "DT_COMPLEX128", 16, kComplexKind},
    {DType::kHalf, "float16", "DT_HALF", 2, kFloatKind},
    {DType::kResource, "resource", "DT_RESOURCE", sizeof(ResourceHandle), kObject},
    {DType::kVariant, "variant", "DT_VARIANT", sizeof(VariantValue), kObject},
    {DType::kUint32, "uint32", "DT_UINT32", 4, kUnsigned},
    {DType::kUint64, "uint64", "DT_UINT64", 8, kUnsigned},
    {DType::kFloat8E5m2, "float8_e5m2", "DT_FLOAT8_E5M2", 1, kNone},
    {DType::kFloat8E4m3fn, "float8_e4m3fn", "DT_FLOAT8_E4M3FN", 1, kNone},
    {DType::kInt4, "int4", "DT_INT4", 1, kNone},
    {DType::kUint4, "uint4", "DT_UINT4", 1, kNone},
};

constexpr auto kByNumber = [] {
  std::array<int8_t, 32> t{};
  t.fill(-1);
  for (int i = 0; i < int(std::size(kRows)); ++i) t[int(kRows[i].type)] = int8_t(i);
  return t;
}();

const Row* row(DType t) {
  const int i = int(t) < 32 ? kByNumber[int(t)] : -1;
  return i < 0 ? nullptr : &kRows[i];
}
Kind kind(DType t) { return row(t) ? row(t)->kind : kNone; }

}  // namespace

std::string_view dtypeName(DType t) { return row(t) ? row(t)->name : "invalid"; }

std::optional<DType> dtypeFromName(std::string_view name) {
  for (const Row& r : kRows)
    if (r.name == name || r.proto == name) return r.type;
  return std::nullopt;
}

DType dtypeFromProto(int number) {
  if (number > 100) number -= 100;
  const DType t = number >= 0 && number < 32 ? DType(number) : DType::kInvalid;
  return row(t) ? t : DType::kInvalid;
}

size_t dtypeSize(DType t) { return row(t) ? row(t)->size : 0; }
bool isPod(DType t) { return row(t) && kind(t) != kObject; }
bool isFloating(DType t) { return kind(t) == kFloatKind; }
bool isComplex(DType t) { return kind(t) == kComplexKind; }
bool isInteger(DType t) { return kind(t) == kSigned || kind(t) == kUnsigned; }
bool isSignedInteger(DType t) { return kind(t) == kSigned; }
bool isQuantized(DType t) { return kind(t) == kQuant; }

}  // namespace smw
