// The one list of what is compared more loosely than the rules say, with the reason.
#pragma once

#include "compare.h"

namespace smw::conformance {

struct Exception {
  std::string_view op;
  DType dtype;
  Tolerance tolerance;
  std::string_view reason;
};

/// Null where the usual tolerance holds.
const Exception* exceptionFor(std::string_view op, DType dtype);

}  // namespace smw::conformance
