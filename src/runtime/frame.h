// One activation of a plan: its values, and how far it has run.
#pragma once

#include <memory>
#include <vector>

#include "runtime/plan.h"
#include "runtime/recipe.h"

namespace smw {

class Frame {
 public:
  explicit Frame(Plan& p) : plan(&p), slots(size_t(p.numSlots())) {}
  ~Frame() { reset(); }

  Plan* plan;
  std::vector<Tensor> slots;  // heap values
  Recipe* recipe = nullptr;   // the stretch that runs; null before the first
  size_t at = 0;              // its next recipe step
  bool bound = false;         // heap values are made and pointers set
  bool inTail = false;        // the recorded steps are done, the tail is due or called out

  /// The value of a slot, wherever it is kept.
  const Tensor& value(int slot) const {
    if (const Constant* c = plan->constant(slot)) return c->value;
    if (recipe) {
      const SlotInfo& s = recipe->slots[size_t(slot)];
      if (s.where == SlotInfo::kStatic) return s.value;
    }
    return slots[size_t(slot)];
  }
  void enter(Recipe* r) {
    recipe = r;
    ++r->users;
    at = 0;
    bound = inTail = false;
  }
  void reset() {
    for (Tensor& t : slots) t = Tensor();
    for (; recipe; recipe = recipe->parent) --recipe->users;
    at = 0;
    bound = inTail = false;
  }
};

}  // namespace smw
