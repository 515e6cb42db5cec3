// Tile, BroadcastTo, BroadcastArgs.
#include "ops/dispatch.h"
#include "ops/families.h"
#include "ops/move.h"

namespace smw {
namespace {

/// input: any; multiples: vector, how often each dimension is repeated.
Status resolveTile(Resolver& r) {
  const Shape& in = r.shape(0);
  SMW_TRY(r.requireVector(1, "multiples"));
  const Dims times = SMW_TRY(r.ints(1));
  if (int(times.size()) != in.rank())
    return invalidArgument("Expected multiples argument to be a vector of length ", in.rank(),
                           " but got length ", times.size());
  Dims dims;
  for (int i = 0; i < in.rank(); ++i) {
    if (times[size_t(i)] < 0)
      return invalidArgument("Expected multiples[", i, "] >= 0, but got ", times[size_t(i)]);
    dims.push_back(SMW_TRY(mul(in[i], times[size_t(i)])));
  }
  const Shape out = SMW_TRY(Shape::make(dims));
  if (out == in) {
    r.addView(0, out);
    return r.nothing();
  }
  const Dims is = stridesOf(in), os = stridesOf(out);
  std::vector<NdCopy::Dim> moves;
  if (out.numElements() == 0) moves.push_back({0, 0, 0});
  for (size_t i = 0; i < dims.size() && out.numElements() > 0; ++i) {
    moves.push_back({times[i], 0, os[i] * in[int(i)]});
    moves.push_back({in[int(i)], is[i], os[i]});
  }
  r.addOutput(r.dtype(0), out);
  return r.kernel(moveKernel(r.dtype(0), NdCopy::make(moves)));
}

/// input: any; shape: vector, one that input's shape broadcasts to.
Status resolveBroadcastTo(Resolver& r) {
  const Shape& in = r.shape(0);
  const Shape out = SMW_TRY(Shape::make(SMW_TRY(r.ints(1))));
  const int lead = out.rank() - in.rank();
  bool fits = lead >= 0;
  for (int i = 0; fits && i < in.rank(); ++i) fits = in[i] == 1 || in[i] == out[lead + i];
  if (!fits) return invalidArgument("Incompatible shapes: ", in, " vs. ", out);
  if (in.numElements() == out.numElements()) {
    r.addView(0, out);
    return r.nothing();
  }
  const Dims is = stridesOf(in), os = stridesOf(out);
  std::vector<NdCopy::Dim> moves;
  for (int i = 0; i < out.rank(); ++i) {
    const bool repeats = i < lead || in[i - lead] == 1;
    moves.push_back({out[i], repeats ? 0 : is[size_t(i - lead)], os[size_t(i)]});
  }
  r.addOutput(r.dtype(0), out);
  return r.kernel(moveKernel(r.dtype(0), NdCopy::make(moves)));
}

/// s0, s1: shapes as int vectors; r0: the shape they broadcast to.
Status resolveBroadcastArgs(Resolver& r) {
  SMW_TRY(r.requireVector(0, "s0"));
  SMW_TRY(r.requireVector(1, "s1"));
  const int64_t na = r.shape(0).numElements(), nb = r.shape(1).numElements();
  const int64_t n = std::max(na, nb);
  r.addOutput(r.dtype(0), Shape({n}));
  return dispatch<int32_t, int64_t>(r, r.dtype(0), [&]<typename T>() {
    return r.kernel([na, nb, n](const Args& a) -> Status {
      for (int64_t i = 0; i < n; ++i) {
        const int64_t ia = i - (n - na), ib = i - (n - nb);
        const T x = ia < 0 ? T(1) : a.in<T>(0)[ia], y = ib < 0 ? T(1) : a.in<T>(1)[ib];
        if (x != y && x != 1 && y != 1)
          return invalidArgument("Incompatible shapes: ", int64_t(x), " against ", int64_t(y),
                                 " in dimension ", i);
        a.out<T>(0)[i] = x == 1 ? y : x;
      }
      return {};
    });
  });
}

constexpr OpDef kOps[] = {
    {"BroadcastArgs", "s0, s1 -> r0", resolveBroadcastArgs},
    {"BroadcastTo", "input, shape -> output", resolveBroadcastTo},
    {"Tile", "input, multiples -> output", resolveTile},
};

}  // namespace

std::span<const OpDef> tileOps() { return kOps; }

}  // namespace smw
