// Cases in a process of their own, so that a crash or a hang is counted and the rest goes on.
#pragma once

#include <functional>

#include "outcome.h"

namespace smw::conformance {

/// Runs `run(i)` for i in [0, count) in forked children and gives each outcome to `report`, in
/// order. A child that dies or is silent for `seconds` costs the case it was at; the next child
/// goes on behind it.
void runInChildren(int count, double seconds, const std::function<Outcome(int)>& run,
                   const std::function<void(int, const Outcome&)>& report);

}  // namespace smw::conformance
