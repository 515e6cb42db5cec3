#include "runtime/model.h"

#include <algorithm>

#include "base/clock.h"
#include "graph/passes.h"
#include "graph/same_graph.h"
#include "ops/run_node.h"
#include "proto/meta_graph.pb.h"
#include "runtime/restore.h"

namespace smw {

/// A graph that can be run, with the plans for the outputs that were asked for.
struct Model::Callable {
  GraphRequest request;
  std::vector<Tensor> inputs;  // of an initialiser: asset paths and such
  std::unique_ptr<Graph> graph;
  std::unique_ptr<Plan> plan;
  Callable* same = nullptr;      // computes the same, and is run in place of this one
  std::optional<Error> refusal;  // why it cannot be called, where the rest of the model can
  Unsupported unsupported;       // the ops behind it
  struct Part {
    std::vector<int> outputs;
    std::unique_ptr<Graph> graph;
    std::unique_ptr<Plan> plan;
  };
  std::vector<Part> parts;
};

Model::Model(VirtualFileSystem& vfs, ModelOptions options)
    : vfs_(vfs),
      options_(std::move(options)),
      context_(vfs),
      reader_(vfs,
              {.tags = options_.tags, .choose = !options_.inspectOnly, .verify = options_.verify}) {
  compression_.kind = options_.compression;
}
Model::~Model() = default;

namespace {

/// The host may do other things, as with bytes that came meanwhile.
LoadStep later() {
  LoadStep s;
  s.pending = true;
  return s;
}

}  // namespace

Result<LoadStep> Model::step() {
  switch (phase_) {
    case Phase::kMetadata: {
      LoadStep s = SMW_TRY(reader_.step());
      if (!s.done()) return s;
      if (options_.inspectOnly) {
        info_ = describeModel(reader_, vfs_);
        phase_ = Phase::kDone;
        return LoadStep{};
      }
      phase_ = Phase::kImport;
      return later();
    }
    case Phase::kImport: {
      SMW_TRY(import());
      phase_ = Phase::kPlan;
      LoadStep s = later();
      s.ahead = weightsAhead();
      return s;
    }
    case Phase::kPlan:
      SMW_TRY(planWeights());
      phase_ = Phase::kWeights;
      return later();
    case Phase::kWeights: {
      LoadStep s = SMW_TRY(weights_->loader().step());
      if (!s.done()) return s;
      phase_ = Phase::kFinish;
      [[fallthrough]];
    }
    case Phase::kFinish:
      SMW_TRY(finishWeights());
      phase_ = Phase::kInitialise;
      [[fallthrough]];
    case Phase::kInitialise: {
      LoadStep s = SMW_TRY(initialise());
      if (!s.done()) return s;
      phase_ = Phase::kDone;
      [[fallthrough]];
    }
    case Phase::kDone:
      return LoadStep{};
  }
  return internal("Model::step: no phase");
}

std::vector<Graph*> Model::roots() const {
  std::vector<Graph*> all;
  for (const auto* list : {&callables_, &initialisers_})
    for (const auto& c : *list)
      if (c->graph) all.push_back(c->graph.get());
  return all;
}

Result<Model::Callable*> Model::sameCallable(Graph& g) {
  for (const auto& c : callables_)
    if (c->graph && sameGraph(*c->graph, g) && !SMW_TRY(hasRandomOps(g, *importer_)))
      return c.get();
  return nullptr;
}

Status Model::import() {
  const tensorflow::MetaGraphDef& metaGraph = reader_.metaGraph();
  const auto& meta = metaGraph.meta_info_def();
  tags_.assign(meta.tags().begin(), meta.tags().end());
  tensorflowVersion_ = meta.tensorflow_version();
  signatures_ = flatSignatures(describeSignatures(metaGraph));
  importer_ = std::make_unique<Importer>(metaGraph, vfs_.path(reader_.modelFile()), constants_);
  RestorePlan restore = planRestore(metaGraph, reader_);
  variables_ = std::move(restore.variables);

  std::optional<Error> firstError;
  std::vector<std::string> unsupported;
  for (SignatureFact& s : signatures_) {
    auto c = std::make_unique<Callable>();
    c->request.name = s.name;
    for (const TensorFact& f : s.inputs) c->request.feeds.push_back(f.name);
    for (const TensorFact& f : s.outputs) c->request.fetches.push_back(f.name);
    auto g = importer_->import(c->request);
    if (g) {
      c->graph = *std::move(g);
      // The graph has the last word on what can be fed: signatures that were written by hand err.
      for (size_t i = 0; i < s.inputs.size(); ++i)
        s.inputs[i].dtype = (*c->graph)[c->graph->args[i]].attrs.getOr("dtype", s.inputs[i].dtype);
      c->same = SMW_TRY(sameCallable(*c->graph));
      if (c->same) c->graph.reset();
    } else {
      Error e = std::move(g).error().inSignature(s.name);
      if (e.code() != Code::kUnimplemented) return fail(std::move(e));
      unsupported.push_back(e.message());
      if (!firstError) firstError.emplace(Error(e.code(), ""));
      c->refusal.emplace(std::move(e));
      c->unsupported = importer_->unsupported();
    }
    callables_.push_back(std::move(c));
  }
  // A link with fewer ops gives up before any weight is read: the host starts the full one instead.
  if (firstError && (unsupported.size() == callables_.size() || !hasAllOps()))
    return unimplemented(join(unsupported, "\n"));

  const auto addInitialiser = [&](std::string node, bool required) -> Status {
    auto c = std::make_unique<Callable>();
    c->request.name = "initialiser";
    c->request.targets.push_back(std::move(node));
    for (const ModelAsset& a : reader_.assets()) {
      c->request.feeds.push_back(a.tensor);
      c->inputs.push_back(SMW_TRY(Tensor::scalar<std::string>(a.path)));
    }
    if (!restore.filenameTensor.empty()) {
      c->request.feeds.push_back(restore.filenameTensor);
      const std::string prefix = reader_.checkpoint() ? reader_.checkpoint()->prefix() : "";
      c->inputs.push_back(SMW_TRY(Tensor::scalar<std::string>(prefix)));
    }
    auto g = importer_->import(c->request);
    if (!g && !required && hasAllOps() && g.error().code() == Code::kUnimplemented) return {};
    if (!g) return fail(std::move(g).error());
    c->graph = *std::move(g);
    initialisers_.push_back(std::move(c));
    return {};
  };
  // What the restore op does besides setting variables. Where it needs ops that are not there, what
  // it would have filled stays empty, and whoever reads that says so.
  if (restore.mustRun) SMW_TRY(addInitialiser(restore.op, false));
  if (const std::string init = findInitOp(metaGraph); !init.empty())
    SMW_TRY(addInitialiser(init, true));
  return {};
}

/// Where the checkpoint's first shard has most of what the graphs read, those bytes: they may come
/// while the graphs are rewritten. Optimisers leave more in a checkpoint than is wanted.
std::vector<ReadRequest> Model::weightsAhead() const {
  const TensorBundle* bundle = reader_.checkpoint();
  if (!bundle) return {};
  std::set<std::pair<int64_t, int64_t>> ranges;  // offsets and sizes
  for (const Graph* g : roots())
    for (const Node& n : g->nodes) {
      const auto v = variables_.find(n.name);
      const BundleEntry* e = v == variables_.end() ? nullptr : bundle->find(v->second.key);
      if (e && e->shard == 0 && e->size > 0) ranges.emplace(e->offset, e->size);
    }
  const auto file = vfs_.find(bundle->shardPath(0));
  if (!file || ranges.empty()) return {};
  int64_t wanted = 0, end = 0;
  for (const auto& [offset, size] : ranges) {
    wanted += size;
    end = std::max(end, offset + size);
  }
  const int64_t begin = ranges.begin()->first;
  if (end > vfs_.size(*file) || wanted < (end - begin) / 10 * 9) return {};
  return {{*file, begin, end - begin, nullptr}};
}

PassContext Model::passContext() {
  return {.roots = roots(),
          .library = *importer_,
          .constants = constants_,
          .variables = variables_,
          .off = options_.passesOff,
          .ops = &context_,
          .compression = &compression_};
}

Status Model::planWeights() {
  PassContext passes = passContext();
  SMW_TRY(optimizeBeforeLoad(passes));
  weights_ = std::make_unique<WeightPlan>(vfs_, reader_, options_.verify, compression_);
  for (const Ref<Constant>& c : constantsToLoad(passes)) SMW_TRY(weights_->want(c));
  SMW_TRY(collectVariables(SMW_TRY(reachableGraphs(passes))));
  weightBytes_ = weights_->bytes();
  importer_->release();
  reader_.release();
  // The heap grows once: some engines copy it each time. Small weights go where the import was.
  constexpr int64_t kLeft = 6 << 20;
  if (weightBytes_ > kLeft) SMW_TRY(Buffer::tryAllocate(weightBytes_ - kLeft));
  return {};
}

/// Variables that calls may change keep a value of their own, which starts as the checkpoint's.
Status Model::collectVariables(std::span<Graph* const> graphs) {
  // Without a checkpoint they start uninitialised; an initialiser may set them.
  if (!reader_.checkpoint()) return {};
  std::set<std::string> seen;
  for (const Graph* g : graphs)
    for (const Node& n : g->nodes) {
      const auto v = variables_.find(n.name);
      if (v == variables_.end() || !n.def || !seen.insert(n.name).second) continue;
      if (n.op != "VarHandleOp" && n.op != "VariableV2" && n.op != "Variable") continue;
      Ref<RefCounted> state;
      NodeResult r = SMW_TRY(runNode({*n.def, n.name, n.attrs, 1, state}, {}, context_));
      SMW_TRY(weights_->want(SMW_TRY(asVariable(r.outputs[0])), v->second.key, v->second.slice));
    }
  return {};
}

Status Model::finishWeights() {
  bytesWanted_ = weights_->loader().bytesWanted();
  weights_.reset();
  constants_.clear();
  PassContext passes = passContext();
  SMW_TRY(optimizeAfterLoad(passes));
  executor_ = std::make_unique<Executor>(*importer_, context_);
  // A fifth of the weights and 16 MB, of which the runtime itself takes half.
  context_.weightForms.allowance =
      options_.optimizeSpeed ? INT64_MAX / 2 : weightBytes_ / 5 + (8 << 20);
  context_.setBundle(reader_.checkpoint(), options_.verify);
  for (const auto* list : {&callables_, &initialisers_})
    for (const auto& c : *list) {
      if (!c->graph) continue;
      auto plan = Plan::make(*c->graph);
      if (!plan) return fail(std::move(plan).error().inSignature(c->request.name));
      c->plan = *std::move(plan);
    }
  return {};
}

Result<LoadStep> Model::initialise() {
  for (; nextInitialiser_ < initialisers_.size(); ++nextInitialiser_) {
    Callable& c = *initialisers_[nextInitialiser_];
    if (!initialising_) executor_->start(*c.plan, c.inputs);
    initialising_ = true;
    while (true) {
      if (executor_->running()) {
        LoadStep need = SMW_TRY(context_.fetch());
        if (!need.done()) return need;
      }
      // An initialiser may loop for ever; whoever loads sees to it that it can be aborted.
      auto state = executor_->run({[end = nowMs() + 20] { return nowMs() >= end; }});
      if (!state)
        return fail(std::move(state).error().prefixed("while the model was initialised: "));
      if (*state == RunState::kDone) break;
      if (*state == RunState::kPending) return later();
    }
    initialising_ = false;
    (void)executor_->takeOutputs();
  }
  // They take their plans along.
  executor_->forgetRecipes();
  initialisers_.clear();
  return LoadStep{};
}

const Unsupported& Model::unsupported(size_t signature) const {
  return callables_[signature]->unsupported;
}

Status Model::check(int signature, const std::vector<Tensor>& inputs) const {
  if (phase_ != Phase::kDone || signature < 0 || size_t(signature) >= callables_.size())
    return invalidArgument("there is no signature number ", signature);
  const SignatureFact& s = signatures_[size_t(signature)];
  if (const auto& r = callables_[size_t(signature)]->refusal)
    return fail(Error(r->code(), r->message()).inSignature(s.name));
  if (inputs.size() != s.inputs.size())
    return fail(Error(Code::kInvalidArgument, cat("signature '", s.name, "' takes ",
                                                  s.inputs.size(), " inputs, got ", inputs.size()))
                    .inSignature(s.name));
  for (size_t i = 0; i < inputs.size(); ++i) {
    const TensorFact& f = s.inputs[i];
    const Tensor& t = inputs[i];
    if (t.dtype() == f.dtype && f.shape.matches(t.shape())) continue;
    const std::string want = cat(dtypeName(f.dtype), f.shape.toString());
    return fail(Error(Code::kInvalidArgument, cat("input '", f.key, "' of signature '", s.name,
                                                  "' must be ", want, ", got ", t.describe()))
                    .inSignature(s.name)
                    .about(f.key)
                    .wanted(want)
                    .got(t.describe()));
  }
  return {};
}

Result<Plan*> Model::planFor(Callable& c, const std::optional<std::vector<int>>& outputs) {
  if (!outputs) return c.plan.get();
  for (Callable::Part& p : c.parts)
    if (p.outputs == *outputs) return p.plan.get();
  Callable::Part part{*outputs, std::make_unique<Graph>(*c.graph), nullptr};
  part.graph->outputs.clear();
  for (int o : *outputs) {
    if (o < 0 || size_t(o) >= c.graph->outputs.size())
      return invalidArgument("there is no output number ", o);
    part.graph->outputs.push_back(c.graph->outputs[size_t(o)]);
  }
  SMW_TRY(part.graph->prune());
  part.plan = SMW_TRY(Plan::make(*part.graph));
  c.parts.push_back(std::move(part));
  return c.parts.back().plan.get();
}

Status Model::begin(int signature, std::vector<Tensor> inputs,
                    const std::optional<std::vector<int>>& outputs) {
  SMW_TRY(check(signature, inputs));
  Callable& c = *callables_[size_t(signature)];
  Plan* plan = SMW_TRY(planFor(c.same ? *c.same : c, outputs));
  running_ = signature;
  abort();
  context_.setCancelled(false);
  executor_->start(*plan, std::move(inputs));
  return {};
}

Result<RunState> Model::run(const Budget& budget) {
  auto state = executor_->run(budget);
  if (state) return state;
  abort();
  return fail(std::move(state).error().inSignature(signatures_[size_t(running_)].name));
}

Result<LoadStep> Model::fetch() {
  auto step = context_.fetch();
  if (!step) abort();
  return step;
}

void Model::abort() {
  if (executor_) executor_->abort();
  context_.forgetFetches();
}

MemoryUse Model::memory() const {
  const WeightForms& forms = context_.weightForms;
  return {.weights = weightBytes_ + forms.bytes - forms.replaced,
          .winograd = forms.bytes,
          .activations = executor_ ? executor_->arenaBytes() : 0,
          .buffers = Buffer::bytesInUse(),
          .peak = Buffer::bytesPeak()};
}

}  // namespace smw
