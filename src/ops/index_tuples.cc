#include "ops/index_tuples.h"

namespace smw {

Result<BadIndices> badIndicesPolicy(const Resolver& r) {
  const std::string p = r.attrOr("bad_indices_policy", "");
  if (p.empty() || p == "ERROR" || p == "DEFAULT") return BadIndices::kError;
  if (p == "IGNORE") return BadIndices::kIgnore;
  return invalidArgument("Unknown bad_indices_policy: ", p);
}

Status IndexTuples::outside(const void* tuples, int64_t i) const {
  std::string s;
  for (int64_t k = 0; k < depth; ++k) s += cat(k ? ", " : "", entry(tuples, i * depth + k));
  return invalidArgument("indices[", i, "] = [", s, "] does not index into shape ",
                         PartialShape(std::span<const int64_t>(dims)).toString(),
                         slice > 1 ? " of slices" : "");
}

Result<IndexTuples> scatterTuples(const Shape& shape, const Shape& indices, DType indexType,
                                  const Shape& updates) {
  if (shape.rank() < 1) return invalidArgument("Output must be at least 1-D, got a scalar");
  if (shape.numElements() == 0 && (indices.numElements() > 0 || updates.numElements() > 0))
    return invalidArgument("Indices and updates specified for empty output. indices shape: ",
                           indices);
  const int batch = indices.rank() > 1 ? indices.rank() - 1 : 1;
  const int64_t depth = indices.rank() > 1 ? indices.back() : 1;
  const auto mismatch = [&](std::string_view why) {
    return invalidArgument("Dimensions of updates and indices must match: ", why,
                           "; indices.shape = ", indices, ", updates.shape = ", updates,
                           ", shape = ", shape);
  };
  if (indices.rank() < 1) return mismatch("indices must be at least a vector");
  if (updates.rank() < batch) return mismatch("updates has too few dimensions");
  for (int i = 0; i < batch; ++i)
    if (updates[i] != indices[i]) return mismatch("their outer dimensions differ");
  if (depth > shape.rank() || updates.rank() - batch != shape.rank() - depth)
    return mismatch("updates does not have the slices' rank");
  for (int i = 0; i < updates.rank() - batch; ++i)
    if (updates[batch + i] != shape[int(depth) + i]) return mismatch("the slices differ in shape");
  IndexTuples t;
  t.count = indices.product(0, batch);
  t.depth = depth;
  t.slice = shape.product(int(depth), shape.rank());
  t.dims = Dims(shape.dims().first(size_t(depth)));
  t.type = indexType;
  return t;
}

}  // namespace smw
