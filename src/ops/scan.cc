// Cumsum, Cumprod, CumulativeLogsumexp.
#include "kernels/scan.h"

#include "ops/elementwise.h"
#include "ops/families.h"

namespace smw {
namespace {

using kernels::ScanOp;

/// x: (.., n, ..) along `axis` -> out: same shape.
template <ScanOp kOp>
Status scan(Resolver& r) {
  const kernels::Elem e = elemOf(r.dtype(0));
  if (e == kernels::Elem::kNone ||
      !kernels::scan(kOp, e, nullptr, nullptr, 1, 1, false, false, 0, 0))
    return r.unsupportedDType(r.dtype(0));
  const Shape& in = r.shape(0);
  const int axis = SMW_TRY(in.axis(SMW_TRY(r.integer(1)), "axis"));
  const int64_t outer = in.product(0, axis), n = in[axis], inner = in.product(axis + 1, in.rank());
  const bool exclusive = r.attrOr("exclusive", false), reverse = r.attrOr("reverse", false);
  r.addOutput(r.dtype(0), in);
  return r.kernel([=](const Args& a) {
    a.context.parallel().run(outer, 1, [&](int64_t begin, int64_t end) {
      kernels::scan(kOp, e, a.inputs[0], a.outputs[0], n, inner, exclusive, reverse, begin, end);
    });
  });
}

constexpr OpDef kOps[] = {
    {"Cumprod", "x, axis -> out", scan<ScanOp::kProd>},
    {"Cumsum", "x, axis -> out", scan<ScanOp::kSum>},
    {"CumulativeLogsumexp", "x, axis -> out", scan<ScanOp::kLogSumExp>},
};

}  // namespace

std::span<const OpDef> scanOps() { return kOps; }

}  // namespace smw
