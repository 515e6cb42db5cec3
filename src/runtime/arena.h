// Where intermediate values of one stretch lie: offsets into one block that all plans share.
#pragma once

#include <cstdint>
#include <vector>

namespace smw {

/// A value that lives from step `begin` to step `end`, both included.
struct Lifetime {
  int begin, end;
  int64_t bytes;
  int64_t offset = 0;  // set by layOut; a multiple of kBufferAlign, unless it is a part
  /// What it is a part of, `at` bytes from its begin: a lifetime that comes later in the list, or
  /// the value of a slot, which lies outside of the block.
  int whole = -1, heapSlot = -1;
  int64_t at = 0;

  bool isPart() const { return whole >= 0 || heapSlot >= 0; }
};

/// Gives every lifetime an offset such that no two that overlap in time overlap in memory, largest
/// first; parts lie in their wholes, unless that takes more memory (a whole is there as soon as its
/// first part): then none of the block's is a part any more. Of a part of a heap slot's value the
/// offset is that from its begin. Returns the bytes needed. Sizes must be sound: their sum must fit
/// an int64.
int64_t layOut(std::vector<Lifetime>& lifetimes);

}  // namespace smw
