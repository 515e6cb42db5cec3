// A checkpoint's index ("tensor bundle"): which tensor lies where in which shard.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "base/status.h"
#include "savedmodel/tensor_slice.h"
#include "tensor/dtype.h"
#include "tensor/shape.h"
#include "vfs/vfs.h"

namespace smw {

struct BundleEntry {
  std::string key;
  DType dtype = DType::kInvalid;
  Shape shape;
  int32_t shard = 0;
  int64_t offset = 0, size = 0;
  uint32_t crc32c = 0;  // not masked; of the `size` bytes
  /// Not empty: the tensor lies in these parts, each an entry of its own.
  std::vector<TensorSlice> slices;
  /// A part of a partitioned tensor; its key is for findSlice, not for people.
  bool isPart() const { return !key.empty() && key[0] == '\0'; }
};

class TensorBundle {
 public:
  /// Reads the index of the checkpoint `prefix` ("variables/variables"). DATA_LOSS where it is
  /// damaged, UNIMPLEMENTED where it was written by a version that old readers are told to refuse.
  static Result<TensorBundle> parse(std::string prefix, std::span<const std::byte> index,
                                    bool verify);

  const std::string& prefix() const { return prefix_; }
  int32_t numShards() const { return numShards_; }
  /// Numbers in the shards are big-endian; WeightLoader turns them.
  bool bigEndian() const { return bigEndian_; }
  /// All entries, sorted by key; parts of partitioned tensors are among them.
  std::span<const BundleEntry> entries() const { return entries_; }

  const BundleEntry* find(std::string_view key) const;
  /// NOT_FOUND naming the tensor and the checkpoint.
  Result<const BundleEntry*> open(std::string_view key) const;
  /// The entry of one part of `whole`.
  Result<const BundleEntry*> openSlice(const BundleEntry& whole, const TensorSlice& slice) const;

  /// "variables/variables.data-00000-of-00002"
  std::string shardPath(int32_t shard) const;
  std::string indexPath() const { return prefix_ + ".index"; }
  /// Sum of the sizes of all entries.
  int64_t totalBytes() const;

 private:
  std::string prefix_;
  int32_t numShards_ = 0;
  bool bigEndian_ = false;
  std::vector<BundleEntry> entries_;
};

}  // namespace smw
