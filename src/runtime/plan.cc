#include "runtime/plan.h"

#include <algorithm>

#include "runtime/frame.h"
#include "runtime/recipe.h"

namespace smw {

Plan::~Plan() = default;

Result<std::unique_ptr<Plan>> Plan::make(const Graph& graph) {
  std::unique_ptr<Plan> p(new Plan());
  p->graph_ = &graph;
  std::vector<int> first(graph.nodes.size(), -1);
  const auto addSlots = [&](int node, int n, Constant* c) {
    first[size_t(node)] = p->numSlots();
    for (int i = 0; i < n; ++i) {
      p->lastUse_.push_back(-1);
      p->constants_.push_back(c);
    }
  };
  for (int a : graph.args) {
    addSlots(a, 1, nullptr);
    p->argSlots_.push_back(first[size_t(a)]);
  }
  for (int i : SMW_TRY(graph.order())) {
    const Node& n = graph[i];
    if (n.op == kArgOp) continue;
    if (n.op == kConstOp) {
      addSlots(i, 1, n.constant.get());
      continue;
    }
    if (!n.def)
      return fail(Error(Code::kUnimplemented, cat("op ", n.op, " is not supported"))
                      .atNode(n.name)
                      .inOp(n.op));
    addSlots(i, n.numOutputs, nullptr);
    PlanStep step{i, {}, first[size_t(i)], n.numOutputs};
    for (Output in : n.inputs) {
      if (in.index >= graph[in.node].numOutputs)
        return fail(Error(Code::kInvalidArgument,
                          cat("node '", n.name, "' reads output ", in.index, " of '",
                              graph[in.node].name, "', which has ", graph[in.node].numOutputs))
                        .atNode(n.name));
      const int slot = first[size_t(in.node)] + in.index;
      step.inputs.push_back(slot);
      p->lastUse_[size_t(slot)] = int(p->steps_.size());
    }
    p->steps_.push_back(std::move(step));
  }
  for (Output o : graph.outputs) {
    const int slot = first[size_t(o.node)] + o.index;
    p->outputSlots_.push_back(slot);
    p->lastUse_[size_t(slot)] = kForever;
  }
  p->states_.resize(p->steps_.size());
  return p;
}

}  // namespace smw
