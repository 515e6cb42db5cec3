#include "ops/move.h"

#include <algorithm>
#include <cstring>

#include "base/sort.h"
#include "kernels/transpose.h"
#include "ops/context.h"

namespace smw {

namespace {
template <typename T>
void fillObjects(const void* value, void* out, int64_t n) {
  std::fill_n(static_cast<T*>(out), n, *static_cast<const T*>(value));
}
template <typename T>
void clearObjects(void* out, int64_t n) {
  std::fill_n(static_cast<T*>(out), n, T());
}
template <typename T>
void moveObjects(const NdCopy& c, const void* inp, void* out) {
  kernels::ndCopyObjects(c, static_cast<const T*>(inp), static_cast<T*>(out));
}
}  // namespace

void moveElements(OpContext& context, DType dtype, const NdCopy& c, const void* inp, void* out) {
  switch (dtype) {
    case DType::kString:
      return moveObjects<std::string>(c, inp, out);
    case DType::kResource:
      return moveObjects<ResourceHandle>(c, inp, out);
    case DType::kVariant:
      return moveObjects<VariantValue>(c, inp, out);
    default:
      kernels::ndCopy(context.parallel(), c, int(dtypeSize(dtype)), inp, out);
  }
}

void fillElements(DType dtype, const void* value, void* out, int64_t n) {
  switch (dtype) {
    case DType::kString:
      return fillObjects<std::string>(value, out, n);
    case DType::kResource:
      return fillObjects<ResourceHandle>(value, out, n);
    case DType::kVariant:
      return fillObjects<VariantValue>(value, out, n);
    default:
      kernels::fillElements(int(dtypeSize(dtype)), value, out, n);
  }
}

void fillZeros(DType dtype, void* out, int64_t n) {
  switch (dtype) {
    case DType::kString:
      return clearObjects<std::string>(out, n);
    case DType::kResource:
      return clearObjects<ResourceHandle>(out, n);
    case DType::kVariant:
      return clearObjects<VariantValue>(out, n);
    default:
      if (n > 0) std::memset(out, 0, size_t(n) * dtypeSize(dtype));
  }
}

Result<const void*> unaliased(const Args& a, int i, DType dtype, int64_t n, Tensor& keep) {
  if (a.inputs[i] != a.outputs[0] || n == 0) return a.inputs[i];
  keep = SMW_TRY(Tensor::allocate(dtype, Shape({n})));
  copyElements(dtype, keep.raw(), a.inputs[i], n);
  return keep.raw();
}

Result<const void*> beginUpdate(const Args& a, int i, DType dtype, int64_t n, int64_t m,
                                Tensor& keep) {
  const void* values = SMW_TRY(unaliased(a, i, dtype, m, keep));
  if (a.inputs[0] != a.outputs[0]) copyElements(dtype, a.outputs[0], a.inputs[0], n);
  return values;
}

Dims stridesOf(const Shape& shape) {
  Dims s(size_t(shape.rank()), 1);
  // Without elements nothing is read, and the products below may overflow.
  if (shape.numElements() == 0) return s;
  for (int i = shape.rank() - 2; i >= 0; --i) s[size_t(i)] = s[size_t(i) + 1] * shape[i + 1];
  return s;
}

Kernel moveKernel(DType dtype, NdCopy c, int input, int output) {
  return [dtype, c = std::move(c), input, output](const Args& a) {
    moveElements(a.context, dtype, c, a.inputs[input], a.outputs[output]);
  };
}

Kernel transposeKernel(DType dtype, const NdCopy& c, int input, int output) {
  const auto moves = c.dims();
  const size_t rank = moves.size();
  if (!isPod(dtype) || rank > size_t(kernels::kMaxTransposeRank) || c.elements() == 0)
    return moveKernel(dtype, c, input, output);
  // Input dimensions by falling stride; perm[i] is the one that output dimension i is.
  std::vector<size_t> order(rank);
  for (size_t i = 0; i < rank; ++i) order[i] = i;
  sortBy(order, [&](size_t a, size_t b) {
    return moves[a].in != moves[b].in ? moves[a].in > moves[b].in : a < b;
  });
  std::vector<int64_t> dims(rank);
  std::vector<int> perm(rank);
  for (size_t i = 0; i < rank; ++i) {
    dims[i] = moves[order[i]].size;
    perm[order[i]] = int(i);
  }
  return [=, dims = std::move(dims), perm = std::move(perm),
          size = int(dtypeSize(dtype))](const Args& a) {
    kernels::transpose(a.context.parallel(), size, int(rank), dims.data(), perm.data(),
                       a.inputs[input], a.outputs[output]);
  };
}

}  // namespace smw
