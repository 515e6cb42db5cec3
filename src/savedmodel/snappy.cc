#include "savedmodel/snappy.h"

#include "base/strings.h"
#include "savedmodel/wire.h"

namespace smw {
namespace {

Error bad() { return dataLoss("a compressed block is damaged"); }

}  // namespace

Result<std::string> snappyUncompress(std::span<const std::byte> in, size_t limit) {
  size_t at = 0;
  const auto claimed = readVarint(in, at);
  if (!claimed || *claimed > UINT32_MAX) return bad();
  // No element makes more than 64 bytes out of less than two.
  if (*claimed > in.size() * 64) return bad();
  if (*claimed > limit) return resourceExhausted("a compressed block claims ", *claimed, " bytes");
  const size_t size = size_t(*claimed);
  std::string out;
  out.reserve(size);

  // Little-endian number of n bytes at `at`.
  const auto number = [&](size_t n) {
    size_t v = 0;
    for (size_t i = 0; i < n; ++i) v |= size_t(in[at + i]) << (8 * i);
    at += n;
    return v;
  };
  while (at < in.size()) {
    const size_t tag = size_t(in[at++]);
    size_t length = tag >> 2;
    if ((tag & 3) == 0) {  // a literal; lengths over 60 follow in 1 to 4 bytes
      if (length >= 60) {
        const size_t n = length - 59;
        if (in.size() - at < n) return bad();
        length = number(n);
      }
      if (length == SIZE_MAX) return bad();
      ++length;
      if (in.size() - at < length || size - out.size() < length) return bad();
      out.append(reinterpret_cast<const char*>(in.data()) + at, length);
      at += length;
      continue;
    }
    // A copy of what was put out `offset` bytes ago; it may overlap its own result.
    size_t offset;
    const size_t extra = (tag & 3) == 1 ? 1 : (tag & 3) == 2 ? 2 : 4;
    if (in.size() - at < extra) return bad();
    if (extra == 1) {
      length = 4 + ((tag >> 2) & 7);
      offset = (tag >> 5) << 8 | number(1);
    } else {
      length = (tag >> 2) + 1;
      offset = number(extra);
    }
    if (offset == 0 || offset > out.size() || size - out.size() < length) return bad();
    for (size_t from = out.size() - offset; length > 0; --length) out += out[from++];
  }
  if (out.size() != size) return bad();
  return out;
}

}  // namespace smw
