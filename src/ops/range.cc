// Range.
#include <cmath>
#include <type_traits>

#include "ops/dispatch.h"
#include "ops/families.h"

namespace smw {
namespace {

template <typename T>
Result<int64_t> rangeSize(T start, T limit, T delta) {
  if (delta == T(0)) return invalidArgument("Requires delta != 0: 0");
  if (delta > T(0) ? start > limit : start < limit)
    return invalidArgument("Requires start ", delta > T(0) ? "<=" : ">=", " limit when delta ",
                           delta > T(0) ? ">" : "<", " 0");
  if constexpr (std::is_integral_v<T>) {
    // The distance of two int64 fits uint64, computed modulo 2^64.
    const uint64_t length =
        start < limit ? uint64_t(limit) - uint64_t(start) : uint64_t(start) - uint64_t(limit);
    const uint64_t step = delta > 0 ? uint64_t(delta) : uint64_t(0) - uint64_t(delta);
    const uint64_t n = length / step + (length % step != 0);
    if (n > uint64_t(INT64_MAX))
      return invalidArgument("Requires ((limit - start) / delta) <= int64 max");
    return int64_t(n);
  } else {
    const double n = double(std::ceil(std::abs((limit - start) / delta)));
    if (!(n < 0x1p63)) return invalidArgument("Requires ((limit - start) / delta) <= int64 max");
    return int64_t(n);
  }
}

/// Values by repeated addition, as TensorFlow rounds them.
template <typename T, typename A>
Status fillRange(Resolver& r, A start, A limit, A delta) {
  const int64_t n = SMW_TRY(rangeSize<A>(start, limit, delta));
  r.addOutput(kDTypeOf<T>, SMW_TRY(Shape::make(std::span<const int64_t>(&n, 1))));
  return r.kernel([=](const Args& a) {
    T* out = a.out<T>(0);
    if constexpr (std::is_integral_v<T>) {
      using U = std::make_unsigned_t<T>;
      for (int64_t i = 0; i < n; ++i) out[i] = T(U(start) + U(i) * U(delta));
    } else {
      A v = start;
      for (int64_t i = 0; i < n; ++i, v += delta) out[i] = T(v);
    }
  });
}

/// start, limit, delta: scalars (or vectors of one element, as old models have them).
Status resolveRange(Resolver& r) {
  const DType t = r.dtype(0);
  for (int i = 0; i < 3; ++i) {
    if (r.rank(i) > 1 || r.shape(i).numElements() != 1)
      return invalidArgument(i == 0   ? "start"
                             : i == 1 ? "limit"
                                      : "delta",
                             " must be a scalar, not shape ", r.shape(i));
    if (r.dtype(i) != t) return invalidArgument("start, limit and delta differ in dtype");
  }
  return dispatch<int32_t, int64_t, float, double, half, bfloat16>(
      r, t, [&]<typename T>() -> Status {
        // Half types add in float32.
        using A = std::conditional_t<std::is_arithmetic_v<T>, T, float>;
        const auto at = [&](int i) -> Result<A> {
          return A(*SMW_TRY(r.value(i))->template data<T>());
        };
        const A start = SMW_TRY(at(0)), limit = SMW_TRY(at(1)), delta = SMW_TRY(at(2));
        return fillRange<T, A>(r, start, limit, delta);
      });
}

constexpr OpDef kOps[] = {{"Range", "start, limit, delta -> output", resolveRange}};

}  // namespace

std::span<const OpDef> rangeOps() { return kOps; }

}  // namespace smw
