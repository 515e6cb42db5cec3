// Writers of what the reader reads, so that tests can build a file, read it back, and harm it.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "savedmodel/tensor_slice.h"
#include "tensor/dtype.h"
#include "tensor/shape.h"
#include "vfs/memory_files.h"

namespace smw::testing {

/// Snappy's raw format: literals, and copies (with 1, 2 and 4 bytes of offset) where bytes repeat.
std::string snappyCompress(const std::string& s);

struct TableWriterOptions {
  size_t blockBytes = 4096;
  int restartInterval = 16;
  bool compress = false;
};
/// A table in LevelDB's format.
std::string writeTable(const std::map<std::string, std::string>& entries,
                       const TableWriterOptions& options = {});

/// Collects tensors, then writes them as a checkpoint: index and shards.
class BundleWriter {
 public:
  explicit BundleWriter(int shards = 1, bool bigEndian = false)
      : bytes_(size_t(shards)), bigEndian_(bigEndian) {}

  /// Raw bytes, as the writer's machine has them.
  void add(const std::string& key, DType dtype, const Shape& shape, const std::string& bytes,
           int shard = 0);
  void addStrings(const std::string& key, const Shape& shape,
                  const std::vector<std::string>& values, int shard = 0);
  /// One part of a partitioned tensor of `fullShape`.
  void addPart(const std::string& key, DType dtype, const Shape& fullShape,
               const TensorSlice& slice, const std::string& bytes, int shard = 0);
  /// "prefix.index" and its shards.
  void write(MemoryFiles& files, const std::string& prefix,
             const TableWriterOptions& options = {}) const;

  std::string index(const TableWriterOptions& options = {}) const;
  std::vector<std::string>& shards() { return bytes_; }
  int version = 1, minConsumer = 0;

 private:
  std::string entry(DType dtype, const Shape& shape, int shard, int64_t offset, int64_t size,
                    uint32_t crc) const;
  std::vector<std::string> bytes_;
  bool bigEndian_;
  std::map<std::string, std::string> entries_;
  struct Partitioned {
    DType dtype;
    Shape shape;
    std::vector<TensorSlice> slices;
  };
  std::map<std::string, Partitioned> partitioned_;
};

/// The bytes of `values` as a file has them.
template <typename T>
std::string bytesOf(const std::vector<T>& values) {
  return std::string(reinterpret_cast<const char*>(values.data()), values.size() * sizeof(T));
}

}  // namespace smw::testing
