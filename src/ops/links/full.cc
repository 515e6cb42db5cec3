// Linked into the `full` variants and into native programs.
#include "ops/families.h"

namespace smw {

std::span<OpFamily* const> moreFamilies() { return kMoreFamilies; }
bool hasAllOps() { return true; }

}  // namespace smw
