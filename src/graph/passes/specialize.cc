// Constants that are handed into If, Case and While go into copies of the bodies, so that weights
// are constants inside loops as well.
#include <unordered_map>

#include "base/strings.h"
#include "graph/calls.h"
#include "graph/passes/list.h"
#include "graph/rewrite.h"

namespace smw::passes {

namespace {

/// More copies than this are not made.
constexpr size_t kMostCopies = 10'000;
constexpr size_t kMostNodes = 1'000'000;

/// Values that go into a body: which argument, and the node that stands for it there.
using Baked = std::vector<std::pair<int, const Node*>>;

/// By node: where its outputs are found now.
using Moved = std::unordered_map<int, std::vector<Output>>;

template <typename T>
void eraseAt(std::vector<T>& list, const std::vector<int>& sorted) {
  for (auto i = sorted.rbegin(); i != sorted.rend(); ++i)
    if (size_t(*i) < list.size()) list.erase(list.begin() + *i);
}

/// Attribute `name`, a list with one entry for each input or output.
template <typename T>
void eraseFromAttr(Attrs& attrs, std::string_view name, const std::vector<int>& which) {
  const auto* list = attrs.find<std::vector<T>>(name);
  if (!list) return;
  auto rest = *list;
  eraseAt(rest, which);
  attrs.set(name, std::move(rest));
}

class Specializer {
 public:
  explicit Specializer(PassContext& c) : c_(c) {}

  Status run() {
    graphs_ = SMW_TRY(reachableGraphs(c_));
    for (size_t i = 0; i < graphs_.size(); ++i) SMW_TRY(process(*graphs_[i]));
    return {};
  }

 private:
  [[gnu::noinline]] Status process(Graph& g) {
    Moved moved;  // outputs of loops that lost some
    for (size_t i = 0; i < g.nodes.size(); ++i) {
      const CallKind kind = callKind(g.nodes[i].op);
      if (kind == CallKind::kNone || kind == CallKind::kCall) continue;
      SMW_TRY(processCall(g, int(i), kind, moved));
    }
    if (moved.empty()) return {};
    for (Node& n : g.nodes)
      for (Output& in : n.inputs) in = now(moved, in);
    for (Output& o : g.outputs) o = now(moved, o);
    return {};
  }

  static Output now(const Moved& moved, Output o) {
    const auto m = moved.find(o.node);
    return m == moved.end() ? o : m->second[size_t(o.index)];
  }

  [[gnu::noinline]] Status processCall(Graph& g, int node, CallKind kind, Moved& moved) {
    const int offset = callOffset(kind);
    std::vector<FunctionRef> functions = callees(g[node]);
    std::vector<Graph*> bodies;
    for (const FunctionRef& f : functions) bodies.push_back(SMW_TRY(c_.library.find(f)));
    if (bodies.empty()) return {};
    for (Graph* b : bodies)
      if (b->tokenFlow) return {};
    Baked baked;
    std::vector<int> which;  // among the bodies' arguments
    for (int k = 0; k + offset < int(g[node].inputs.size()); ++k) {
      const Node& from = g[now(moved, g[node].inputs[size_t(k + offset)]).node];
      if (!from.constant) continue;
      if (kind == CallKind::kWhile && !passesThrough(*bodies[1], k)) continue;
      baked.emplace_back(k, &from);
      which.push_back(k);
    }
    if (baked.empty()) return {};
    for (size_t i = 0; i < bodies.size(); ++i) {
      const bool loops = kind == CallKind::kWhile && i == 1;
      Graph* copy = SMW_TRY(copyOf(*bodies[i], baked, loops));
      if (!copy) return {};
      functions[i] = {copy->name, nullptr};
    }
    Node& n = g[node];
    std::vector<int> inputs = which;
    for (int& k : inputs) k += offset;
    if (kind == CallKind::kWhile) {
      std::vector<Output> m;
      for (int k = 0, left = 0; k < n.numOutputs; ++k)
        m.push_back(std::ranges::binary_search(which, k) ? now(moved, n.inputs[size_t(k)])
                                                         : Output{node, left++});
      moved[node] = std::move(m);
      n.numOutputs -= int(which.size());
      eraseFromAttr<DType>(n.attrs, "T", which);
      eraseFromAttr<PartialShape>(n.attrs, "output_shapes", which);
    } else {
      eraseFromAttr<DType>(n.attrs, "Tin", which);
    }
    eraseAt(n.inputs, inputs);
    setCallees(n, std::move(functions));
    return {};
  }

  /// Whether a loop's body returns its argument k as it came.
  static bool passesThrough(const Graph& body, int k) {
    return body.outputs[size_t(k)] == Output{body.args[size_t(k)], 0};
  }

  /// The body with those arguments made constants. Null where there are too many copies already.
  Result<Graph*> copyOf(const Graph& body, const Baked& baked, bool loops) {
    std::string key = cat(body.name, loops ? " loop" : "");
    for (const auto& [k, from] : baked)
      key += cat(' ', k, ':', reinterpret_cast<uintptr_t>(from->constant.get()), from->op);
    if (const auto known = copies_.find(key); known != copies_.end()) return known->second;
    if (copies_.size() >= kMostCopies || nodes_ + body.nodes.size() > kMostNodes) return nullptr;
    nodes_ += body.nodes.size();
    auto copy = std::make_unique<Graph>(body);
    Graph& g = *copy;
    do g.name = cat(body.name, "#", ++counter_);
    while (c_.library.peek(g.name));
    std::vector<int> which;
    for (const auto& [k, from] : baked) {
      which.push_back(k);
      g[g.args[size_t(k)]] = *from;
      g[g.args[size_t(k)]].controls.clear();
    }
    eraseAt(g.args, which);
    for (size_t i = 0; i < g.args.size(); ++i) g[g.args[i]].argument = int(i);
    if (loops) eraseAt(g.outputs, which);
    SMW_TRY(replaceReads(g));
    Graph* added = c_.library.add(std::move(copy));
    copies_[key] = added;
    graphs_.push_back(added);
    return added;
  }

  PassContext& c_;
  std::vector<Graph*> graphs_;
  std::unordered_map<std::string, Graph*> copies_;
  size_t nodes_ = 0;
  int counter_ = 0;
};

}  // namespace

Status specializeBodies(PassContext& c) { return Specializer(c).run(); }

}  // namespace smw::passes
