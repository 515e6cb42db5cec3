// Options as JavaScript hands them over.
#pragma once

#include <string_view>

#include "runtime/model.h"

namespace smw {

/// Lines "key value", each value a token or, for lists, one line an element: "tag serve", "verify
/// 0", "inspect 1", "optimize speed", "passOff fuse", "noTags 1" (the MetaGraph without tags).
/// Values are percent-encoded as encodeURIComponent does. Unknown keys are ignored.
ModelOptions parseOptions(std::string_view text);

}  // namespace smw
