// Where, UnravelIndex.
#include "ops/dispatch.h"
#include "ops/element_keys.h"
#include "ops/families.h"

namespace smw {
namespace {

/// input: numbers or bool of any rank >= 1 -> int64 (count, rank), the indices of what is not zero
/// in row-major order.
Status resolveWhere(Resolver& r) {
  const DType t = r.dtype(0);
  if (!isComplex(t)) SMW_TRY(requireKeys(r, t));
  return r.tensorKernel([t](Step& s) -> Status {
    const Tensor& in = s.input(0);
    const Shape shape = in.shape();
    const int64_t n = in.numElements(), count = countNonZero(t, in.raw(), n);
    const int rank = shape.rank();
    Tensor* out = SMW_TRY(s.allocate(0, DType::kInt64, Shape({count, rank})));
    int64_t* to = out->data<int64_t>();
    if (rank == 0) return {};
    // The flat indices go to the end; each makes room for its own coordinates, and for no other.
    int64_t* flat = to + count * (rank - 1);
    nonZeroIndices(t, in.raw(), n, flat);
    for (int64_t i = 0; i < count && rank > 1; ++i) {
      int64_t rest = flat[i];
      for (int d = rank; d-- > 0;) {
        to[i * rank + d] = rest % shape[d];
        rest /= shape[d];
      }
    }
    return {};
  });
}

/// indices: scalar or vector, dims: vector -> (rank) or (rank, n): the indices' coordinates.
Status resolveUnravelIndex(Resolver& r) {
  SMW_TRY(r.requireVector(1, "dims"));
  if (r.rank(0) > 1) return invalidArgument("The indices can only be scalar or vector.");
  const int64_t rank = r.shape(1).numElements(), n = r.shape(0).numElements();
  r.addOutput(r.dtype(0), r.rank(0) == 0 ? Shape({rank}) : Shape({rank, n}));
  return dispatch<int32_t, int64_t>(r, r.dtype(0), [&]<typename T>() {
    return r.kernel([rank, n](const Args& a) -> Status {
      T total = 1;
      for (int64_t d = 0; d < rank; ++d) {
        const T size = a.in<T>(1)[d];
        if (size <= 0) return invalidArgument("Input dims must be positive, got ", int64_t(size));
        if (__builtin_mul_overflow(total, size, &total))
          return invalidArgument("Input dims product is causing integer overflow");
      }
      for (int64_t i = 0; i < n; ++i) {
        T rest = a.in<T>(0)[i];
        if (rest < 0 || rest >= total)
          return invalidArgument("index is out of bound as with dims: ", int64_t(rest));
        for (int64_t d = rank; d-- > 0;) {
          const T size = a.in<T>(1)[d];
          a.out<T>(0)[d * n + i] = rest % size;
          rest /= size;
        }
      }
      return {};
    });
  });
}

constexpr OpDef kOps[] = {
    {"UnravelIndex", "indices, dims -> output", resolveUnravelIndex},
    {"Where", "input -> index", resolveWhere},
};

}  // namespace

std::span<const OpDef> whereOps() { return kOps; }

}  // namespace smw
