// Transposition by element size.
#pragma once

#include <cstdint>

#include "kernels/parallel.h"

namespace smw::kernels {

/// Highest rank that transpose takes.
inline constexpr int kMaxTransposeRank = 16;

/// out's dimension i is inp's dimension perm[i]; inp is contiguous with sizes dims[0..rank).
/// elementSize is 1, 2, 4, 8 or 16 bytes. inp and out do not overlap.
void transpose(Parallel& parallel, int elementSize, int rank, const int64_t* dims, const int* perm,
               const void* inp, void* out);

}  // namespace smw::kernels
