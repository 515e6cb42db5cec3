#include "vfs/memory_files.h"

#include <cstring>

namespace smw {

Result<FileId> MemoryFiles::add(std::string_view path, std::string bytes) {
  const FileId id = SMW_TRY(vfs_.add(path, int64_t(bytes.size())));
  bytes_.push_back(std::move(bytes));
  return id;
}

Status MemoryFiles::read(const ReadRequest& r) {
  const std::string& b = bytes_[r.file];
  if (r.offset < 0 || r.length <= 0 || r.offset + r.length > int64_t(b.size()))
    return internal("a read request lies outside its file");
  std::memcpy(r.destination, b.data() + r.offset, size_t(r.length));
  bytesRead_ += r.length;
  return {};
}

}  // namespace smw
