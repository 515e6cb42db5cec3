// Element types, with the numbers of tensorflow/core/framework/types.proto.
#pragma once

#include <complex>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "tensor/half.h"

namespace smw {

enum class DType : uint8_t {
  kInvalid = 0,
  kFloat = 1,
  kDouble = 2,
  kInt32 = 3,
  kUint8 = 4,
  kInt16 = 5,
  kInt8 = 6,
  kString = 7,
  kComplex64 = 8,
  kInt64 = 9,
  kBool = 10,
  kQint8 = 11,
  kQuint8 = 12,
  kQint32 = 13,
  kBfloat16 = 14,
  kQint16 = 15,
  kQuint16 = 16,
  kUint16 = 17,
  kComplex128 = 18,
  kHalf = 19,
  kResource = 20,
  kVariant = 21,
  kUint32 = 22,
  kUint64 = 23,
  kFloat8E5m2 = 24,
  kFloat8E4m3fn = 25,
  kInt4 = 29,
  kUint4 = 30,
};

using complex64 = std::complex<float>;
using complex128 = std::complex<double>;

/// TensorFlow's Python name ("float32", "int64", "half" is "float16"); "invalid" for unknown
/// numbers.
std::string_view dtypeName(DType t);
/// The reverse of dtypeName; also takes the "DT_FLOAT" spelling.
std::optional<DType> dtypeFromName(std::string_view name);
/// DataType number from a file. Reference types (TF1 variables, +100) give their base type.
DType dtypeFromProto(int number);
inline bool isRefType(int protoNumber) { return protoNumber > 100; }

/// Bytes of one element in memory; for string, resource and variant the size of the C++ object.
/// int4 and uint4 take a byte each.
size_t dtypeSize(DType t);
/// True for numbers and bool: elements that are plain bytes. False for string, resource, variant.
bool isPod(DType t);
bool isFloating(DType t);  // half, bfloat16, float, double
bool isComplex(DType t);
bool isInteger(DType t);  // signed or unsigned, not bool, not quantized
bool isSignedInteger(DType t);
bool isQuantized(DType t);

/// The DType of a C++ element type.
template <typename T>
inline constexpr DType kDTypeOf = DType::kInvalid;
template <>
inline constexpr DType kDTypeOf<float> = DType::kFloat;
template <>
inline constexpr DType kDTypeOf<double> = DType::kDouble;
template <>
inline constexpr DType kDTypeOf<half> = DType::kHalf;
template <>
inline constexpr DType kDTypeOf<bfloat16> = DType::kBfloat16;
template <>
inline constexpr DType kDTypeOf<int8_t> = DType::kInt8;
template <>
inline constexpr DType kDTypeOf<int16_t> = DType::kInt16;
template <>
inline constexpr DType kDTypeOf<int32_t> = DType::kInt32;
template <>
inline constexpr DType kDTypeOf<int64_t> = DType::kInt64;
template <>
inline constexpr DType kDTypeOf<uint8_t> = DType::kUint8;
template <>
inline constexpr DType kDTypeOf<uint16_t> = DType::kUint16;
template <>
inline constexpr DType kDTypeOf<uint32_t> = DType::kUint32;
template <>
inline constexpr DType kDTypeOf<uint64_t> = DType::kUint64;
template <>
inline constexpr DType kDTypeOf<bool> = DType::kBool;
template <>
inline constexpr DType kDTypeOf<complex64> = DType::kComplex64;
template <>
inline constexpr DType kDTypeOf<complex128> = DType::kComplex128;
template <>
inline constexpr DType kDTypeOf<std::string> = DType::kString;

}  // namespace smw
