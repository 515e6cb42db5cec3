// DynamicPartition, DynamicStitch, ParallelDynamicStitch, ListDiff.
#include <unordered_set>

#include "ops/element_keys.h"
#include "ops/families.h"
#include "ops/move.h"

namespace smw {
namespace {

/// data (partitions.shape + slice), partitions: int32 in [0, num_partitions) -> the slices of each
/// partition, in order.
Status resolveDynamicPartition(Resolver& r) {
  const Shape &data = r.shape(0), &parts = r.shape(1);
  bool prefix = data.rank() >= parts.rank();
  for (int i = 0; prefix && i < parts.rank(); ++i) prefix = data[i] == parts[i];
  if (!prefix)
    return invalidArgument("data.shape must start with partitions.shape, got data.shape = ", data,
                           ", partitions.shape = ", parts);
  const int count = r.numOutputs();
  if (count < 1) return invalidArgument("num_partitions must be at least 1");
  return r.tensorKernel([count](Step& s) -> Status {
    const Tensor data = s.input(0), parts = s.input(1);
    const int32_t* p = parts.data<int32_t>();
    const int64_t n = parts.numElements();
    const int rank = parts.shape().rank();
    const int64_t slice = data.shape().product(rank, data.shape().rank());
    std::vector<int64_t> sizes(size_t(count), 0);
    for (int64_t i = 0; i < n; ++i) {
      if (p[i] < 0 || p[i] >= count)
        return invalidArgument("partitions[", i, "] = ", p[i], " is not in [0, ", count, ")");
      ++sizes[size_t(p[i])];
    }
    std::vector<std::byte*> to;
    for (int k = 0; k < count; ++k) {
      Dims dims(data.shape().dims().subspan(size_t(rank)));
      dims.insert(0, sizes[size_t(k)]);
      Tensor* out = SMW_TRY(s.allocate(k, data.dtype(), SMW_TRY(Shape::make(dims))));
      to.push_back(static_cast<std::byte*>(out->raw()));
    }
    const int64_t step = slice * int64_t(dtypeSize(data.dtype()));
    for (int64_t i = 0; i < n; ++i) {
      std::byte*& at = to[size_t(p[i])];
      copyElements(data.dtype(), at, elementAt(data.dtype(), data.raw(), i * slice), slice);
      at += step;
    }
    return {};
  });
}

/// indices: N int32 tensors, data: N of shape indices.shape + slice -> merged (largest index + 1,
/// slice...); later entries win, rows that nobody names are zero.
Status resolveDynamicStitch(Resolver& r) {
  const int n = r.numInputs() / 2;
  if (n < 1 || r.numInputs() != 2 * n)
    return invalidArgument("DynamicStitch needs as many indices as data");
  Dims slice;
  for (int i = 0; i < n; ++i) {
    const Shape &index = r.shape(i), &data = r.shape(n + i);
    bool fits = data.rank() >= index.rank();
    for (int d = 0; fits && d < index.rank(); ++d) fits = data[d] == index[d];
    if (!fits)
      return invalidArgument("data[", i, "].shape = ", data, " does not start with indices[", i,
                             "].shape = ", index);
    Dims own(data.dims().subspan(size_t(index.rank())));
    if (i == 0) slice = own;
    if (!(own == slice))
      return invalidArgument("Need data[0].shape[", r.rank(0), ":] = data[", i, "].shape[",
                             index.rank(), ":], got data[0].shape = ", r.shape(n), ", data[", i,
                             "].shape = ", data);
  }
  return r.tensorKernel([n, slice](Step& s) -> Status {
    int64_t rows = 0;
    for (int i = 0; i < n; ++i)
      for (int32_t k : s.input(i).span<int32_t>()) {
        if (k < 0) return invalidArgument("indices[", i, "] is out of range: ", k);
        rows = std::max(rows, int64_t(k) + 1);
      }
    Dims dims = slice;
    dims.insert(0, rows);
    const DType t = s.input(n).dtype();
    Tensor* out = SMW_TRY(s.allocate(0, t, SMW_TRY(Shape::make(dims))));
    const int64_t each = rows ? out->numElements() / rows : 0;
    fillZeros(t, out->raw(), out->numElements());
    for (int i = 0; i < n; ++i) {
      const auto index = s.input(i).span<int32_t>();
      for (size_t k = 0; k < index.size(); ++k)
        copyElements(t, elementAt(t, out->raw(), index[k] * each),
                     elementAt(t, s.input(n + i).raw(), int64_t(k) * each), each);
    }
    return {};
  });
}

/// The indices of what `x` has and `y` has not.
template <typename K>
std::vector<int64_t> missing(std::span<const K> x, std::span<const K> y) {
  const std::unordered_set<K> drop(y.begin(), y.end());
  std::vector<int64_t> kept;
  for (size_t i = 0; i < x.size(); ++i)
    if (!drop.contains(x[i])) kept.push_back(int64_t(i));
  return kept;
}

std::vector<uint64_t> keysOf(const Tensor& t, int64_t firstNaN) {
  std::vector<uint64_t> keys(size_t(t.numElements()), 0);
  equalityKeys(t.dtype(), t.raw(), t.numElements(), keys.data(), firstNaN);
  return keys;
}

/// x, y: vectors -> out: the entries of x that y does not have, idx: where they were.
Status resolveListDiff(Resolver& r) {
  SMW_TRY(r.requireVector(0, "x"));
  SMW_TRY(r.requireVector(1, "y"));
  const DType index = r.attrOr("out_idx", DType::kInt32);
  if (index != DType::kInt32 && index != DType::kInt64) return r.unsupportedDType(index);
  if (r.dtype(0) != DType::kString) SMW_TRY(requireKeys(r, r.dtype(0)));
  return r.tensorKernel([index](Step& s) -> Status {
    const Tensor x = s.input(0), y = s.input(1);
    const std::vector<int64_t> kept =
        x.dtype() == DType::kString ? missing(x.span<std::string>(), y.span<std::string>())
                                    : missing<uint64_t>(keysOf(x, 0), keysOf(y, x.numElements()));
    const DType t = x.dtype();
    const Shape shape({int64_t(kept.size())});
    Tensor* out = SMW_TRY(s.allocate(0, t, shape));
    Tensor* at = SMW_TRY(s.allocate(1, index, shape));
    for (size_t i = 0; i < kept.size(); ++i) {
      copyElements(t, elementAt(t, out->raw(), int64_t(i)), elementAt(t, x.raw(), kept[i]), 1);
      if (index == DType::kInt64)
        at->data<int64_t>()[i] = kept[i];
      else
        at->data<int32_t>()[i] = int32_t(kept[i]);
    }
    return {};
  });
}

constexpr OpDef kOps[] = {
    {"DynamicPartition", "data, partitions -> outputs*num_partitions", resolveDynamicPartition},
    {"DynamicStitch", "indices*N, data*N -> merged", resolveDynamicStitch},
    {"ListDiff", "x, y -> out, idx", resolveListDiff},
    {"ParallelDynamicStitch", "indices*N, data*N -> merged", resolveDynamicStitch},
};

}  // namespace

std::span<const OpDef> dynamicStitchOps() { return kOps; }

}  // namespace smw
