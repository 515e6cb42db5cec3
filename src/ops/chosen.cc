#include "ops/chosen.h"

#include <utility>

namespace smw {

namespace {
// Resolving happens on the engine's thread alone.
Chosen latest;
}  // namespace

void chose(const char* kernel, double multiplyAdds) { latest = {kernel, multiplyAdds}; }

Chosen takeChosen() { return std::exchange(latest, {}); }

}  // namespace smw
