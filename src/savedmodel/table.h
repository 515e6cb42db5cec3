// A sorted table of keys and values in LevelDB's format, see FORMAT.md.
#pragma once

#include <functional>
#include <span>
#include <string>
#include <string_view>

#include "base/status.h"

namespace smw {

struct TableOptions {
  bool verify = true;  // block checksums
};

/// Calls `visit` for each entry of a table that lies in `bytes`, in the order of keys, until it
/// fails. DATA_LOSS where the table is cut off, has another magic number, a wrong checksum or
/// entries that cannot be.
Status readTable(std::span<const std::byte> bytes, const TableOptions& options,
                 const std::function<Status(std::string_view key, std::string_view value)>& visit);

}  // namespace smw
