// What the first run with given shapes leaves for later ones: kernels, and where every value lies.
#pragma once

#include <memory>
#include <vector>

#include "ops/resolver.h"
#include "tensor/tensor.h"

namespace smw {

class Plan;

/// dtype and shape that a value came out with: what recipes are found by.
struct ValueKey {
  DType dtype = DType::kInvalid;
  Shape shape;
  bool matches(const Tensor& t) const { return dtype == t.dtype() && shape == t.shape(); }
};

/// What is known of a slot when a stretch is laid out.
struct SlotInfo {
  enum Where : uint8_t {
    kUnknown,  // not produced yet
    kStatic,   // `value`: the same in every run with these shapes
    kArena,    // in the shared block, within one stretch
    kHeap,     // a Tensor in the frame
  } where = kUnknown;
  DType dtype = DType::kInvalid;
  Shape shape;
  Tensor value;
  int root = -1;  // the slot whose elements this one shares; itself where it has its own
};

/// One thing to do in a replay. Pointers lie in Recipe::pointers from `firstPointer`: inputs, then
/// outputs, then scratch.
struct RecipeStep {
  enum Kind : uint8_t { kKernel, kTensorKernel, kView } kind;
  int step;                                            // of the plan
  int firstPointer = 0, firstOutput = 0, scratch = 0;  // indices into Recipe::pointers
  int64_t outPitch = 0;                                // Args'
  int64_t work = 1;  // a rough measure, see kWorkPerLook in executor.cc
  Kernel kernel{};
  TensorKernel tensorKernel{};
  std::vector<bool>
      movable{};  // kTensorKernel: inputs that nobody reads afterwards, through any view
  int view = -1;  // kView: index into Recipe::views
};

/// slots[slot] = slots[root] under this dtype and shape.
struct ViewStep {
  int slot, root;
  ValueKey as;
};
/// A heap value that a kernel of the stretch fills.
struct HeapValue {
  int slot;
  ValueKey as;
};

/// pointers[at] = elements of slots[slot], `offset` bytes from their begin.
struct PointerPatch {
  int slot;
  int at;
  int64_t offset = 0;
};
/// pointers[at] = arena + offset.
struct ArenaPointer {
  int64_t offset;
  int at;
};

/// A stretch of steps whose shapes follow from the shapes it starts with.
struct Recipe {
  int begin = 0, end = 0;       // steps of the plan [begin, end)
  std::vector<ValueKey> key;    // of the arguments (first stretch), or of what the step before gave
  std::vector<SlotInfo> slots;  // what is known at the end

  std::vector<RecipeStep> steps;
  std::vector<void*> pointers;
  std::vector<ArenaPointer> arenaPointers;
  const std::byte* boundTo = nullptr;  // the block that arenaPointers were set for
  int64_t arenaBytes = 0;
  std::vector<Tensor> held;  // static values that pointers point into

  std::vector<HeapValue> allocate;  // made before the first step
  std::vector<ViewStep> views;
  std::vector<PointerPatch> patches;  // for heap slots that are there before the first step
  std::vector<std::vector<PointerPatch>>
      patchesAfter;          // by recipe step; empty where none needs any
  std::vector<int> release;  // heap slots whose last reader ran in this stretch

  /// The step at `end` runs by itself: its shapes depend on values, or it calls functions. kNone at
  /// the end of the plan, or where the last recorded step told its shapes only by running.
  enum Tail : uint8_t { kNone, kDirect, kControl } tail = kNone;
  ControlFlow::Kind control = ControlFlow::kNone;
  std::vector<Plan*> functions;   // what the tail may call
  std::vector<bool> tailMovable;  // inputs of the tail that nobody reads afterwards
  /// The slots whose shapes pick the next recipe.
  int firstKeySlot = 0, numKeySlots = 0;
  std::vector<std::unique_ptr<Recipe>> next;  // newest first
  Recipe* parent = nullptr;
  int profiled = -1;  // its first entry in the profile that it was built under
  int users = 0;      // frames that are in this recipe or in one below it: it must stay

  bool reachesEnd(int numSteps) const { return end + (tail != kNone) >= numSteps; }
};

}  // namespace smw
