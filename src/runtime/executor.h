// Runs plans step by step on an explicit stack: calls, branches and loops never recurse in C++.
#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "graph/graph.h"
#include "ops/context.h"
#include "runtime/frame.h"
#include "runtime/plan.h"
#include "runtime/profile.h"
#include "runtime/recipe_builder.h"

namespace smw {

enum class RunState : uint8_t {
  kDone,     // outputs are there
  kPending,  // the budget is spent: call again
  kWaiting,  // a step wants bytes of a file: fill them, then call again
};

/// How long one call of Executor::run may take.
struct Budget {
  std::function<bool()> spent;  // empty: no limit
};

class Executor {
 public:
  /// Functions deeper than this are taken for endless recursion.
  static constexpr int kMostFrames = 1000;

  Executor(FunctionLibrary& functions, OpContext& context);
  ~Executor();

  /// Begins a run. The plan must stay alive; arguments are in order of its graph.
  void start(Plan& plan, std::vector<Tensor> args);
  /// Goes on until done, out of budget, or waiting. After an error the run is over.
  Result<RunState> run(const Budget& budget);
  /// What the plan returned, once run() gave kDone.
  std::vector<Tensor> takeOutputs() { return std::move(outputs_); }
  /// Ends the run that is under way; its values are freed.
  void abort();
  bool running() const { return !stack_.empty(); }

  /// The plan of a function's body, made at first use.
  Result<Plan*> planOf(const FunctionRef& f);
  /// Frees recipes and the shared block; the next runs record anew. Also due before a plan that has
  /// run goes away.
  void forgetRecipes();
  /// From now on runs are recorded there, until null is given; not while one is under way. Recipes
  /// are made anew for it, so that it learns what they are made of.
  void setProfile(Profile* profile);
  int64_t arenaBytes() const { return arena_ ? arena_->size() : 0; }

 private:
  enum class Role : uint8_t { kCall, kCondition, kBody };
  struct Activation {
    Role role;
    std::unique_ptr<Frame> frame;
    // Of a loop: what it calls and carries.
    Plan* condition = nullptr;
    Plan* body = nullptr;
    std::vector<Tensor> variables{};
  };
  enum class Progress : uint8_t { kGoOn, kPending, kWaiting };

  Result<Progress> advance(const Budget& budget);
  Status enterStretch(Frame& f);
  Result<Progress> replay(Frame& f, const Budget& budget);
  bool look(Frame& f, const Budget& budget);
  Status bind(Frame& f);
  Status bindArena(Recipe& r);
  Result<Progress> runTensorStep(Frame& f, const RecipeStep& s);
  Result<Progress> runDirectTail(Frame& f);
  Status enterControlTail(Frame& f);
  Status push(Role role, Plan& plan, std::vector<Tensor> args);
  Status finishFrame();
  Status deliver(std::vector<Tensor> outputs);
  std::vector<Tensor> tailInputs(Frame& f);
  Error locate(Error e, const Frame& f, int step) const;

  FunctionLibrary& functions_;
  OpContext& context_;
  PlanLookup lookup_;
  std::vector<Activation> stack_;
  std::vector<std::pair<const Graph*, std::unique_ptr<Plan>>> plans_;
  std::vector<Plan*> seen_;  // every plan that has run, for forgetRecipes
  std::vector<Tensor> outputs_;
  Ref<Buffer> arena_;
  Profile* profile_ = nullptr;
  int64_t work_ = 0;  // elements since the budget was last asked
  int64_t look_ = 0;  // where work_ makes replay look at the budget or the profile
};

/// TensorFlow's ToBool: a scalar is compared with zero or the empty string; else whether there are
/// elements.
Result<bool> truthOf(const Tensor& t);

}  // namespace smw
