// MatMul, BatchMatMul, BatchMatMulV2, BatchMatMulV3.
#include "ops/families.h"
#include "ops/product.h"
#include "ops/threads.h"
#include "ops/via_wider.h"

namespace smw {
namespace {

/// One operand: (batch..., rows, columns) as it lies, or the other way round with `transposed`.
struct Operand {
  Shape shape;
  bool transposed;
  int64_t at(int fromEnd) const { return shape[shape.rank() - 1 - fromEnd]; }
  int64_t rows() const { return at(transposed ? 0 : 1); }
  int64_t columns() const { return at(transposed ? 1 : 0); }
  int64_t rowStride() const { return transposed ? 1 : at(0); }
  int64_t columnStride() const { return transposed ? at(0) : 1; }
  Shape batch() const { return *Shape::make(shape.dims().first(size_t(shape.rank() - 2))); }
};

/// More items than this and the table of where they lie is itself too large.
constexpr int64_t kMostItems = int64_t(1) << 27;

/// For each item of `out`, where in elements the matrices of a batch shaped `in` lie.
std::vector<int64_t> offsets(const Shape& in, const Shape& out, int64_t matrixSize) {
  std::vector<int64_t> at(size_t(out.numElements()), 0);
  int64_t inStride = matrixSize, outStride = 1;
  for (int d = out.rank() - 1, i = in.rank() - 1; d >= 0; --d, --i) {
    if (i >= 0 && in[i] > 1)
      for (int64_t k = 0; k < out.numElements(); ++k)
        at[size_t(k)] += (k / outStride) % out[d] * inStride;
    if (i >= 0) inStride *= in[i];
    outStride *= out[d];
  }
  return at;
}

template <typename From>
void widen(const void* from, int32_t* to, int64_t n) {
  for (int64_t i = 0; i < n; ++i) to[i] = static_cast<const From*>(from)[i];
}
void widenBytes(DType t, const void* from, int32_t* to, int64_t n) {
  t == DType::kInt8 ? widen<int8_t>(from, to, n) : widen<uint8_t>(from, to, n);
}
bool isByte(DType t) { return t == DType::kInt8 || t == DType::kUint8; }

Status leave(Resolver& r, Product p) {
  const Tensor* b = p.conjB ? nullptr : r.peekValue(1);
  auto planned = SMW_TRY(PlannedProduct::plan(r, std::move(p), b));
  r.scratch(planned.scratchBytes());
  return r.kernel([planned = std::move(planned)](const Args& a) {
    planned.run(parallelFor(a, planned.threads()), a.inputs[0], a.inputs[1], a.outputs[0],
                a.scratchMemory);
  });
}

/// Bytes times bytes: both are widened to int32 in scratch.
Status leaveBytes(Resolver& r, Product p) {
  const int64_t na = r.shape(0).numElements(), nb = r.shape(1).numElements();
  p.dtype = DType::kInt32;
  auto planned = SMW_TRY(PlannedProduct::plan(r, std::move(p), nullptr));
  r.scratch(SMW_TRY(mul(SMW_TRY(add(na, nb)), 4)));
  return r.kernel(
      [planned = std::move(planned), na, nb, ta = r.dtype(0), tb = r.dtype(1)](const Args& a) {
        int32_t *wa = a.scratch<int32_t>(), *wb = wa + na;
        widenBytes(ta, a.inputs[0], wa, na);
        widenBytes(tb, a.inputs[1], wb, nb);
        planned.run(parallelFor(a, planned.threads()), wa, wb, a.outputs[0], nullptr);
      });
}

/// a is (batch..., M, K), b is (batch..., K, N), either may be transposed -> (batch..., M, N).
Status product(Resolver& r, bool transposeA, bool transposeB, bool conjugate, bool broadcast) {
  const Operand a{r.shape(0), transposeA}, b{r.shape(1), transposeB};
  if (a.columns() != b.rows())
    return invalidArgument("Matrix size-incompatible: In[0]: ", r.shape(0),
                           ", In[1]: ", r.shape(1));
  if (!broadcast && !(a.batch() == b.batch()))
    return invalidArgument("In[0] and In[1] must have the same batch dimensions: ", r.shape(0),
                           " vs ", r.shape(1));
  const Shape batch = SMW_TRY(broadcastShapes(a.batch(), b.batch()));
  if (batch.numElements() > kMostItems)
    return resourceExhausted("a batch of ", batch.numElements(), " matrix products");
  Dims out(batch.dims());
  out.push_back(a.rows());
  out.push_back(b.columns());
  const Shape outShape = SMW_TRY(Shape::make(out));
  Product p;
  p.dtype = r.dtype(0);
  p.matrix = {a.rows(),         a.columns(),   b.columns(),      a.rowStride(),
              a.columnStride(), b.rowStride(), b.columnStride(), b.columns()};
  if (outShape.numElements() > 0) {
    p.aOffset = offsets(a.batch(), batch, a.rows() * a.columns());
    p.bOffset = offsets(b.batch(), batch, b.rows() * b.columns());
  }
  if (isComplex(p.dtype)) {
    p.conjA = conjugate && transposeA;
    p.conjB = conjugate && transposeB;
  }
  if (isByte(r.dtype(0)) && isByte(r.dtype(1))) {
    r.addOutput(DType::kInt32, outShape);
    return leaveBytes(r, std::move(p));
  }
  if (r.dtype(0) != r.dtype(1))
    return unimplemented("op ", r.op(), " is not supported for ", dtypeName(r.dtype(0)), " times ",
                         dtypeName(r.dtype(1)));
  r.addOutput(p.dtype, outShape);
  return leave(r, std::move(p));
}

Status resolveMatMul(Resolver& r) {
  if (isNarrowFloat(r.dtype(0))) return viaFloat32(r, resolveMatMul);
  for (int i = 0; i < 2; ++i)
    if (r.rank(i) != 2)
      return invalidArgument("In[", i, "] is not a matrix, but of shape ", r.shape(i));
  return product(r, r.attrOr("transpose_a", false), r.attrOr("transpose_b", false), false, false);
}

template <bool broadcast>
Status resolveBatchMatMul(Resolver& r) {
  const DType out = r.attrOr("Tout", r.dtype(0));
  if (isNarrowFloat(r.dtype(0)) && isNarrowFloat(r.dtype(1)))
    return viaFloat32(r, resolveBatchMatMul<broadcast>, out == DType::kFloat ? 0 : 1);
  for (int i = 0; i < 2; ++i)
    if (r.rank(i) < 2)
      return invalidArgument("In[", i, "] must be of rank 2 or more, but is of shape ", r.shape(i));
  return product(r, r.attrOr("adj_x", false), r.attrOr("adj_y", false), true, broadcast);
}

constexpr OpDef kOps[] = {
    {"BatchMatMul", "x, y -> output", resolveBatchMatMul<false>},
    {"BatchMatMulV2", "x, y -> output", resolveBatchMatMul<true>},
    {"BatchMatMulV3", "x, y -> output", resolveBatchMatMul<true>},
    {"MatMul", "a, b -> product", resolveMatMul},
};

}  // namespace

std::span<const OpDef> matmulOps() { return kOps; }

}  // namespace smw
