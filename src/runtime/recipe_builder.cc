#include "runtime/recipe_builder.h"

#include <algorithm>

#include "ops/chosen.h"
#include "ops/packed_weight.h"
#include "ops/run_node.h"
#include "runtime/arena.h"

namespace smw {

namespace {

/// Larger results of static steps are computed at each run rather than kept with the recipe.
constexpr int64_t kMostFoldedBytes = 64 << 10;

/// A kernel step as resolve left it, before memory is laid out.
struct Pending {
  int step;
  Kernel kernel;
  TensorKernel tensorKernel;
  std::vector<int> computed;  // output slots that the kernel fills
  std::vector<int> reuse;     // for each of them the input slot it may overwrite, or -1
  int64_t scratch = 0;
  Chosen chosen{};
  // OutputInfo's, of the only output.
  int firstPart = 0, parts = 0;
  int64_t partRows = 1;
  bool pitched = false;
  int64_t outPitch = 0;  // where that lies in its whole
};

class Builder {
 public:
  Builder(Plan& plan, int begin, std::vector<SlotInfo> slots, const PlanLookup& planOf,
          OpContext& context, Profile* profile)
      : plan_(plan), planOf_(planOf), context_(context), profile_(profile), recipe_(new Recipe()) {
    recipe_->begin = recipe_->end = begin;
    recipe_->slots = std::move(slots);
  }

  Result<std::unique_ptr<Recipe>> build() {
    const int n = int(plan_.steps().size());
    bool open = true;
    while (open && recipe_->end < n) open = SMW_TRY(resolveStep(recipe_->end));
    takeForms();
    dropUnread();
    findLastUses();
    chooseHeap();
    SMW_TRY(layOutArena());
    if (profile_) recipe_->profiled = profile_->entries();
    emitSteps();
    if (recipe_->tail != Recipe::kNone)
      tell(recipe_->end, recipe_->tail == Recipe::kDirect ? Profile::kDirect : Profile::kControl);
    finish();
    return std::move(recipe_);
  }

 private:
  SlotInfo& slot(int i) { return recipe_->slots[size_t(i)]; }
  int rootOf(int i) { return slot(i).root; }
  const PlanStep& step(int s) { return plan_.steps()[size_t(s)]; }

  void produce(int i, SlotInfo::Where where, DType dtype, const Shape& shape) {
    slot(i) = {where, dtype, shape, Tensor(), i};
  }
  void produceStatic(int i, Tensor value) {
    const DType dtype = value.dtype();
    const Shape shape = value.shape();
    slot(i) = {SlotInfo::kStatic, dtype, shape, std::move(value), i};
  }

  std::vector<InputInfo> inputsOf(const PlanStep& ps) {
    std::vector<InputInfo> infos;
    for (int in : ps.inputs) {
      const SlotInfo& i = slot(in);
      infos.push_back({i.dtype, i.shape, i.where == SlotInfo::kStatic ? &i.value : nullptr});
    }
    return infos;
  }

  /// False where the stretch ends with this step or before it.
  Result<bool> resolveStep(int s) {
    const PlanStep& ps = step(s);
    const Node& node = plan_.node(ps);
    const std::vector<InputInfo> infos = inputsOf(ps);
    bool allStatic = true;
    for (const InputInfo& i : infos) allStatic &= i.value != nullptr;
    Resolver r(node.op, node.name, node.attrs, infos, ps.numOutputs, plan_.state(s));
    takeChosen();
    if (auto status = node.def->resolve(r); !status) {
      if (r.dependsOnValues()) return endsBefore(s, Recipe::kDirect);
      return fail(atNode(std::move(status).error(), node.name, node.op));
    }
    if (r.takenControlFlow().kind != ControlFlow::kNone) {
      recipe_->control = r.takenControlFlow().kind;
      for (const FunctionRef& f : r.takenControlFlow().functions)
        recipe_->functions.push_back(SMW_TRY(planOf_(f)));
      return endsBefore(s, Recipe::kControl);
    }
    const bool declared = int(r.outputs().size()) == ps.numOutputs;
    if (!declared && !r.takenTensorKernel())
      return internal("op ", node.op, " resolved ", r.outputs().size(), " outputs of ",
                      ps.numOutputs);
    ++recipe_->end;
    if (r.takenTensorKernel()) {
      pending_.push_back({s, {}, std::move(r.takenTensorKernel()), {}, {}, 0, takeChosen()});
      if (!declared) {
        recipe_->firstKeySlot = ps.firstOutput;
        recipe_->numKeySlots = ps.numOutputs;
        return false;
      }
      for (int i = 0; i < ps.numOutputs; ++i) {
        const OutputInfo& o = r.outputs()[size_t(i)];
        produce(ps.firstOutput + i, SlotInfo::kHeap, o.dtype, o.shape);
      }
      return true;
    }
    if (r.takenKernel() && allStatic && node.def->effect == Effect::kPure && isSmall(r)) {
      SMW_TRY(fold(s));
      return true;
    }
    takeOutputs(s, r);
    if (const Resolver::Form& form = r.offered(); form.input >= 0)
      offers_.push_back({form, int(pending_.size()) - 1});
    return true;
  }

  bool endsBefore(int s, Recipe::Tail tail) {
    recipe_->tail = tail;
    recipe_->firstKeySlot = step(s).firstOutput;
    recipe_->numKeySlots = step(s).numOutputs;
    return false;
  }

  static bool isSmall(Resolver& r) {
    int64_t bytes = 0;
    for (const OutputInfo& o : r.outputs()) {
      const int64_t n = o.shape.numElements();
      if (n > kMostFoldedBytes) return false;
      bytes += n * int64_t(dtypeSize(o.dtype));
    }
    return bytes <= kMostFoldedBytes;
  }

  Status fold(int s) {
    const PlanStep& ps = step(s);
    const Node& node = plan_.node(ps);
    std::vector<Tensor> inputs;
    for (int in : ps.inputs) inputs.push_back(slot(in).value);
    NodeResult r =
        SMW_TRY(runNode({*node.def, node.name, node.attrs, ps.numOutputs, plan_.state(s)},
                        std::move(inputs), context_));
    for (int i = 0; i < ps.numOutputs; ++i)
      produceStatic(ps.firstOutput + i, std::move(r.outputs[size_t(i)]));
    return {};
  }

  void takeOutputs(int s, Resolver& r) {
    const PlanStep& ps = step(s);
    Pending p{s, std::move(r.takenKernel()), {}, {}, {}, r.scratchBytes(), takeChosen()};
    for (int i = 0; i < ps.numOutputs; ++i) {
      OutputInfo& o = r.outputs()[size_t(i)];
      const int out = ps.firstOutput + i;
      if (o.value) {
        produceStatic(out, std::move(o.value));
      } else if (o.viewOf >= 0) {
        const int in = ps.inputs[size_t(o.viewOf)];
        if (slot(in).where == SlotInfo::kStatic) {
          produceStatic(out, viewOfInput(o, slot(in).value));
        } else {
          produce(out, slot(in).where, o.dtype, o.shape);
          slot(out).root = rootOf(in);
        }
        views_.push_back({out, s});
      } else {
        produce(out, isPod(o.dtype) ? SlotInfo::kArena : SlotInfo::kHeap, o.dtype, o.shape);
        p.computed.push_back(out);
        p.reuse.push_back(o.mayReuse < 0 ? -1 : ps.inputs[size_t(o.mayReuse)]);
        p.firstPart = o.firstPart, p.parts = o.parts, p.partRows = o.partRows;
        p.pitched = o.pitched && ps.numOutputs == 1;
      }
    }
    if (p.kernel) pending_.push_back(std::move(p));
  }

  /// Steps of which only the shape was asked for, which is known now.
  void dropUnread() {
    std::vector<bool> read(recipe_->slots.size());  // by root
    for (size_t i = 0; i < read.size(); ++i)
      if (const int root = rootOf(int(i)); root >= 0 && plan_.lastUse(int(i)) >= recipe_->end)
        read[size_t(root)] = true;
    for (size_t k = pending_.size(); k-- > 0;) {
      Pending& p = pending_[k];
      const PlanStep& ps = step(p.step);
      // Whoever makes no output of its own is there for something else, as to check its input.
      bool isRead = !p.kernel || plan_.node(ps).def->effect != Effect::kPure ||
                    int(p.computed.size()) != ps.numOutputs;
      for (int out : p.computed) isRead = isRead || read[size_t(out)];
      if (!isRead) p.step = -1;
      for (int in : ps.inputs)
        if (isRead && rootOf(in) >= 0) read[size_t(rootOf(in))] = true;
    }
    std::erase_if(pending_, [](const Pending& p) { return p.step < 0; });
  }

  /// Weights in faster forms, as many as memory allows: first those that save most for their bytes.
  void takeForms() {
    if (offers_.empty()) return;
    // The bar of memory is 1.2 times the weights (the allowance), and twice the two largest
    // activations, of which the arena needs about half.
    int64_t largest[2] = {0, 0};
    for (const SlotInfo& s : recipe_->slots)
      if (s.where == SlotInfo::kArena && s.root == int(&s - recipe_->slots.data())) {
        const int64_t bytes = s.shape.numElements() * int64_t(dtypeSize(s.dtype));
        if (bytes <= largest[1]) continue;
        largest[1] = std::min(bytes, largest[0]);
        largest[0] = std::max(bytes, largest[0]);
      }
    WeightForms& forms = context_.weightForms;
    int64_t spent = 0;
    std::vector<Offer> taken;
    while (!offers_.empty()) {
      const Offer o =
          takeLargest(offers_, [](const Offer& k) { return k.form.saved / double(k.form.bytes); });
      // Nearly all of the room that a replaced weight leaves is of use to others.
      const int64_t bytes =
          o.form.bytes - (isReplaceable(o) ? slot(weightOf(o)).value.numBytes() / 10 * 9 : 0);
      if (spent + bytes > forms.allowance + largest[0] + largest[1]) continue;
      spent += bytes;
      taken.push_back(o);
    }
    forms.allowance -= spent;
    // The largest first: others fit into what their weights leave.
    while (!taken.empty())
      take(takeLargest(taken, [](const Offer& k) { return double(k.form.bytes); }));
  }

  struct Offer {
    Resolver::Form form;
    int pending;
  };
  /// They are few: less code than sorting them.
  static Offer takeLargest(std::vector<Offer>& offers, double (*key)(const Offer&)) {
    size_t best = 0;
    for (size_t i = 1; i < offers.size(); ++i)
      if (key(offers[i]) > key(offers[best])) best = i;
    std::swap(offers[best], offers.back());
    const Offer o = offers.back();
    offers.pop_back();
    return o;
  }
  int weightOf(const Offer& o) {
    return step(pending_[size_t(o.pending)].step).inputs[size_t(o.form.input)];
  }
  /// Nobody else reads the weight, in this graph or another one, but such as can take the form too.
  bool isReplaceable(const Offer& o) {
    const int weight = weightOf(o);
    const Constant* c = plan_.constant(weight);
    if (!c || (c->refCount() != 1 && !c->readersAlike) || plan_.lastUse(weight) == Plan::kForever)
      return false;
    int64_t readers = 0;
    for (const PlanStep& s : plan_.steps()) readers += std::ranges::count(s.inputs, weight);
    return readers == 1;
  }
  void take(const Offer& o) {
    Pending& p = pending_[size_t(o.pending)];
    const PlanStep& ps = step(p.step);
    const Node& node = plan_.node(ps);
    const std::vector<InputInfo> infos = inputsOf(ps);
    Resolver r(node.op, node.name, node.attrs, infos, ps.numOutputs, plan_.state(p.step));
    r.setTakesForm();
    if (!node.def->resolve(r)) return;  // no memory for it
    p.kernel = std::move(r.takenKernel());
    p.scratch = r.scratchBytes();
    p.chosen = takeChosen();
    WeightForms& forms = context_.weightForms;
    forms.bytes += o.form.bytes;
    if (!isReplaceable(o)) return;
    SlotInfo& weight = slot(weightOf(o));
    forms.replaced += weight.value.numBytes();
    weight.value = takePackedWeight(plan_.state(p.step));
    weight.shape = weight.value.shape();
    plan_.constant(weightOf(o))->value = weight.value;
  }

  /// lastUse_[root]: the last step that reads the root or any view of it.
  void findLastUses() {
    lastUse_.assign(recipe_->slots.size(), -1);
    for (size_t i = 0; i < recipe_->slots.size(); ++i)
      if (const int root = recipe_->slots[i].root; root >= 0)
        lastUse_[size_t(root)] = std::max(lastUse_[size_t(root)], plan_.lastUse(int(i)));
  }

  /// A value needs a Tensor in the frame where one is handed to a tensor kernel, or outlives the
  /// stretch.
  void chooseHeap() {
    const int end = recipe_->end;
    std::vector<bool>& needs = needsTensor_;
    needs.assign(recipe_->slots.size(), false);
    for (const Pending& p : pending_)
      if (p.tensorKernel)
        for (int in : step(p.step).inputs) needs[size_t(in)] = true;
    for (size_t i = 0; i < needs.size(); ++i)
      if (plan_.lastUse(int(i)) >= end) needs[i] = true;
    for (size_t i = 0; i < needs.size(); ++i) {
      const SlotInfo& s = recipe_->slots[i];
      if (needs[i] && s.where == SlotInfo::kArena) slot(s.root).where = SlotInfo::kHeap;
    }
    for (SlotInfo& s : recipe_->slots)
      if (s.root >= 0 && s.where == SlotInfo::kArena) s.where = slot(s.root).where;
  }

  Status layOutArena() {
    storage_.assign(recipe_->slots.size(), -1);
    scratch_.assign(pending_.size(), -1);
    const auto bytesOf = [&](const SlotInfo& s) {
      return mul(s.shape.numElements(), int64_t(dtypeSize(s.dtype)));
    };
    int64_t sum = 0;
    for (size_t k = 0; k < pending_.size(); ++k) {
      const Pending& p = pending_[k];
      for (size_t i = 0; i < p.computed.size(); ++i) {
        const int out = p.computed[i];
        const int64_t bytes = SMW_TRY(bytesOf(slot(out)));
        sum = SMW_TRY(add(sum, bytes));
        if (bytes > 0) placeParts(p, out);
        if (slot(out).where != SlotInfo::kArena) continue;
        const int last = std::max(lastUse_[size_t(out)], p.step);
        if (const int from = reusable(p, p.reuse[i], bytes); from >= 0) {
          storage_[size_t(out)] = from;
          lifetimes_[size_t(from)].end = last;
        } else {
          storage_[size_t(out)] = int(lifetimes_.size());
          lifetimes_.push_back({p.step, last, bytes});
        }
      }
      if (p.scratch > 0) {
        sum = SMW_TRY(add(sum, p.scratch));
        scratch_[k] = int(lifetimes_.size());
        lifetimes_.push_back({p.step, p.step, p.scratch});
      }
    }
    if (sum > INT64_MAX / 4) return resourceExhausted("the values of this graph do not fit memory");
    recipe_->arenaBytes = layOut(lifetimes_);
    return {};
  }

  /// Parts of what is joined are computed at their places in the whole `out`, which is the next to
  /// get its storage.
  void placeParts(const Pending& p, int out) {
    const bool heap = slot(out).where == SlotInfo::kHeap;
    int64_t at = 0;
    for (int i = p.firstPart; i < p.firstPart + p.parts; ++i) {
      const int in = step(p.step).inputs[size_t(i)];
      const SlotInfo& s = slot(in);
      const int64_t bytes = s.shape.numElements() * int64_t(dtypeSize(s.dtype));
      const int from = s.where == SlotInfo::kArena ? storage_[size_t(s.root)] : -1;
      if (from >= 0 && bytes > 0) {
        Lifetime& l = lifetimes_[size_t(from)];
        const bool isWhole = l.bytes == bytes && !l.isPart() && s.dtype == slot(out).dtype;
        if (isWhole && (p.partRows == 1 || setPitch(p, in, out, l.begin))) {
          (heap ? l.heapSlot : l.whole) = heap ? out : int(lifetimes_.size());
          l.at = at;
          // The whole may not be overwritten while a part is still read.
          lastUse_[size_t(out)] = std::max(lastUse_[size_t(out)], l.end);
        }
      }
      at += bytes / p.partRows;
    }
  }

  /// Lets the step that makes `in`, columns of `out`, store its rows as far apart as those of `out`
  /// lie; false where it cannot, or others than `p` read them.
  bool setPitch(const Pending& p, int in, int out, int madeBy) {
    const auto maker = std::ranges::lower_bound(pending_, madeBy, {}, &Pending::step);
    if (maker == pending_.end() || !maker->pitched || maker->computed != std::vector{in} ||
        slot(in).shape.back() * p.partRows != slot(in).shape.numElements())
      return false;
    int64_t readers = 0;
    for (const PlanStep& s : plan_.steps())
      for (int i : s.inputs) readers += rootOf(i) == in;
    if (readers != 1) return false;
    maker->outPitch = slot(out).shape.numElements() / p.partRows;
    return true;
  }

  /// The storage of input `in` where the step may overwrite it, else -1.
  int reusable(const Pending& p, int in, int64_t bytes) {
    if (in < 0 || slot(in).where != SlotInfo::kArena) return -1;
    const int root = rootOf(in), from = storage_[size_t(root)];
    if (lastUse_[size_t(root)] != p.step || from < 0) return -1;
    Lifetime& l = lifetimes_[size_t(from)];
    // Another output may have taken it, and another view of it may be read under another shape.
    if (l.bytes != bytes || l.end != p.step || l.isPart()) return -1;
    const std::vector<int>& inputs = step(p.step).inputs;
    if (std::ranges::count(inputs, in) > 1) return -1;  // read in two ways, maybe
    for (int other : inputs)
      if (other != in && liesIn(other, root, from)) return -1;
    for (int out : p.computed)
      if (out != in && storage_[size_t(out)] == from) return -1;
    return from;
  }

  /// Whether a slot is a view of `root`, or may be placed within its storage.
  bool liesIn(int other, int root, int storage) {
    const SlotInfo& s = slot(other);
    if (s.root == root) return true;
    int k = s.where == SlotInfo::kArena ? storage_[size_t(s.root)] : -1;
    while (k >= 0 && k != storage) k = lifetimes_[size_t(k)].whole;
    return k >= 0;
  }

  void emitSteps() {
    made_.assign(recipe_->slots.size(), -1);
    size_t view = 0;
    const auto emitViewsBefore = [&](int s) {
      for (; view < views_.size() && views_[view].second < s; ++view) emitView(views_[view]);
    };
    for (size_t k = 0; k < pending_.size(); ++k) {
      Pending& p = pending_[k];
      emitViewsBefore(p.step);
      const PlanStep& ps = step(p.step);
      RecipeStep rs{p.kernel ? RecipeStep::kKernel : RecipeStep::kTensorKernel, p.step,
                    int(recipe_->pointers.size())};
      rs.kernel = std::move(p.kernel);
      rs.tensorKernel = std::move(p.tensorKernel);
      rs.work = workOf(ps);
      if (p.outPitch && lifetimes_[size_t(storage_[size_t(p.computed[0])])].isPart())
        rs.outPitch = p.outPitch;
      const bool tensors = rs.kind == RecipeStep::kTensorKernel;
      if (tensors) {
        rs.movable = movable(p.step);
      } else {
        for (int in : ps.inputs) addPointer(in);
        rs.firstOutput = int(recipe_->pointers.size());
        for (int i = 0; i < ps.numOutputs; ++i) addPointer(ps.firstOutput + i);
        rs.scratch = int(recipe_->pointers.size());
        addScratch(scratch_[k]);
      }
      tell(p.step, rs.kind, p.chosen);
      recipe_->steps.push_back(std::move(rs));
      if (tensors)
        for (int i = 0; i < ps.numOutputs; ++i)
          made_[size_t(ps.firstOutput + i)] = int(recipe_->steps.size()) - 1;
    }
    emitViewsBefore(INT32_MAX);
    for (const Pending& p : pending_)
      for (int out : p.computed)
        if (const SlotInfo& o = slot(out); o.where == SlotInfo::kHeap)
          recipe_->allocate.push_back({out, {o.dtype, o.shape}});
  }

  /// How often the clock is to be looked at: by the elements that the step touches.
  int64_t workOf(const PlanStep& ps) {
    int64_t elements = 0;
    for (int in : ps.inputs) elements += slot(in).shape.numElements() >> 11;
    for (int i = 0; i < ps.numOutputs; ++i)
      elements += slot(ps.firstOutput + i).shape.numElements() >> 11;
    return 1 + elements;
  }

  void emitView(std::pair<int, int> of) {
    const auto [i, from] = of;
    if (!needsTensor_[size_t(i)] || slot(i).where != SlotInfo::kHeap) return;
    RecipeStep rs{RecipeStep::kView, from};
    tell(from, RecipeStep::kView);
    rs.view = int(recipe_->views.size());
    recipe_->views.push_back({i, rootOf(i), {slot(i).dtype, slot(i).shape}});
    recipe_->steps.push_back(std::move(rs));
  }

  /// Enters the next recipe step, or the tail, into the profile.
  void tell(int s, int kind, Chosen chosen = {}) {
    if (!profile_) return;
    const PlanStep& ps = step(s);
    Profile::About about{&plan_.graph(), &plan_.node(ps), kind, chosen};
    for (int in : ps.inputs)
      about.bytesIn += slot(in).shape.numElements() * int64_t(dtypeSize(slot(in).dtype));
    for (int i = 0; i < ps.numOutputs && kind < Profile::kDirect; ++i) {
      const SlotInfo& o = slot(ps.firstOutput + i);
      about.outputs.push_back({o.dtype, o.shape});
    }
    profile_->add(about);
  }

  /// Inputs of step s that nobody reads after it, under any view.
  std::vector<bool> movable(int s) {
    const std::vector<int>& in = step(s).inputs;
    std::vector<bool> m;
    for (int i : in)
      m.push_back(slot(i).where == SlotInfo::kHeap && lastUse_[size_t(rootOf(i))] <= s &&
                  std::ranges::count(in, i) == 1);
    return m;
  }

  void addPointer(int i) {
    const int at = int(recipe_->pointers.size());
    recipe_->pointers.push_back(nullptr);
    const SlotInfo& s = slot(i);
    if (s.where == SlotInfo::kStatic) {
      recipe_->pointers.back() = const_cast<void*>(s.value.raw());
      recipe_->held.push_back(s.value);
    } else if (s.where == SlotInfo::kArena) {
      const Lifetime& l = lifetimes_[size_t(storage_[size_t(s.root)])];
      if (l.heapSlot >= 0)
        recipe_->patches.push_back({l.heapSlot, at, l.offset});
      else
        recipe_->arenaPointers.push_back({l.offset, at});
    } else if (s.where == SlotInfo::kHeap) {
      patch(s.root, at);
    }
  }

  void addScratch(int storage) {
    const int at = int(recipe_->pointers.size());
    recipe_->pointers.push_back(nullptr);
    if (storage >= 0) recipe_->arenaPointers.push_back({lifetimes_[size_t(storage)].offset, at});
  }

  void patch(int root, int at) {
    const int made = made_[size_t(root)];
    if (made < 0) {
      recipe_->patches.push_back({root, at});
      return;
    }
    if (int(recipe_->patchesAfter.size()) <= made) recipe_->patchesAfter.resize(size_t(made) + 1);
    recipe_->patchesAfter[size_t(made)].push_back({root, at});
  }

  void finish() {
    Recipe& r = *recipe_;
    if (!r.patchesAfter.empty()) r.patchesAfter.resize(r.steps.size());
    if (r.tail != Recipe::kNone) r.tailMovable = movable(r.end);
    for (size_t i = 0; i < r.slots.size(); ++i) {
      SlotInfo& s = r.slots[i];
      const bool dead = plan_.lastUse(int(i)) < r.end;
      if (s.where == SlotInfo::kHeap) {
        if (dead) r.release.push_back(int(i));
        s.root = int(i);
      }
      // A static value that a tensor kernel of this stretch reads is looked up here at every
      // replay.
      const bool kept = s.where == SlotInfo::kStatic && needsTensor_[i];
      if ((dead && !kept) || s.where == SlotInfo::kArena) s = {};
    }
  }

  Plan& plan_;
  const PlanLookup& planOf_;
  OpContext& context_;
  Profile* profile_;
  std::unique_ptr<Recipe> recipe_;
  std::vector<Pending> pending_;
  std::vector<Offer> offers_;
  std::vector<std::pair<int, int>> views_;  // slot, step
  std::vector<int> lastUse_;
  std::vector<bool> needsTensor_;
  std::vector<Lifetime> lifetimes_;
  std::vector<int> storage_;  // slot -> lifetime
  std::vector<int> scratch_;  // pending step -> lifetime
  std::vector<int>
      made_;  // slot -> recipe step that makes its Tensor, -1 where it is there at the start
};

}  // namespace

Result<std::unique_ptr<Recipe>> buildRecipe(Plan& plan, int begin, std::vector<SlotInfo> slots,
                                            const PlanLookup& planOf, OpContext& context,
                                            Profile* profile) {
  return Builder(plan, begin, std::move(slots), planOf, context, profile).build();
}

std::vector<SlotInfo> initialSlots(const Plan& plan, const std::vector<ValueKey>& args) {
  std::vector<SlotInfo> slots(size_t(plan.numSlots()));
  for (int i = 0; i < plan.numSlots(); ++i)
    if (const Constant* c = plan.constant(i)) {
      SlotInfo& s = slots[size_t(i)];
      s = {SlotInfo::kStatic, c->value.dtype(), c->value.shape(), c->value, i};
    }
  for (size_t a = 0; a < args.size(); ++a) {
    const int i = plan.argSlots()[a];
    slots[size_t(i)] = {SlotInfo::kHeap, args[a].dtype, args[a].shape, Tensor(), i};
  }
  return slots;
}

}  // namespace smw
