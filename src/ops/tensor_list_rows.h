// Entries of a TensorList as rows of one tensor: what the ops that pack and unpack lists share.
#pragma once

#include "ops/resolver.h"
#include "ops/tensor_list.h"

namespace smw {

Result<DType> elementDType(const Resolver& r);
/// (n, ...s), checked.
Result<Shape> prependDim(int64_t n, const Shape& s);
/// Rows [begin, begin + n) of `t`, sharing its elements; without the outer dimension where n < 0.
Result<Tensor> rowsOf(const Tensor& t, int64_t begin, int64_t n);
Status requireRows(const Tensor& t);
/// `shape` of an entry against that of one row of `t`.
Status checkRows(const Tensor& t, const PartialShape& shape);
Status checkListDType(const TensorList& list, DType t);
/// Declares output 0 where the entries' shape (input `i`) and number are known.
Status declareRows(Resolver& r, int i, DType t, int64_t n);
/// The entries at `picked` (all where null) as rows of output 0.
Status stackEntries(Step& s, const TensorList& list, const PartialShape& given, const Dims* picked);

}  // namespace smw
