// Lays out one stretch: resolves its steps, folds what the shapes decide, places values in memory.
#pragma once

#include <functional>
#include <memory>

#include "runtime/plan.h"
#include "runtime/profile.h"
#include "runtime/recipe.h"

namespace smw {

/// The plan of a function that a control-flow step calls.
using PlanLookup = std::function<Result<Plan*>(const FunctionRef&)>;

/// The recipe for the stretch that starts at step `begin`, where `slots` tells what is known of
/// each slot. Nothing is run but pure steps whose inputs are all static. `profile`, if any, is told
/// what each step is.
Result<std::unique_ptr<Recipe>> buildRecipe(Plan& plan, int begin, std::vector<SlotInfo> slots,
                                            const PlanLookup& planOf, OpContext& context,
                                            Profile* profile = nullptr);

/// What is known before the first step: constants, and arguments of these dtypes and shapes.
std::vector<SlotInfo> initialSlots(const Plan& plan, const std::vector<ValueKey>& args);

}  // namespace smw
