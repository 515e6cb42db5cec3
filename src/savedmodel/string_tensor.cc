#include "savedmodel/string_tensor.h"

#include <cstring>

#include "base/crc32c.h"
#include "savedmodel/wire.h"

namespace smw {
namespace {

uint32_t extendNumber(uint32_t crc, uint64_t v, size_t size, bool bigEndian) {
  std::byte b[8];
  for (size_t i = 0; i < size; ++i) b[bigEndian ? size - 1 - i : i] = std::byte(v >> (8 * i));
  return crc32cExtend(crc, std::span(b).first(size));
}

}  // namespace

Result<StringTensorBytes> decodeStringTensor(std::span<const std::byte> bytes, int64_t count,
                                             bool bigEndian, bool verify) {
  StringTensorBytes r;
  if (bytes.empty() && count == 0) return r;
  // Each string takes a byte at least: a hostile shape does not get memory.
  if (count > int64_t(bytes.size())) return dataLoss("there are fewer strings than the shape says");
  size_t at = 0;
  std::vector<uint64_t> lengths(static_cast<size_t>(count));
  for (uint64_t& n : lengths) {
    const auto v = readVarint(bytes, at);
    if (!v) return dataLoss("the lengths of the strings are damaged");
    n = *v;
    r.crc32c = extendNumber(r.crc32c, n, n <= UINT32_MAX ? 4 : 8, bigEndian);
  }
  if (bytes.size() - at < 4) return dataLoss("the strings are cut off");
  uint32_t stored = 0;
  for (size_t i = 0; i < 4; ++i) stored |= uint32_t(bytes[at + i]) << (8 * (bigEndian ? 3 - i : i));
  if (verify && crc32cUnmask(stored) != r.crc32c)
    return dataLoss("the checksum of the strings' lengths is wrong");
  r.crc32c = crc32cExtend(r.crc32c, bytes.subspan(at));
  at += 4;
  r.values.reserve(lengths.size());
  for (const uint64_t n : lengths) {
    if (n > bytes.size() - at) return dataLoss("the strings are cut off");
    r.values.emplace_back(reinterpret_cast<const char*>(bytes.data()) + at, size_t(n));
    at += size_t(n);
  }
  if (at != bytes.size()) return dataLoss("there are bytes behind the last string");
  return r;
}

}  // namespace smw
