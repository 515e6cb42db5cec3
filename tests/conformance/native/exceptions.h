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

/// Cases that are not run, by the op and a part of their description.
struct Skip {
  std::string_view op, part, reason;
};

/// Null where the case is to be run. `description` is describe(node).
const Skip* skipFor(std::string_view op, std::string_view description);

/// Null where the usual tolerance holds.
const Exception* exceptionFor(std::string_view op, DType dtype);

}  // namespace smw::conformance
