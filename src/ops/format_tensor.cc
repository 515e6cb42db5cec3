#include "ops/format_tensor.h"

#include <cstdio>

#include "base/decimal.h"
#include "base/strings.h"

namespace smw {

namespace {
template <typename T>
std::string number(const void* p, int64_t i) {
  const T v = static_cast<const T*>(p)[i];
  if constexpr (std::is_integral_v<T>)
    return cat(v);
  else
    return cat(float(v));
}
template <typename T>
std::string complexNumber(const void* p, int64_t i) {
  const std::complex<T> v = static_cast<const std::complex<T>*>(p)[i];
  return cat("(", v.real(), ",", v.imag(), ")");
}
}  // namespace

std::string formatElement(DType dtype, const void* p, int64_t i) {
  switch (dtype) {
    case DType::kFloat: {
      // The shortest text that reads back as the float32, not as its double.
      const float v = static_cast<const float*>(p)[i];
      char buf[40];
      for (int digits = 6; digits <= 9; ++digits) {
        std::snprintf(buf, sizeof buf, "%.*g", digits, double(v));
        if (parseFloat(buf) == v) break;
      }
      return buf;
    }
    case DType::kDouble:
      return cat(static_cast<const double*>(p)[i]);
    case DType::kHalf:
      return number<half>(p, i);
    case DType::kBfloat16:
      return number<bfloat16>(p, i);
    case DType::kInt8:
    case DType::kQint8:
      return cat(int(static_cast<const int8_t*>(p)[i]));
    case DType::kUint8:
    case DType::kQuint8:
      return cat(int(static_cast<const uint8_t*>(p)[i]));
    case DType::kInt16:
    case DType::kQint16:
      return number<int16_t>(p, i);
    case DType::kUint16:
    case DType::kQuint16:
      return number<uint16_t>(p, i);
    case DType::kInt32:
    case DType::kQint32:
      return number<int32_t>(p, i);
    case DType::kUint32:
      return number<uint32_t>(p, i);
    case DType::kInt64:
      return number<int64_t>(p, i);
    case DType::kUint64:
      return number<uint64_t>(p, i);
    case DType::kBool:
      return static_cast<const bool*>(p)[i] ? "1" : "0";
    case DType::kComplex64:
      return complexNumber<float>(p, i);
    case DType::kComplex128:
      return complexNumber<double>(p, i);
    case DType::kString:
      return static_cast<const std::string*>(p)[i];
    case DType::kResource: {
      const ResourceHandle& h = static_cast<const ResourceHandle*>(p)[i];
      return h ? cat("<", h->kind(), ">") : "<empty>";
    }
    case DType::kVariant: {
      const VariantValue& v = static_cast<const VariantValue*>(p)[i];
      return v ? cat("<", v->kind(), ">") : "<empty>";
    }
    default:
      return "?";
  }
}

std::string summarizeElements(DType dtype, const Shape& shape, const void* p, int64_t limit) {
  const int64_t n = shape.numElements();
  const int64_t shown = limit < 0 || limit > n ? n : limit;
  if (shape.isScalar()) return formatElement(dtype, p, 0);
  // All dimensions but the first have brackets of their own.
  const int levels = shape.rank() - 1;
  std::string s;
  for (int64_t i = 0; i < shown; ++i) {
    int edges = 0;
    int64_t block = 1;
    for (int d = levels; d >= 1; --d) {
      block *= shape[d];
      if (i % block == 0) ++edges;
    }
    if (i > 0) s += edges > 0 ? std::string(size_t(edges), ']') : " ";
    s += std::string(size_t(edges), '[') + formatElement(dtype, p, i);
  }
  if (shown > 0 && levels > 0) {
    if (shown % shape.back() != 0) s += "...";
    s += std::string(size_t(levels), ']');
  }
  if (shown < n) s += "...";
  return s;
}

}  // namespace smw
