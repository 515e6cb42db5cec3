// Histograms of integers, evenly spaced numbers, and the axes that gradients of broadcast ops sum
// over.
#include <algorithm>
#include <cstring>

#include "kernels/binary.h"
#include "kernels/cast.h"
#include "ops/elementwise.h"
#include "ops/families.h"

namespace smw {
namespace {

using kernels::Elem;

/// Counts of `values` (batch, n) into `out` (batch, size) of type `t`; weights are of that type and
/// shaped as the values, or there are none. Values of `size` and above are left out.
struct Histogram {
  Elem valueType, t;
  int64_t batch, n, size;
  bool weighted, binary;
  int values, weights;  // inputs

  Status operator()(const Args& a) const {
    const Elem w = isFloat(t) ? Elem::kF64 : wide(t);
    const auto add = kernels::binaryKernel(kernels::BinaryOp::kAdd, w);
    const size_t wideSize = elemSize(w);
    std::byte* sums = a.scratch<std::byte>();
    std::memset(sums, 0, size_t(batch * size) * wideSize);
    std::byte one[16], weight[16];
    const int64_t unit = 1;
    kernels::cast(Elem::kI64, &unit, w, one, 1);
    for (int64_t b = 0; b < batch; ++b)
      for (int64_t i = b * n; i < (b + 1) * n; ++i) {
        int64_t v;
        kernels::cast(valueType, a.in<std::byte>(values) + size_t(i) * elemSize(valueType),
                      Elem::kI64, &v, 1);
        if (v < 0) return invalidArgument("Input arr must be non-negative!");
        if (v >= size) continue;
        std::byte* sum = sums + size_t(b * size + v) * wideSize;
        if (binary) {
          std::memcpy(sum, one, wideSize);
        } else if (weighted) {
          kernels::cast(t, a.in<std::byte>(weights) + size_t(i) * elemSize(t), w, weight, 1);
          runBinary(add, sum, 1, weight, 1, sum, 1);
        } else {
          runBinary(add, sum, 1, one, 1, sum, 1);
        }
      }
    kernels::cast(w, sums, t, a.outputs[0], batch * size);
    return {};
  }
};

Status histogram(Resolver& r, bool matrix, bool binary) {
  const DType t = r.dtype(2);
  const Elem e = elemOf(t);
  if (!isInteger(r.dtype(0))) return r.unsupportedDType(r.dtype(0));
  if (e == Elem::kNone || e == Elem::kBool) return r.unsupportedDType(t);
  SMW_TRY(r.requireScalar(1, "size"));
  const int64_t size = SMW_TRY(r.integer(1));
  if (size < 0) return invalidArgument("size (", size, ") must be non-negative");
  const bool weighted = r.shape(2).numElements() > 0;
  if (weighted && !(r.shape(2) == r.shape(0)))
    return invalidArgument(
        "`weights` must be the same shape as `arr` or a length-0 `Tensor`, in which case it ",
        "acts as all weights equal to 1. Received ", r.shape(2));
  Dims dims;
  if (matrix) dims.push_back(r.shape(0)[0]);
  dims.push_back(size);
  const Shape out = SMW_TRY(Shape::make(dims));
  const int64_t batch = matrix ? r.shape(0)[0] : 1;
  r.addOutput(t, out);
  r.scratch(SMW_TRY(mul(out.numElements(), 16)));
  return r.kernel(Histogram{.valueType = elemOf(r.dtype(0)),
                            .t = e,
                            .batch = batch,
                            .n = matrix ? r.shape(0)[1] : r.shape(0).numElements(),
                            .size = size,
                            .weighted = weighted,
                            .binary = binary,
                            .values = 0,
                            .weights = 2});
}

/// arr: int32 of any shape; size: scalar; weights: as arr, or empty -> bins: (size).
Status resolveBincount(Resolver& r) { return histogram(r, false, false); }
/// input: (n) or (batch, n) -> output: (size) or (batch, size); binary_output tells only presence.
Status resolveDenseBincount(Resolver& r) {
  if (r.rank(0) > 2) return invalidArgument("Shape must be at most rank 2 but is rank ", r.rank(0));
  return histogram(r, r.rank(0) == 2, r.attrOr("binary_output", false));
}

/// start, stop: scalars; num: how many -> output: (num) from start to stop, both included.
Status resolveLinSpace(Resolver& r) {
  SMW_TRY(requireSameDType(r, 0, 1));
  for (int i = 0; i < 3; ++i)
    SMW_TRY(r.requireScalar(i, i == 0 ? "start" : i == 1 ? "stop" : "num"));
  if (!isFloating(r.dtype(0))) return r.unsupportedDType(r.dtype(0));
  const int64_t n = SMW_TRY(r.integer(2));
  if (n <= 0) return invalidArgument("Requires num > 0: ", n);
  r.addOutput(r.dtype(0), SMW_TRY(Shape::make(Dims{n})));
  return r.kernel([n, e = elemOf(r.dtype(0))](const Args& a) {
    double ends[2];
    for (int i : {0, 1}) kernels::cast(e, a.inputs[i], Elem::kF64, &ends[i], 1);
    // The step is rounded to the type, as TensorFlow's is.
    double step = n > 1 ? (ends[1] - ends[0]) / double(n - 1) : 0;
    if (e != Elem::kF64) step = double(float(step));
    for (int64_t i = 0; i < n; ++i) {
      const double v = i > 0 && i == n - 1 ? ends[1] : ends[0] + step * double(i);
      kernels::cast(Elem::kF64, &v, e, a.out<std::byte>(0) + size_t(i) * elemSize(e), 1);
    }
  });
}

/// s0, s1: shapes -> r0, r1: the axes over which each one's gradient is summed.
Status resolveBroadcastGradientArgs(Resolver& r) {
  const Dims a = SMW_TRY(r.ints(0)), b = SMW_TRY(r.ints(1));
  const size_t rank = std::max(a.size(), b.size());
  Dims axes[2];
  const bool same = a == b;
  for (size_t i = 0; i < rank && !same; ++i) {
    const auto dim = [&](const Dims& d) {
      return i + d.size() < rank ? 1 : d[i + d.size() - rank];
    };
    const int64_t x = dim(a), y = dim(b);
    if (x != y && x != 1 && y != 1)
      return invalidArgument("Incompatible shapes: ", x, " vs. ", y, " in dimension ", int64_t(i));
    if (x == 1) axes[0].push_back(int64_t(i));
    if (y == 1) axes[1].push_back(int64_t(i));
  }
  for (const Dims& d : axes) {
    Tensor t = SMW_TRY(Tensor::allocate(r.dtype(0), SMW_TRY(Shape::make(Dims{int64_t(d.size())}))));
    kernels::cast(Elem::kI64, d.data(), elemOf(r.dtype(0)), t.raw(), int64_t(d.size()));
    r.addValue(std::move(t));
  }
  return r.nothing();
}

constexpr OpDef kOps[] = {
    {"Bincount", "arr, size, weights -> bins", resolveBincount},
    {"BroadcastGradientArgs", "s0, s1 -> r0, r1", resolveBroadcastGradientArgs},
    {"DenseBincount", "input, size, weights -> output", resolveDenseBincount},
    {"LinSpace", "start, stop, num -> output", resolveLinSpace},
};

}  // namespace

std::span<const OpDef> countOps() { return kOps; }

}  // namespace smw
