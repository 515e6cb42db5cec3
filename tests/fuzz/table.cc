// variables.index as a table, with and without checksums.
#include "savedmodel/table.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  for (const bool verify : {true, false})
    (void)smw::readTable({reinterpret_cast<const std::byte*>(data), size}, {.verify = verify},
                         [](std::string_view, std::string_view) -> smw::Status { return {}; });
  return 0;
}
