// A graph laid out for running: a flat list of steps in topological order over numbered value
// slots.
#pragma once

#include <memory>
#include <vector>

#include "graph/graph.h"

namespace smw {

struct Recipe;
class Frame;

/// One node that has something to run.
struct PlanStep {
  int node;
  std::vector<int> inputs;  // slots
  int firstOutput;          // slots [firstOutput, firstOutput + numOutputs)
  int numOutputs;
};

/// The order of a graph's nodes and where their values go. Recipes, which know shapes, hang below
/// it.
class Plan {
 public:
  /// The graph must outlive the plan. INVALID_ARGUMENT for a cycle.
  static Result<std::unique_ptr<Plan>> make(const Graph& graph);
  ~Plan();

  static constexpr int kForever = INT32_MAX;

  const Graph& graph() const { return *graph_; }
  const Node& node(const PlanStep& s) const { return (*graph_)[s.node]; }
  const std::vector<PlanStep>& steps() const { return steps_; }
  int numSlots() const { return int(lastUse_.size()); }
  const std::vector<int>& argSlots() const { return argSlots_; }
  const std::vector<int>& outputSlots() const { return outputSlots_; }
  /// The last step that reads a slot; kForever for outputs of the graph, -1 for values nobody
  /// reads.
  int lastUse(int slot) const { return lastUse_[size_t(slot)]; }
  /// The constant whose value a slot is, or null.
  Constant* constant(int slot) const { return constants_[size_t(slot)]; }
  /// What the op of a step keeps from run to run.
  Ref<RefCounted>& state(int step) { return states_[size_t(step)]; }

  /// Recipes for the first stretch, newest first.
  std::vector<std::unique_ptr<Recipe>>& roots() { return roots_; }
  /// Frames of earlier activations, to be used again.
  std::vector<std::unique_ptr<Frame>>& spareFrames() { return spareFrames_; }

 private:
  Plan() = default;
  const Graph* graph_ = nullptr;
  std::vector<PlanStep> steps_;
  std::vector<int> argSlots_, outputSlots_, lastUse_;
  std::vector<Constant*> constants_;
  std::vector<Ref<RefCounted>> states_;
  std::vector<std::unique_ptr<Recipe>> roots_;
  std::vector<std::unique_ptr<Frame>> spareFrames_;
};

}  // namespace smw
