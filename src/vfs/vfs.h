// The files of a model as the host sees them: paths and sizes, known from the start. Their bytes
// come by ranges, see read.h.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/status.h"

namespace smw {

/// Index into VirtualFileSystem, in the order of add().
using FileId = uint32_t;

class VirtualFileSystem {
 public:
  /// Adds a file. INVALID_ARGUMENT where the path leaves the root, names no file, or the size is
  /// negative; ALREADY_EXISTS where two paths are the same once normalised.
  Result<FileId> add(std::string_view path, int64_t size);

  size_t count() const { return files_.size(); }
  const std::string& path(FileId id) const { return files_[id].path; }
  int64_t size(FileId id) const { return files_[id].size; }

  /// The file at `path`, in whatever spelling; nothing where there is none.
  std::optional<FileId> find(std::string_view path) const;
  /// NOT_FOUND naming the path.
  Result<FileId> open(std::string_view path) const;
  bool isDirectory(std::string_view path) const;
  /// Names (not paths) of the files and folders directly in `directory`, sorted, folders once each.
  /// "" is the root.
  std::vector<std::string> list(std::string_view directory) const;
  /// All files below `directory`, in the order they were added.
  std::vector<FileId> filesBelow(std::string_view directory) const;

  /// Bytes of a whole file that something has read and others will want: what ReadFile and table
  /// initializers see. Null until keep() was called.
  const std::string* contents(FileId id) const;
  void keep(FileId id, std::string bytes);

 private:
  struct File {
    std::string path;
    int64_t size;
  };
  std::vector<File> files_;
  std::unordered_map<std::string, FileId> byPath_;
  std::unordered_map<FileId, std::string> contents_;
};

}  // namespace smw
