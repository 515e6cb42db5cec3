// From a DType to a C++ type.
#pragma once

#include "ops/resolver.h"

namespace smw {

/// Calls `f.operator()<T>()` for the one T of Ts that is `t`; UNIMPLEMENTED naming op and dtype
/// where none is. `return dispatch<float, double, int32_t>(r, r.dtype(0), [&]<typename T>() {
/// return ...; });`
template <typename... Ts, typename F>
Status dispatch(Resolver& r, DType t, F&& f) {
  Status s;
  if (((t == kDTypeOf<Ts> && (s = f.template operator()<Ts>(), true)) || ...)) return s;
  return r.unsupportedDType(t);
}

/// An unsigned integer of so many bytes, to move elements by width.
struct Bytes16 {
  uint64_t lo, hi;
};

/// Calls `f.operator()<T>()` with a type that moves elements of `t`: uint8_t to uint64_t, Bytes16,
/// or std::string, ResourceHandle, VariantValue for objects.
template <typename F>
Status dispatchByWidth(Resolver& r, DType t, F&& f) {
  if (t == DType::kString) return f.template operator()<std::string>();
  if (t == DType::kResource) return f.template operator()<ResourceHandle>();
  if (t == DType::kVariant) return f.template operator()<VariantValue>();
  switch (dtypeSize(t)) {
    case 1:
      return f.template operator()<uint8_t>();
    case 2:
      return f.template operator()<uint16_t>();
    case 4:
      return f.template operator()<uint32_t>();
    case 8:
      return f.template operator()<uint64_t>();
    case 16:
      return f.template operator()<Bytes16>();
  }
  return r.unsupportedDType(t);
}

}  // namespace smw
