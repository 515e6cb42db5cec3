// Elements of any number type as unsigned integers that compare like them, so that sorting,
// grouping and searching are written once and not per dtype.
#pragma once

#include <cstdint>

#include "ops/resolver.h"

namespace smw {

/// OK for bool, integers, half, bfloat16, float and double; else UNIMPLEMENTED.
Status requireKeys(const Resolver& r, DType t);

/// keys[i] < keys[j] where elements[i] < elements[j], equal where they are equal (0 and -0 are). Of
/// floating types NaN gives kNaNKey, above all others.
inline constexpr uint64_t kNaNKey = ~uint64_t(0);
void orderKeys(DType t, const void* elements, int64_t n, uint64_t* keys);

/// As orderKeys, but for NaN: no two keys of NaN are equal, as NaN is equal to nothing. Keys of
/// several tensors may be compared where `firstNaN` counts the elements of those before.
void equalityKeys(DType t, const void* elements, int64_t n, uint64_t* keys, int64_t firstNaN = 0);

/// How many of n elements (any number type, complex too) are not zero.
int64_t countNonZero(DType t, const void* elements, int64_t n);
/// Their indices, into room for countNonZero.
void nonZeroIndices(DType t, const void* elements, int64_t n, int64_t* indices);

}  // namespace smw
