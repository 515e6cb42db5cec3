// Elementwise ops that feed one another become one step, which passes over memory once.
#include <algorithm>
#include <map>

#include "graph/passes/list.h"
#include "graph/rewrite.h"
#include "ops/families.h"

namespace smw::passes {

namespace {

constexpr std::string_view kFused = "_FusedElementwise";

bool isOf(std::span<const OpDef> family, const OpDef* def) {
  return std::ranges::any_of(family, [&](const OpDef& d) { return &d == def; });
}

/// float32, and booleans on the way. Ops that can fail stay by themselves.
bool isElementwise(const Node& n) {
  if (!n.def || !n.controls.empty() || n.numOutputs != 1 || n.inputs.empty()) return false;
  const auto type = [&](const char* name) { return n.attrs.getOr(name, DType::kInvalid); };
  if (n.op == "Cast") {
    const auto simple = [](DType t) {
      return t == DType::kFloat || t == DType::kBool || t == DType::kInt32 || t == DType::kUint8;
    };
    const DType from = type("SrcT"), to = type("DstT");
    return simple(from) && simple(to) && from != to && !n.attrs.getOr("Truncate", false);
  }
  if (n.op.starts_with("Logical")) return true;
  if (type("T") != DType::kFloat) return false;
  if (n.op == "Select" || n.op == "SelectV2" || n.op == "ClipByValue") return true;
  // Chains have no data_format.
  if (!n.attrs.getOr("incompatible_shape_error", true) || n.op == "AddN" ||
      n.op == "ApproximateEqual" || n.attrs.getOr("data_format", "").starts_with("NC"))
    return false;
  return isOf(unaryOps(), n.def) || isOf(fusedUnaryOps(), n.def) || isOf(binaryOps(), n.def);
}

class Chains {
 public:
  explicit Chains(Graph& g) : g_(g) {}

  Status run() {
    if (g_.tokenFlow) return {};
    order_ = SMW_TRY(g_.order());
    markEligible();
    findLevels();
    findRegions();
    for (auto& [root, nodes] : regions_)
      if (nodes.size() > 1) fuse(nodes);
    replaced_.apply(g_);
    return {};
  }

 private:
  /// What follows from shapes alone is known before a run, by itself: it must stay so.
  void markEligible() {
    std::vector<bool> changes(g_.nodes.size());
    eligible_.assign(g_.nodes.size(), false);
    for (int i : order_) {
      const Node& n = g_[i];
      bool c = n.op == kArgOp || isStateful(n);
      if (n.op != "Shape" && n.op != "ShapeN" && n.op != "Rank" && n.op != "Size")
        for (Output in : n.inputs) c = c || changes[size_t(in.node)];
      changes[size_t(i)] = c;
      eligible_[size_t(i)] = c && isElementwise(n);
    }
  }

  /// A level is left with each step from an eligible node to one that is not, or back. So what lies
  /// between two nodes of one level is of that level and eligible, and no cycle arises where
  /// neighbours of one level become one node. Counted from the end: what is needed late is made
  /// late.
  void findLevels() {
    level_.assign(g_.nodes.size(), 0);
    for (auto it = order_.rbegin(); it != order_.rend(); ++it) {
      const Node& n = g_[*it];
      const auto raise = [&](int from) {
        const int steps = eligible_[size_t(from)] != eligible_[size_t(*it)];
        level_[size_t(from)] = std::max(level_[size_t(from)], level_[size_t(*it)] + steps);
      };
      for (Output in : n.inputs) raise(in.node);
      for (int c : n.controls) raise(c);
    }
  }

  int find(int i) {
    while (parent_[size_t(i)] != i) i = parent_[size_t(i)] = parent_[size_t(parent_[size_t(i)])];
    return i;
  }
  void findRegions() {
    parent_.resize(g_.nodes.size());
    for (size_t i = 0; i < parent_.size(); ++i) parent_[i] = int(i);
    for (int i : order_)
      if (eligible_[size_t(i)])
        for (Output in : g_[i].inputs)
          if (eligible_[size_t(in.node)] && level_[size_t(in.node)] == level_[size_t(i)])
            parent_[size_t(find(in.node))] = find(i);
    for (int i : order_)
      if (eligible_[size_t(i)]) regions_[find(i)].push_back(i);
    isRead_.assign(g_.nodes.size(), false);
    for (int i : order_)
      for (Output in : g_[i].inputs)
        if (!eligible_[size_t(i)] || !eligible_[size_t(in.node)] || find(in.node) != find(i))
          isRead_[size_t(in.node)] = true;
    for (Output o : g_.outputs) isRead_[size_t(o.node)] = true;
  }

  void fuse(const std::vector<int>& nodes) {
    std::vector<Output> inputs;
    const auto isInside = [&](Output o) {
      return eligible_[size_t(o.node)] && find(o.node) == find(nodes[0]);
    };
    std::map<Output, int64_t> value;
    for (int i : nodes)
      for (Output in : g_[i].inputs)
        if (!isInside(in) && value.emplace(in, int64_t(inputs.size())).second) inputs.push_back(in);

    std::vector<std::string> ops;
    std::vector<int64_t> code;
    std::vector<float> alpha;
    std::vector<DType> casts;
    const auto emit = [&](const Node& n, std::string_view op, std::initializer_list<Output> from) {
      ops.emplace_back(op);
      code.push_back(int64_t(from.size()));
      for (Output o : from) code.push_back(value[o]);
      alpha.push_back(n.attrs.getOr("alpha", 0.2f));
      casts.push_back(n.attrs.getOr("DstT", DType::kInvalid));
    };
    for (int i : nodes) {
      const Node& n = g_[i];
      const auto& in = n.inputs;
      const auto made = [&] { value[{i, 0}] = int64_t(inputs.size() + ops.size()) - 1; };
      if (n.op == "ClipByValue") {
        emit(n, "Minimum", {in[0], in[2]});
        made();
        emit(n, "Maximum", {{i, 0}, in[1]});
      } else if (in.size() == 3) {
        emit(n, n.op, {in[0], in[1], in[2]});
      } else if (in.size() == 2) {
        emit(n, n.op, {in[0], in[1]});
      } else {
        emit(n, n.op, {in[0]});
      }
      made();
    }

    std::vector<int64_t> results;
    const int fused = int(g_.nodes.size());
    for (int i : nodes)
      if (isRead_[size_t(i)]) {
        replaced_.set({i, 0}, {fused, int(results.size())});
        results.push_back(value[{i, 0}] - int64_t(inputs.size()));
      }
    Node n;
    n.name = g_[nodes.back()].name;
    n.op = kFused;
    n.def = findOp(kFused);
    n.numOutputs = int(results.size());
    n.attrs.set("num_args", int64_t(inputs.size()));
    n.attrs.set("num_results", int64_t(results.size()));
    n.attrs.set("ops", std::move(ops));
    n.attrs.set("code", std::move(code));
    n.attrs.set("alpha", std::move(alpha));
    n.attrs.set("DstT", std::move(casts));
    n.attrs.set("results", std::move(results));
    n.inputs = std::move(inputs);
    g_.add(std::move(n));
  }

  Graph& g_;
  std::vector<int> order_, level_, parent_;
  std::vector<bool> eligible_, isRead_;  // isRead_: by others than its region
  std::map<int, std::vector<int>> regions_;
  Replacements replaced_;
};

}  // namespace

Status fuseElementwise(PassContext& c) {
  for (Graph* g : SMW_TRY(reachableGraphs(c))) SMW_TRY(Chains(*g).run());
  return {};
}

}  // namespace smw::passes
