// Softmax and LogSoftmax over the last dimension.
#include "kernels/softmax.h"

#include <algorithm>

#include "ops/elementwise.h"
#include "ops/families.h"
#include "ops/via_wider.h"

namespace smw {
namespace {

template <typename T>
Status rows(Resolver& r, bool log) {
  const Shape& s = r.shape(0);
  const int64_t n = s.back(), rows = s.product(0, s.rank() - 1);
  r.addOutputReusing(0, r.dtype(0), s);
  return r.kernel([=](const Args& a) {
    const int64_t grain = std::max<int64_t>(1, kElementGrain / 8 / std::max<int64_t>(1, n));
    a.context.parallel().run(rows, grain, [&](int64_t begin, int64_t end) {
      kernels::softmax(a.in<T>(0), a.out<T>(0), n, log, begin, end);
    });
  });
}

/// logits: (.., n) -> same shape.
template <bool kLog>
Status resolveSoftmax(Resolver& r) {
  if (r.rank(0) < 1) return invalidArgument("logits must have >= 1 dimension, got ", r.shape(0));
  if (isNarrowFloat(r.dtype(0))) return viaFloat32(r, resolveSoftmax<kLog>);
  if (r.dtype(0) == DType::kFloat) return rows<float>(r, kLog);
  if (r.dtype(0) == DType::kDouble) return rows<double>(r, kLog);
  return r.unsupportedDType(r.dtype(0));
}

constexpr OpDef kOps[] = {
    {"LogSoftmax", "logits -> logsoftmax", resolveSoftmax<true>},
    {"Softmax", "logits -> softmax", resolveSoftmax<false>},
};

}  // namespace

std::span<const OpDef> softmaxOps() { return kOps; }

}  // namespace smw
