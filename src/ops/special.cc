// Special functions of two and three operands.
#include "kernels/special.h"

#include "kernels/cast.h"
#include "ops/elementwise.h"
#include "ops/families.h"

namespace smw {
namespace {

using B = kernels::BinaryOp;

template <B kOp>
Status binary(Resolver& r) {
  if (r.dtype(0) != DType::kFloat && r.dtype(0) != DType::kDouble)
    return r.unsupportedDType(r.dtype(0));
  return resolveBinary(r, kOp, {}, nullptr, &kernels::specialLoops);
}

/// a, b, x: one shape, or scalars -> that shape.
Status resolveBetainc(Resolver& r) {
  SMW_TRY(requireSameDType(r, 0, 1));
  SMW_TRY(requireSameDType(r, 0, 2));
  const kernels::Elem e = elemOf(r.dtype(0));
  if (e != kernels::Elem::kF32 && e != kernels::Elem::kF64) return r.unsupportedDType(r.dtype(0));
  const Shape ab = SMW_TRY(broadcastShapes(r.shape(0), r.shape(1)));
  const Shape out = SMW_TRY(broadcastShapes(ab, r.shape(2)));
  for (int i = 0; i < 3; ++i)
    if (!(r.shape(i) == out) && r.rank(i) != 0)
      return invalidArgument("Shapes of a, b and x are inconsistent: ", r.shape(0), " vs. ",
                             r.shape(1), " vs. ", r.shape(2));
  r.addOutput(r.dtype(0), out);
  struct Steps {
    int64_t of[3];
  } steps;
  for (int i = 0; i < 3; ++i) steps.of[i] = r.shape(i) == out ? 1 : 0;
  return r.kernel([e, steps, n = out.numElements()](const Args& a) {
    a.context.parallel().run(n, 64, [&](int64_t begin, int64_t end) {
      for (int64_t i = begin; i < end; ++i) {
        double v[3];
        for (int k = 0; k < 3; ++k)
          kernels::cast(e, a.in<std::byte>(k) + size_t(i * steps.of[k]) * elemSize(e),
                        kernels::Elem::kF64, &v[k], 1);
        const double y = kernels::betainc(v[0], v[1], v[2]);
        kernels::cast(kernels::Elem::kF64, &y, e, a.out<std::byte>(0) + size_t(i) * elemSize(e), 1);
      }
    });
  });
}

constexpr OpDef kOps[] = {
    {"Betainc", "a, b, x -> z", resolveBetainc},
    {"Igamma", "a, x -> z", binary<B::kIgamma>},
    {"IgammaGradA", "a, x -> z", binary<B::kIgammaGradA>},
    {"Igammac", "a, x -> z", binary<B::kIgammac>},
    {"Polygamma", "a, x -> z", binary<B::kPolygamma>},
    {"Zeta", "x, q -> z", binary<B::kZeta>},
};

}  // namespace

std::span<const OpDef> specialOps() { return kOps; }

}  // namespace smw
