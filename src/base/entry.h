// Looking into lists of key and value, which is how our messages have most maps.
#pragma once

#include <string_view>

namespace smw {

/// The value of the last entry with that key, or null.
template <typename Entries>
auto findEntry(const Entries& entries, std::string_view key) -> decltype(&entries.Get(0).value()) {
  for (int i = entries.size(); i-- > 0;)
    if (entries.Get(i).key() == key) return &entries.Get(i).value();
  return nullptr;
}

}  // namespace smw
