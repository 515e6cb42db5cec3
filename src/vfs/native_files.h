// A folder on disk as a VirtualFileSystem: the native build's host.
#pragma once

#ifndef __EMSCRIPTEN__

#include <string>
#include <vector>

#include "vfs/read.h"
#include "vfs/vfs.h"

namespace smw {

/// Owns open file descriptors; reads with pread.
class NativeFiles : public FileDriver {
 public:
  NativeFiles() = default;
  NativeFiles(const NativeFiles&) = delete;
  NativeFiles& operator=(const NativeFiles&) = delete;
  ~NativeFiles() override;

  /// Adds every regular file below `directory` (links are followed, to a depth of 32), or
  /// `directory` itself where it is a file. Paths in the file system are relative to `directory`.
  Status addDirectory(const std::string& directory);

  VirtualFileSystem& vfs() { return vfs_; }
  Status read(const ReadRequest& request) override;

 private:
  Status addBelow(const std::string& directory, const std::string& prefix, int depth);
  Status addFile(const std::string& path, const std::string& name, int64_t size);
  VirtualFileSystem vfs_;
  struct File {
    std::string path;
    int descriptor = -1;
  };
  std::vector<File> files_;  // by FileId
};

}  // namespace smw

#endif
