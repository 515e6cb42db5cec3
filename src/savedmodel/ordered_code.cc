#include "savedmodel/ordered_code.h"

#include <bit>

#include "savedmodel/tensor_slice.h"

namespace smw {

void appendOrderedUint(std::string& out, uint64_t v) {
  const int n = (std::bit_width(v) + 7) / 8;
  out += char(n);
  for (int i = n; i-- > 0;) out += char(v >> (8 * i));
}

void appendOrderedInt(std::string& out, int64_t v) {
  // n bytes hold n ones (zeros for a negative number), the opposite bit, and 7 n - 1 bits of the
  // number in two's complement.
  const uint64_t magnitude = v < 0 ? ~uint64_t(v) : uint64_t(v);
  const int n = std::bit_width(magnitude) / 7 + 1;
  for (int i = n; i-- > 0;) {
    uint8_t b = uint8_t(8 * i < 64 ? v >> (8 * i) : v < 0 ? -1 : 0);
    // Ones at the n highest bits of the whole, of which this byte holds those from 8 * i on.
    const int ones = n - 8 * (n - 1 - i);
    if (ones >= 8)
      b ^= 0xFF;
    else if (ones > 0)
      b ^= uint8_t(0xFF << (8 - ones));
    out += char(b);
  }
}

void appendOrderedString(std::string& out, std::string_view s) {
  for (const char c : s) {
    out += c;
    if (c == '\0') out += '\xFF';
    if (c == '\xFF') out += '\0';
  }
  out += '\0';
  out += '\1';
}

std::string encodeTensorNameSlice(std::string_view name, const TensorSlice& slice) {
  std::string key;
  appendOrderedUint(key, 0);
  appendOrderedString(key, name);
  appendOrderedUint(key, uint64_t(slice.rank()));
  for (size_t d = 0; d < slice.starts.size(); ++d) {
    appendOrderedInt(key, slice.starts[d]);
    appendOrderedInt(key, slice.lengths[d]);
  }
  return key;
}

}  // namespace smw
