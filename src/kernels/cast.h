// Conversion between element types, with TensorFlow's results on x86.
#pragma once

#include "kernels/elem.h"

namespace smw::kernels {

/// to[i] = from[i] converted. The arrays must not overlap (they may be equal for equal sizes).
/// Floating to integer truncates; what does not fit gives what x86 gives: the conversion to int32
/// (int64 for 64-bit targets and uint32) yields its minimum, of which the low bits are kept. To
/// bool: x != 0. Complex to real drops the imaginary part. Integers wrap. Nothing happens for
/// kNone.
void cast(Elem fromElem, const void* from, Elem toElem, void* to, int64_t n);

/// `Cast` with Truncate = true: bits that do not fit a smaller floating type are cut off, not
/// rounded.
void castTruncate(Elem fromElem, const void* from, Elem toElem, void* to, int64_t n);

void halfToFloat(const uint16_t* from, float* to, int64_t n);
void floatToHalf(const float* from, uint16_t* to, int64_t n);
void bfloat16ToFloat(const uint16_t* from, float* to, int64_t n);
void floatToBfloat16(const float* from, uint16_t* to, int64_t n);

}  // namespace smw::kernels
