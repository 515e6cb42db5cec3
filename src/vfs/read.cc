#include "vfs/read.h"

#include <algorithm>

#include "base/strings.h"

namespace smw {
namespace {
constexpr int64_t kMaxWholeFile = int64_t(1) << 30;
}

Status runLoader(Loader& loader, FileDriver& driver) {
  for (;;) {
    const LoadStep step = SMW_TRY(loader.step());
    if (step.done()) return {};
    for (const ReadRequest& r : step.need) SMW_TRY(driver.read(r));
  }
}

FileLoader::FileLoader(VirtualFileSystem& vfs, std::vector<FileId> files)
    : vfs_(vfs), files_(std::move(files)) {}

Result<LoadStep> FileLoader::step() {
  for (; next_ < files_.size(); ++next_, position_ = 0) {
    const FileId id = files_[next_];
    const int64_t size = vfs_.size(id);
    if (position_ == 0) {
      if (vfs_.contents(id)) continue;
      if (size > kMaxWholeFile)
        return fail(Error(Code::kResourceExhausted,
                          cat(vfs_.path(id), " is too large to be read whole: ", size, " bytes"))
                        .inFile(vfs_.path(id)));
      buffer_.assign(size_t(size), '\0');
    }
    if (position_ < size) {
      const int64_t n = std::min(kSliceBytes, size - position_);
      LoadStep step;
      step.need.push_back(
          {id, position_, n, reinterpret_cast<std::byte*>(buffer_.data()) + position_});
      position_ += n;
      return step;
    }
    vfs_.keep(id, std::exchange(buffer_, {}));
  }
  return LoadStep{};
}

}  // namespace smw
