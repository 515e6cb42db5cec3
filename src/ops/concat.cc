// Concat, ConcatV2, ConcatOffset, Pack.
#include "ops/dispatch.h"
#include "ops/elementwise.h"
#include "ops/families.h"
#include "ops/move.h"

namespace smw {
namespace {

/// The kernel that puts inputs [first, first + parts.size()), each seen as (outer, part), side by
/// side into rows of output 0.
Status joinRows(Resolver& r, int first, int64_t outer, std::span<const int64_t> parts,
                const Shape& out) {
  int64_t row = 0;
  for (int64_t p : parts) row = SMW_TRY(add(row, p));
  std::vector<NdCopy> moves(parts.size());
  int only = -1, used = 0;
  int64_t at = 0;
  for (size_t i = 0; i < parts.size(); ++i) {
    SMW_TRY(requireSameDType(r, first, first + int(i)));
    const NdCopy::Dim dims[] = {{outer, parts[i], row}, {parts[i], 1, 1}};
    moves[i] = NdCopy::make(dims, 0, at);
    at += parts[i];
    if (parts[i] > 0) ++used, only = first + int(i);
  }
  if (used == 1 && out.numElements() > 0) {
    r.addView(only, out);
    return r.nothing();
  }
  const DType t = r.dtype(first);
  OutputInfo& o = r.addOutput(t, out);
  o.firstPart = first, o.parts = int(parts.size()), o.partRows = outer;
  return r.kernel([t, first, moves = std::move(moves)](const Args& a) {
    for (size_t i = 0; i < moves.size(); ++i) {
      const void* from = a.inputs[size_t(first) + i];
      if (from != elementAt(t, a.outputs[0], moves[i].outOffset()))
        moveElements(a.context, t, moves[i], from, a.outputs[0]);
    }
  });
}

/// Inputs [first, first + n) joined along the axis that input `axisInput` holds.
Status concat(Resolver& r, int first, int n, int axisInput) {
  if (n < 1) return invalidArgument("concat needs at least one value");
  const Shape& shape = r.shape(first);
  const int64_t given = SMW_TRY(r.integer(axisInput));
  const int axis = SMW_TRY(shape.axis(given, "concat dimension"));
  Dims dims(shape.dims());
  int64_t& joined = dims[size_t(axis)];
  joined = 0;
  const int64_t inner = shape.product(axis + 1, shape.rank());
  std::vector<int64_t> parts;
  for (int i = first; i < first + n; ++i) {
    const Shape& s = r.shape(i);
    bool fits = s.rank() == shape.rank();
    for (int d = 0; fits && d < s.rank(); ++d) fits = d == axis || s[d] == shape[d];
    if (!fits)
      return invalidArgument("ConcatOp : Dimensions of inputs should match: shape[0] = ", shape,
                             " vs. shape[", i - first, "] = ", s);
    joined = SMW_TRY(add(joined, s[axis]));
    parts.push_back(SMW_TRY(mul(s[axis], inner)));
  }
  return joinRows(r, first, shape.product(0, axis), parts, SMW_TRY(Shape::make(dims)));
}
Status resolveConcatV2(Resolver& r) { return concat(r, 0, r.numInputs() - 1, r.numInputs() - 1); }
Status resolveConcat(Resolver& r) { return concat(r, 1, r.numInputs() - 1, 0); }

/// values: N tensors of one shape; the new axis is inserted at attribute `axis`.
Status resolvePack(Resolver& r) {
  if (r.numInputs() < 1) return invalidArgument("Pack needs at least one value");
  const Shape& shape = r.shape(0);
  int64_t axis = r.attrOr("axis", int64_t(0));
  if (axis < -1 - shape.rank() || axis > shape.rank())
    return invalidArgument("axis = ", axis, " not in [", -1 - shape.rank(), ", ", shape.rank() + 1,
                           ")");
  if (axis < 0) axis += shape.rank() + 1;
  for (int i = 1; i < r.numInputs(); ++i)
    if (!(r.shape(i) == shape))
      return invalidArgument("Shapes of all inputs must match: values[0].shape = ", shape,
                             " != values[", i, "].shape = ", r.shape(i));
  Dims dims(shape.dims());
  dims.insert(size_t(axis), r.numInputs());
  const std::vector<int64_t> parts(size_t(r.numInputs()), shape.product(int(axis), shape.rank()));
  return joinRows(r, 0, shape.product(0, int(axis)), parts, SMW_TRY(Shape::make(dims)));
}

/// concat_dim: scalar; shape: N vectors of equal length. Offset i is where input i starts in the
/// joined tensor.
Status resolveConcatOffset(Resolver& r) {
  SMW_TRY(r.requireScalar(0, "concat_dim"));
  const int n = r.numInputs() - 1;
  if (n < 1) return invalidArgument("ConcatOffset needs at least one shape");
  for (int i = 1; i <= n; ++i) {
    SMW_TRY(r.requireVector(i, "shape"));
    if (!(r.shape(i) == r.shape(1)))
      return invalidArgument("input ", i, " should contain ", r.shape(1).numElements(),
                             " elements, but got ", r.shape(i).numElements());
    r.addOutput(r.dtype(1), r.shape(1));
  }
  const int64_t rank = r.shape(1).numElements();
  return dispatch<int32_t, int64_t>(r, r.dtype(1), [&]<typename T>() {
    return r.kernel([rank, n](const Args& a) -> Status {
      int64_t axis = *a.in<int32_t>(0);
      if (axis < -rank || axis >= rank)
        return invalidArgument("Concat dim is out of range: ", axis, " vs. ", rank);
      if (axis < 0) axis += rank;
      T offset = 0;
      for (int i = 0; i < n; ++i) {
        const T *first = a.in<T>(1), *shape = a.in<T>(1 + i);
        for (int64_t d = 0; d < rank; ++d) {
          if (d != axis && shape[d] != first[d])
            return invalidArgument("All dimensions except ", axis, " must match. Input ", i,
                                   " has ", int64_t(shape[d]), " in dimension ", d,
                                   ", input 0 has ", int64_t(first[d]));
          a.out<T>(i)[d] = d == axis ? offset : T(0);
        }
        if (__builtin_add_overflow(offset, shape[axis], &offset))
          return invalidArgument("the offsets are too large");
      }
      return {};
    });
  });
}

constexpr OpDef kOps[] = {
    {"Concat", "concat_dim, values*N -> output", resolveConcat},
    {"ConcatOffset", "concat_dim, shape*N -> offset*N", resolveConcatOffset},
    {"ConcatV2", "values*N, axis -> output", resolveConcatV2},
    {"Pack", "values*N -> output", resolvePack},
};

}  // namespace

std::span<const OpDef> concatOps() { return kOps; }

}  // namespace smw
