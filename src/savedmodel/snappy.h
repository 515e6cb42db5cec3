// Snappy's raw format, for compressed blocks of tables.
#pragma once

#include <span>
#include <string>

#include "base/status.h"

namespace smw {

/// The bytes that `compressed` stands for; DATA_LOSS where it stands for none, RESOURCE_EXHAUSTED
/// where it claims more than `limit`.
Result<std::string> snappyUncompress(std::span<const std::byte> compressed, size_t limit);

}  // namespace smw
