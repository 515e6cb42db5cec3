// Files that lie in memory already: archives that were unpacked, and tests.
#pragma once

#include <string>
#include <vector>

#include "vfs/read.h"

namespace smw {

class MemoryFiles : public FileDriver {
 public:
  Result<FileId> add(std::string_view path, std::string bytes);
  VirtualFileSystem& vfs() { return vfs_; }
  const std::string& bytes(FileId id) const { return bytes_[id]; }
  Status read(const ReadRequest& request) override;
  /// Bytes that were read so far, from all files.
  int64_t bytesRead() const { return bytesRead_; }

 private:
  VirtualFileSystem vfs_;
  std::vector<std::string> bytes_;
  int64_t bytesRead_ = 0;
};

}  // namespace smw
