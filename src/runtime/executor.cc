#include "runtime/executor.h"

#include <algorithm>

#include "ops/run_node.h"

namespace smw {

namespace {

/// Recipes kept per place, newest first; the oldest goes.
constexpr size_t kMostRecipes = 8;
/// Steps between two looks at the clock, where each is small; a step counts once more for every
/// 2048 elements that it touches.
constexpr int64_t kWorkPerLook = 64;

class FrameStep : public Step {
 public:
  FrameStep(Frame& frame, const PlanStep& step, const std::vector<bool>& movable,
            OpContext& context)
      : frame_(frame), step_(step), movable_(movable), context_(context) {}
  int numInputs() const override { return int(step_.inputs.size()); }
  const Tensor& input(int i) const override { return frame_.value(step_.inputs[size_t(i)]); }
  Tensor take(int i) override {
    if (movable_[size_t(i)]) return std::move(frame_.slots[size_t(step_.inputs[size_t(i)])]);
    return input(i);
  }
  void setOutput(int i, Tensor t) override {
    frame_.slots[size_t(step_.firstOutput + i)] = std::move(t);
  }
  Result<Tensor*> allocate(int i, DType dtype, const Shape& shape) override {
    Tensor& t = frame_.slots[size_t(step_.firstOutput + i)];
    t = SMW_TRY(Tensor::allocate(dtype, shape));
    return &t;
  }
  void wait() override { waiting = true; }
  OpContext& context() override { return context_; }
  bool waiting = false;

 private:
  Frame& frame_;
  const PlanStep& step_;
  const std::vector<bool>& movable_;
  OpContext& context_;
};

/// The recipe for the n values that `at` gives; it becomes the newest.
template <typename At>
Recipe* findRecipe(std::vector<std::unique_ptr<Recipe>>& recipes, size_t n, At at) {
  for (size_t k = 0; k < recipes.size(); ++k) {
    const std::vector<ValueKey>& key = recipes[k]->key;
    bool same = true;
    for (size_t i = 0; same && i < n; ++i) same = key[i].matches(at(i));
    if (!same) continue;
    if (k) std::rotate(recipes.begin(), recipes.begin() + long(k), recipes.begin() + long(k) + 1);
    return recipes[0].get();
  }
  return nullptr;
}

}  // namespace

Executor::Executor(FunctionLibrary& functions, OpContext& context)
    : functions_(functions),
      context_(context),
      lookup_([this](const FunctionRef& f) { return planOf(f); }) {}
// A run that is under way uses the plans.
Executor::~Executor() { stack_.clear(); }

Result<Plan*> Executor::planOf(const FunctionRef& f) {
  const Graph* g = SMW_TRY(functions_.find(f));
  for (auto& [graph, plan] : plans_)
    if (graph == g) return plan.get();
  plans_.emplace_back(g, SMW_TRY(Plan::make(*g)));
  return plans_.back().second.get();
}

void Executor::start(Plan& plan, std::vector<Tensor> args) {
  abort();
  outputs_.clear();
  (void)push(Role::kCall, plan, std::move(args));
}

void Executor::abort() {
  while (!stack_.empty()) {
    stack_.back().frame.reset();
    stack_.pop_back();
  }
}

void Executor::forgetRecipes() {
  for (Plan* p : seen_) {
    p->roots().clear();
    p->spareFrames().clear();
  }
  seen_.clear();
  arena_ = nullptr;
}

void Executor::setProfile(Profile* profile) {
  profile_ = profile;
  if (profile) forgetRecipes();
}

Result<RunState> Executor::run(const Budget& budget) {
  look_ = profile_ ? INT64_MIN : budget.spent ? kWorkPerLook : INT64_MAX;
  while (!stack_.empty()) {
    auto p = advance(budget);
    if (!p) {
      abort();
      return fail(std::move(p).error());
    }
    if (*p != Progress::kGoOn && profile_) profile_->stop();
    if (*p == Progress::kPending) return RunState::kPending;
    if (*p == Progress::kWaiting) return RunState::kWaiting;
  }
  return RunState::kDone;
}

Result<Executor::Progress> Executor::advance(const Budget& budget) {
  Frame& f = *stack_.back().frame;
  const int n = int(f.plan->steps().size());
  if (!f.recipe) SMW_TRY(enterStretch(f));
  if (!f.inTail) {
    const Progress p = SMW_TRY(replay(f, budget));
    if (p != Progress::kGoOn) return p;
    f.inTail = true;
    if (profile_) profile_->stop();
    if (f.recipe->tail == Recipe::kControl) {
      if (profile_) profile_->enter(f.recipe->profiled + int(f.recipe->steps.size()));
      SMW_TRY(enterControlTail(f));
      return Progress::kGoOn;
    }
  }
  if (f.recipe->tail == Recipe::kDirect) {
    const Progress p = SMW_TRY(runDirectTail(f));
    if (p != Progress::kGoOn) return p;
  }
  // The tail is done, or there is none.
  if (f.recipe->reachesEnd(n)) {
    SMW_TRY(finishFrame());
    return Progress::kGoOn;
  }
  SMW_TRY(enterStretch(f));
  return Progress::kGoOn;
}

Status Executor::enterStretch(Frame& f) {
  Recipe* const before = f.recipe;
  std::vector<std::unique_ptr<Recipe>>& known = before ? before->next : f.plan->roots();
  const std::vector<int>& args = f.plan->argSlots();
  const size_t n = before ? size_t(before->numKeySlots) : args.size();
  const auto valueAt = [&](size_t i) -> const Tensor& {
    return f.slots[size_t(before ? before->firstKeySlot + int(i) : args[i])];
  };
  if (Recipe* r = findRecipe(known, n, valueAt)) {
    f.enter(r);
    return {};
  }
  std::vector<ValueKey> key;
  for (size_t i = 0; i < n; ++i) key.push_back({valueAt(i).dtype(), valueAt(i).shape()});
  std::vector<SlotInfo> slots = before ? before->slots : initialSlots(*f.plan, key);
  if (before)
    for (size_t i = 0; i < n; ++i) {
      const int s = before->firstKeySlot + int(i);
      slots[size_t(s)] = {SlotInfo::kHeap, key[i].dtype, key[i].shape, Tensor(), s};
    }
  const int begin = before ? before->end + (before->tail != Recipe::kNone) : 0;
  auto made = buildRecipe(*f.plan, begin, std::move(slots), lookup_, context_, profile_);
  if (!made) return fail(std::move(made).error());
  (*made)->key = std::move(key);
  (*made)->parent = before;
  if (known.size() >= kMostRecipes && known.back()->users == 0) known.pop_back();
  f.enter(made->get());
  known.insert(known.begin(), std::move(*made));
  if (!before && std::ranges::find(seen_, f.plan) == seen_.end()) seen_.push_back(f.plan);
  return {};
}

Status Executor::bindArena(Recipe& r) {
  if (!arena_ || arena_->size() < r.arenaBytes) {
    arena_ = nullptr;
    arena_ = SMW_TRY(Buffer::tryAllocate(r.arenaBytes));
  }
  std::byte* base = arena_->data();
  if (r.boundTo == base) return {};
  for (const ArenaPointer& p : r.arenaPointers) r.pointers[size_t(p.at)] = base + p.offset;
  r.boundTo = base;
  return {};
}

Status Executor::bind(Frame& f) {
  Recipe& r = *f.recipe;
  SMW_TRY(bindArena(r));
  for (const HeapValue& h : r.allocate)
    f.slots[size_t(h.slot)] = SMW_TRY(Tensor::allocate(h.as.dtype, h.as.shape));
  for (const PointerPatch& p : r.patches)
    r.pointers[size_t(p.at)] = static_cast<std::byte*>(f.slots[size_t(p.slot)].raw()) + p.offset;
  f.bound = true;
  return {};
}

/// True where the budget is spent.
bool Executor::look(Frame& f, const Budget& budget) {
  if (budget.spent && work_ >= kWorkPerLook) {
    work_ = 0;
    if (budget.spent()) return true;
  }
  if (profile_) profile_->start(f.recipe->profiled + int(f.at));
  return false;
}

Result<Executor::Progress> Executor::replay(Frame& f, const Budget& budget) {
  Recipe& r = *f.recipe;
  if (!f.bound) SMW_TRY(bind(f));
  for (; f.at < r.steps.size(); ++f.at) {
    const RecipeStep& s = r.steps[f.at];
    if (work_ >= look_ && look(f, budget)) [[unlikely]]
      return Progress::kPending;
    work_ += s.work;
    switch (s.kind) {
      case RecipeStep::kKernel: {
        void** p = r.pointers.data();
        const Args args{p + s.firstPointer, p + s.firstOutput, p[s.scratch], context_, s.outPitch};
        if (auto ok = s.kernel(args); !ok) [[unlikely]]
          return fail(locate(std::move(ok).error(), f, s.step));
        break;
      }
      case RecipeStep::kTensorKernel: {
        const Progress p = SMW_TRY(runTensorStep(f, s));
        if (p != Progress::kGoOn) return p;
        break;
      }
      case RecipeStep::kView: {
        const ViewStep& v = r.views[size_t(s.view)];
        f.slots[size_t(v.slot)] = f.slots[size_t(v.root)].reinterpreted(v.as.dtype, v.as.shape);
        break;
      }
    }
    if (!r.patchesAfter.empty())
      for (const PointerPatch& p : r.patchesAfter[f.at])
        r.pointers[size_t(p.at)] = f.slots[size_t(p.slot)].raw();
  }
  for (int slot : r.release) f.slots[size_t(slot)] = Tensor();
  return Progress::kGoOn;
}

Result<Executor::Progress> Executor::runTensorStep(Frame& f, const RecipeStep& s) {
  const PlanStep& ps = f.plan->steps()[size_t(s.step)];
  FrameStep step(f, ps, s.movable, context_);
  if (auto ok = s.tensorKernel(step); !ok) return fail(locate(std::move(ok).error(), f, s.step));
  if (step.waiting) return Progress::kWaiting;
  return Progress::kGoOn;
}

std::vector<Tensor> Executor::tailInputs(Frame& f) {
  const PlanStep& ps = f.plan->steps()[size_t(f.recipe->end)];
  FrameStep step(f, ps, f.recipe->tailMovable, context_);
  std::vector<Tensor> inputs;
  for (int i = 0; i < step.numInputs(); ++i) inputs.push_back(step.take(i));
  return inputs;
}

Result<Executor::Progress> Executor::runDirectTail(Frame& f) {
  const int at = f.recipe->end;
  const PlanStep& ps = f.plan->steps()[size_t(at)];
  const Node& node = f.plan->node(ps);
  Profile::About about{&f.plan->graph(), &node, Profile::kDirect};
  if (profile_) profile_->start(f.recipe->profiled + int(f.recipe->steps.size()));
  std::vector<Tensor> inputs = tailInputs(f);
  if (profile_) {
    for (const Tensor& t : inputs) about.bytesIn += t.numBytes();
    takeChosen();
  }
  NodeResult r =
      SMW_TRY(runNode({*node.def, node.name, node.attrs, ps.numOutputs, f.plan->state(at)},
                      std::move(inputs), context_));
  if (r.waiting) {
    for (size_t i = 0; i < inputs.size(); ++i)
      if (f.recipe->tailMovable[i]) f.slots[size_t(ps.inputs[i])] = std::move(inputs[i]);
    return Progress::kWaiting;
  }
  if (profile_) {
    profile_->stop();
    about.chosen = takeChosen();
    for (const Tensor& t : r.outputs) about.outputs.push_back({t.dtype(), t.shape()});
    profile_->ran(f.recipe->profiled + int(f.recipe->steps.size()), about);
  }
  for (int i = 0; i < ps.numOutputs; ++i)
    f.slots[size_t(ps.firstOutput + i)] = std::move(r.outputs[size_t(i)]);
  return Progress::kGoOn;
}

Status Executor::push(Role role, Plan& plan, std::vector<Tensor> args) {
  if (int(stack_.size()) >= kMostFrames)
    return resourceExhausted("functions are nested more than ", kMostFrames, " deep: does '",
                             plan.graph().name, "' call itself for ever?");
  std::unique_ptr<Frame> frame;
  if (auto& spare = plan.spareFrames(); !spare.empty()) {
    frame = std::move(spare.back());
    spare.pop_back();
  } else {
    frame = std::make_unique<Frame>(plan);
  }
  if (args.size() != plan.argSlots().size())
    return invalidArgument("function '", plan.graph().name, "' takes ", plan.argSlots().size(),
                           " arguments, got ", args.size());
  for (size_t i = 0; i < args.size(); ++i)
    frame->slots[size_t(plan.argSlots()[i])] = std::move(args[i]);
  stack_.push_back({.role = role, .frame = std::move(frame)});
  return {};
}

Status Executor::enterControlTail(Frame& f) {
  const Recipe& r = *f.recipe;
  const auto located = [&](Status s) -> Status {
    if (s) return {};
    return fail(locate(std::move(s).error(), f, r.end));
  };
  std::vector<Tensor> inputs = tailInputs(f);
  switch (r.control) {
    case ControlFlow::kCall:
      return located(push(Role::kCall, *r.functions[0], std::move(inputs)));
    case ControlFlow::kIf:
    case ControlFlow::kCase: {
      size_t branch = 0;
      if (r.control == ControlFlow::kIf) {
        auto truth = truthOf(inputs[0]);
        if (!truth) return fail(locate(std::move(truth).error(), f, r.end));
        branch = *truth ? 0 : 1;
      } else {
        // Out of range takes the last branch (tensorflow/core/kernels/functional_ops.cc).
        const Dims index = SMW_TRY(inputs[0].toInts());
        const int64_t last = int64_t(r.functions.size()) - 1;
        if (index.size() != 1) return invalidArgument("branch_index must be a scalar");
        branch = size_t(index[0] < 0 || index[0] > last ? last : index[0]);
      }
      inputs.erase(inputs.begin());
      return located(push(Role::kCall, *r.functions[branch], std::move(inputs)));
    }
    case ControlFlow::kWhile: {
      std::vector<Tensor> copy = inputs;
      SMW_TRY(located(push(Role::kCondition, *r.functions[0], std::move(copy))));
      Activation& a = stack_.back();
      a.condition = r.functions[0];
      a.body = r.functions[1];
      a.variables = std::move(inputs);
      return {};
    }
    case ControlFlow::kNone:
      break;
  }
  return internal("a control step without a kind");
}

Status Executor::finishFrame() {
  Activation done = std::move(stack_.back());
  stack_.pop_back();
  Frame& f = *done.frame;
  std::vector<Tensor> outputs;
  const std::vector<int>& slots = f.plan->outputSlots();
  for (int s : slots) outputs.push_back(f.value(s));
  f.reset();
  f.plan->spareFrames().push_back(std::move(done.frame));
  switch (done.role) {
    case Role::kCall:
      return deliver(std::move(outputs));
    case Role::kCondition: {
      if (outputs.size() != 1) return invalidArgument("a loop's condition must return one value");
      const bool goOn = SMW_TRY(truthOf(outputs[0]));
      if (!goOn) return deliver(std::move(done.variables));
      SMW_TRY(push(Role::kBody, *done.body, std::move(done.variables)));
      break;
    }
    case Role::kBody: {
      std::vector<Tensor> copy = outputs;
      SMW_TRY(push(Role::kCondition, *done.condition, std::move(copy)));
      stack_.back().variables = std::move(outputs);
      break;
    }
  }
  stack_.back().condition = done.condition;
  stack_.back().body = done.body;
  return {};
}

Status Executor::deliver(std::vector<Tensor> outputs) {
  if (stack_.empty()) {
    outputs_ = std::move(outputs);
    return {};
  }
  if (profile_) profile_->leave();
  Frame& f = *stack_.back().frame;
  const PlanStep& ps = f.plan->steps()[size_t(f.recipe->end)];
  if (int(outputs.size()) < ps.numOutputs)
    return fail(
        locate(Error(Code::kInvalidArgument, cat("the function returned ", outputs.size(),
                                                 " values where ", ps.numOutputs, " are read")),
               f, f.recipe->end));
  for (int i = 0; i < ps.numOutputs; ++i)
    f.slots[size_t(ps.firstOutput + i)] = std::move(outputs[size_t(i)]);
  return {};
}

Error Executor::locate(Error e, const Frame& f, int step) const {
  const Node& n = f.plan->node(f.plan->steps()[size_t(step)]);
  return atNode(std::move(e), n.name, n.op);
}

Result<bool> truthOf(const Tensor& t) {
  if (!t.shape().isScalar()) return t.numElements() > 0;
  switch (t.dtype()) {
    case DType::kBool:
      return *t.data<bool>();
    case DType::kFloat:
      return *t.data<float>() != 0;
    case DType::kDouble:
      return *t.data<double>() != 0;
    case DType::kString:
      return !t.data<std::string>()->empty();
    case DType::kInt8:
    case DType::kUint8:
    case DType::kInt16:
    case DType::kUint16:
    case DType::kInt32:
    case DType::kInt64:
      return SMW_TRY(t.toInts())[0] != 0;
    default:
      return invalidArgument("a value of type ", dtypeName(t.dtype()), " is no condition");
  }
}

}  // namespace smw
