#include "savedmodel/snappy.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const auto r = smw::snappyUncompress({reinterpret_cast<const std::byte*>(data), size}, 1 << 20);
  if (r && r->size() > 1 << 20) __builtin_trap();
  return 0;
}
