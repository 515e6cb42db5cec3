#include "tensor/buffer.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>

#include "base/strings.h"

namespace smw {

namespace {
constexpr int64_t kReadAhead = 16;
int64_t inUse = 0, peak = 0, limit = INT64_MAX;

// Kernels may read past a value's end, but write nothing there: a neighbour's bytes may follow.
// Sanitized builds look.
#if __has_feature(address_sanitizer)
constexpr std::byte kUntouched{0xA5};
void guard(std::byte* end) { std::fill_n(end, kReadAhead, kUntouched); }
void checkGuard(const std::byte* end) {
  if (std::count(end, end + kReadAhead, kUntouched) == kReadAhead) return;
  std::fputs("something was written past the end of a buffer\n", stderr);
  std::abort();
}
#else
void guard(std::byte*) {}
void checkGuard(const std::byte*) {}
#endif
}  // namespace

Result<Ref<Buffer>> Buffer::tryAllocate(int64_t bytes) {
  // aligned_alloc wants a size that is a multiple of the alignment.
  constexpr int64_t kMost = int64_t(SIZE_MAX / 2) - 2 * int64_t(kBufferAlign);
  void* p = nullptr;
  if (bytes >= 0 && bytes <= kMost && bytes <= limit - inUse) {
    const size_t padded =
        (size_t(bytes) + size_t(kReadAhead) + kBufferAlign - 1) / kBufferAlign * kBufferAlign;
    p = std::aligned_alloc(kBufferAlign, padded);
  }
  if (!p) return resourceExhausted("out of memory: a buffer of ", bytes, " bytes");
  Ref<Buffer> b(new Buffer());
  b->data_ = static_cast<std::byte*>(p);
  b->size_ = bytes;
  guard(b->data_ + bytes);
  inUse += bytes;
  peak = std::max(peak, inUse);
  return b;
}

Result<Ref<Buffer>> Buffer::tryAllocateObjects(int64_t count, size_t size,
                                               void (*construct)(void*, size_t),
                                               void (*destroy)(void*, size_t)) {
  int64_t bytes = 0;
  if (__builtin_mul_overflow(count, int64_t(size), &bytes))
    return resourceExhausted("out of memory: ", count, " elements");
  Ref<Buffer> b = SMW_TRY(tryAllocate(bytes));
  construct(b->data_, size_t(count));
  b->count_ = size_t(count);
  b->destroy_ = destroy;
  return b;
}

Buffer::~Buffer() {
  if (destroy_) destroy_(data_, count_);
  checkGuard(data_ + size_);
  std::free(data_);
  inUse -= size_;
}

int64_t Buffer::bytesInUse() { return inUse; }
int64_t Buffer::bytesPeak() { return peak; }
void Buffer::setLimit(int64_t bytes) { limit = bytes; }

}  // namespace smw
