// Where intermediate values of one stretch lie: offsets into one block that all plans share.
#pragma once

#include <cstdint>
#include <vector>

namespace smw {

/// A value that lives from step `begin` to step `end`, both included.
struct Lifetime {
  int begin, end;
  int64_t bytes;
  int64_t offset = 0;  // set by layOut, a multiple of kBufferAlign
};

/// Gives every lifetime an offset such that no two that overlap in time overlap in memory, largest
/// first. Returns the bytes needed. Sizes must be sound: their sum must fit an int64.
int64_t layOut(std::vector<Lifetime>& lifetimes);

}  // namespace smw
