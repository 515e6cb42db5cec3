// Bodies of PartitionedCall and StatefulPartitionedCall in place of the calls.
#include "base/strings.h"
#include "graph/calls.h"
#include "graph/passes/list.h"
#include "graph/rewrite.h"

namespace smw::passes {

namespace {

/// A graph that has grown so large is not inlined further: its calls stay calls.
constexpr size_t kMostNodes = 400'000;
/// As are calls nested deeper than this.
constexpr int kDeepest = 1000;

/// Which calls a node came out of.
struct Origin {
  const Graph* body;
  int parent, depth;
};

class Inliner {
 public:
  Inliner(Graph& g, FunctionLibrary& library) : g_(g), library_(library) {}

  [[gnu::noinline]] Status run() {
    origins_.push_back({&g_, -1, 0});
    origin_.assign(g_.nodes.size(), 0);
    for (size_t i = 0; i < g_.nodes.size(); ++i) {
      if (callKind(g_.nodes[i].op) != CallKind::kCall) continue;
      const std::vector<FunctionRef> f = callees(g_.nodes[i]);
      if (f.empty()) continue;
      Graph* body = SMW_TRY(library_.find(f[0]));
      if (mayInline(origin_[i], *body)) expand(int(i), *body);
    }
    replacements_.apply(g_);
    return {};
  }

 private:
  bool mayInline(int origin, const Graph& body) const {
    if (body.tokenFlow || g_.nodes.size() + body.nodes.size() > kMostNodes) return false;
    if (origins_[size_t(origin)].depth >= kDeepest) return false;
    for (int o = origin; o >= 0; o = origins_[size_t(o)].parent)
      if (origins_[size_t(o)].body == &body) return false;
    return true;
  }

  [[gnu::noinline]] void expand(int call, const Graph& body) {
    const Node site = g_[call];  // a copy: the vector grows
    origins_.push_back(
        {&body, origin_[size_t(call)], origins_[size_t(origin_[size_t(call)])].depth + 1});
    const int base = int(g_.nodes.size());
    // Body node k becomes node base + k; its Args are left out of use.
    const auto moved = [&](Output o) {
      const Node& n = body[o.node];
      return n.op == kArgOp ? site.inputs[size_t(n.argument)] : Output{base + o.node, o.index};
    };
    std::vector<int> finished = site.controls;
    for (size_t k = 0; k < body.nodes.size(); ++k) {
      Node n = body.nodes[k];
      if (n.op == kArgOp) {
        g_.add(Node());
        continue;
      }
      if (isVariable(n)) n.attrs.set("shared_name", variableName(n));
      n.name = cat(site.name, "/", n.name);
      for (Output& in : n.inputs) in = moved(in);
      std::erase_if(n.controls, [&](int c) { return body[c].op == kArgOp; });
      for (int& c : n.controls) c += base;
      if (isStateful(n) || callKind(n.op) != CallKind::kNone) {
        n.controls.insert(n.controls.end(), site.controls.begin(), site.controls.end());
        finished.push_back(base + int(k));
      }
      g_.add(std::move(n));
    }
    origin_.resize(g_.nodes.size(), int(origins_.size()) - 1);
    for (size_t k = 0; k < body.outputs.size(); ++k)
      replacements_.set({call, int(k)}, moved(body.outputs[k]));
    for (int m : body.mustRun)
      if (body[m].op != kArgOp) g_.mustRun.push_back(base + m);
    // What waited for the call waits for all that happens in it.
    for (Output in : site.inputs) finished.push_back(in.node);
    Node done;
    done.name = site.name;
    done.op = "NoOp";
    done.def = findOp("NoOp");
    done.numOutputs = 0;
    done.controls = std::move(finished);
    g_[call] = std::move(done);
  }

  Graph& g_;
  FunctionLibrary& library_;
  std::vector<Origin> origins_;
  std::vector<int> origin_;  // by node
  Replacements replacements_;
};

}  // namespace

Status inlineCalls(Graph& g, FunctionLibrary& library) { return Inliner(g, library).run(); }

Status inlineCalls(PassContext& c) {
  // Functions that only inlined calls reached are not needed by themselves: roots first, then what
  // they still reach.
  std::vector<Graph*> graphs = c.roots;
  std::set<const Graph*> seen(graphs.begin(), graphs.end());
  for (size_t i = 0; i < graphs.size(); ++i) {
    SMW_TRY(inlineCalls(*graphs[i], c.library));
    for (const Node& n : graphs[i]->nodes)
      for (const FunctionRef& f : callees(n)) {
        Graph* body = SMW_TRY(c.library.find(f));
        if (seen.insert(body).second) graphs.push_back(body);
      }
  }
  return {};
}

}  // namespace smw::passes
