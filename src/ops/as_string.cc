// AsString.
#include <cstdio>

#include "ops/dispatch.h"
#include "ops/families.h"

namespace smw {
namespace {

/// A printf format for one number, without length modifier and conversion.
struct Format {
  std::string flags;  // "%", fill, width, precision
  char real;          // conversion of floating numbers
  int64_t width;
};

/// More than any text needs; a hostile width would only burn memory.
constexpr int64_t kMostWidth = 1 << 16;

Result<Format> formatOf(Resolver& r) {
  const int64_t precision = r.attrOr("precision", int64_t(-1)),
                width = r.attrOr("width", int64_t(-1));
  const bool scientific = r.attrOr("scientific", false), shortest = r.attrOr("shortest", false);
  const std::string fill = r.attrOr("fill", "");
  const DType t = r.dtype(0);
  if (!isFloating(t) && !isComplex(t) && t != DType::kString) {
    if (scientific || shortest)
      return invalidArgument("scientific and shortest format not supported for datatype ",
                             dtypeName(t));
    if (precision >= 0)
      return invalidArgument("precision not supported for datatype ", dtypeName(t));
  }
  if (fill.size() > 1)
    return invalidArgument("Fill string must be one or fewer characters: ", fill);
  if (scientific && shortest)
    return invalidArgument("Cannot select both scientific and shortest notation");
  if (!fill.empty() && !std::string_view(" +-0#").contains(fill[0]))
    return invalidArgument("Fill argument not supported: \"", fill, "\"");
  if (width > kMostWidth || precision > kMostWidth)
    return invalidArgument("width and precision must be at most ", kMostWidth);
  Format f{"%" + fill, shortest ? 'g' : scientific ? 'e' : 'f', width};
  if (width > -1) f.flags += cat(width);
  if (precision > -1) f.flags += cat(".", precision);
  return f;
}

template <typename T>
std::string print(const std::string& format, T value) {
  char small[64];
  const int n = std::snprintf(small, sizeof small, format.c_str(), value);
  if (n < int(sizeof small)) return std::string(small, size_t(n < 0 ? 0 : n));
  std::string large(size_t(n), '\0');
  std::snprintf(large.data(), size_t(n) + 1, format.c_str(), value);
  return large;
}

template <typename T>
std::string asString(const Format& f, const T& v) {
  if constexpr (std::is_same_v<T, bool>) {
    return v ? "true" : "false";
  } else if constexpr (std::is_same_v<T, complex64> || std::is_same_v<T, complex128>) {
    const std::string one = f.flags + f.real;
    return cat("(", print(one, double(v.real())), ",", print(one, double(v.imag())), ")");
  } else if constexpr (std::is_integral_v<T>) {
    if constexpr (std::is_signed_v<T>) return print(f.flags + "lld", (long long)v);
    return print(f.flags + "llu", (unsigned long long)v);
  } else {
    return print(f.flags + f.real, double(float(v)));
  }
}
std::string asString(const Format& f, double v) { return print(f.flags + f.real, v); }
std::string asString(const Format& f, const std::string& v) {
  return print(f.flags + "s", v.c_str());
}

/// input: numbers, bool or strings -> their text, formatted as printf does.
Status resolveAsString(Resolver& r) {
  const Format f = SMW_TRY(formatOf(r));
  const int64_t n = r.shape(0).numElements();
  if (r.dtype(0) == DType::kString && f.flags == "%") {
    r.addView(0, r.shape(0));
    return r.nothing();
  }
  r.addOutput(DType::kString, r.shape(0));
  return dispatch<float, double, half, bfloat16, int8_t, int16_t, int32_t, int64_t, uint8_t,
                  uint16_t, uint32_t, uint64_t, bool, complex64, complex128, std::string>(
      r, r.dtype(0), [&]<typename T>() {
        return r.kernel([f, n](const Args& a) {
          for (int64_t i = 0; i < n; ++i) a.out<std::string>(0)[i] = asString(f, a.in<T>(0)[i]);
        });
      });
}

constexpr OpDef kOps[] = {{"AsString", "input -> output", resolveAsString}};

}  // namespace

std::span<const OpDef> asStringOps() { return kOps; }

}  // namespace smw
