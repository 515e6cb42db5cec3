// Linked into the `core` variants: families beyond the core are not named, and so not linked.
#include "ops/families.h"

namespace smw {

std::span<OpFamily* const> moreFamilies() { return {}; }
bool hasAllOps() { return false; }

}  // namespace smw
