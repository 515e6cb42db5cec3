#include "savedmodel/whole_file.h"

#include <algorithm>

#include "base/strings.h"

namespace smw {

Result<LoadStep> WholeFile::step() {
  const int64_t size = vfs_.size(file_);
  if (size > limit_)
    return fail(
        Error(Code::kResourceExhausted, cat(vfs_.path(file_), " is too large: ", size, " bytes"))
            .inFile(vfs_.path(file_)));
  if (!buffer_) buffer_ = SMW_TRY(Buffer::tryAllocate(size));
  LoadStep step;
  const int64_t n = std::min(kSliceBytes, size - asked_);
  if (n > 0) step.need.push_back({file_, asked_, n, buffer_->data() + asked_});
  asked_ += n;
  return step;
}

std::span<const std::byte> WholeFile::bytes() const {
  return {buffer_->data(), size_t(buffer_->size())};
}

}  // namespace smw
