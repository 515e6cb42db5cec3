// One file, read whole.
#pragma once

#include <span>

#include "tensor/buffer.h"
#include "vfs/read.h"

namespace smw {

class WholeFile : public Loader {
 public:
  /// RESOURCE_EXHAUSTED from step() where the file is larger than `limit`.
  WholeFile(const VirtualFileSystem& vfs, FileId file, int64_t limit)
      : vfs_(vfs), file_(file), limit_(limit) {}
  Result<LoadStep> step() override;
  /// Once done.
  std::span<const std::byte> bytes() const;

 private:
  const VirtualFileSystem& vfs_;
  FileId file_;
  int64_t limit_, asked_ = 0;
  Ref<Buffer> buffer_;
};

}  // namespace smw
