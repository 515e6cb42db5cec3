// Reference-counted memory for tensor elements.
#pragma once

#include <cstddef>
#include <cstdint>

#include "base/ref.h"
#include "base/status.h"

namespace smw {

/// Alignment of every buffer: a cache line, so that pool threads do not share lines.
inline constexpr size_t kBufferAlign = 64;

/// A block of raw bytes, zeroed nowhere. Made only by tryAllocate and wrap.
class Buffer : public RefCounted {
 public:
  /// RESOURCE_EXHAUSTED with the size in the message where there is no room. 0 bytes is fine. 16
  /// bytes past the end may be read (not written) by vector kernels.
  static Result<Ref<Buffer>> tryAllocate(int64_t bytes);
  /// Elements that are C++ objects; `destroy` ends the lives of the n objects.
  static Result<Ref<Buffer>> tryAllocateObjects(int64_t count, size_t size,
                                                void (*construct)(void*, size_t),
                                                void (*destroy)(void*, size_t));
  ~Buffer() override;

  std::byte* data() { return data_; }
  const std::byte* data() const { return data_; }
  int64_t size() const { return size_; }

  /// Bytes held by all live buffers now, and the most there ever were.
  static int64_t bytesInUse();
  static int64_t bytesPeak();
  /// Allocations that would take bytesInUse() above this fail. Default: no limit.
  static void setLimit(int64_t bytes);

 private:
  Buffer() = default;
  std::byte* data_ = nullptr;
  int64_t size_ = 0;
  size_t count_ = 0;
  void (*destroy_)(void*, size_t) = nullptr;
};

}  // namespace smw
