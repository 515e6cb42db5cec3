#include "graph/graph.h"

#include <algorithm>

namespace smw {

int Graph::addConst(std::string name, Ref<Constant> c) {
  Node n;
  n.name = std::move(name);
  n.op = kConstOp;
  n.constant = std::move(c);
  return add(std::move(n));
}

void Graph::replaceUses(Output from, Output to) {
  for (Node& n : nodes)
    for (Output& in : n.inputs)
      if (in == from) in = to;
  for (Output& o : outputs)
    if (o == from) o = to;
}

Result<std::vector<int>> Graph::order() const {
  enum : char { kNew, kOpen, kDone };
  std::vector<char> state(nodes.size(), kNew);
  std::vector<int> order, stack;
  const auto visit = [&](int root) -> Status {
    stack.push_back(root);
    while (!stack.empty()) {
      const int i = stack.back();
      if (state[size_t(i)] == kDone) {
        stack.pop_back();
        continue;
      }
      const bool leaving = state[size_t(i)] == kOpen;
      state[size_t(i)] = kOpen;
      if (leaving) {
        state[size_t(i)] = kDone;
        order.push_back(i);
        stack.pop_back();
        continue;
      }
      const auto push = [&](int k) -> Status {
        if (state[size_t(k)] == kOpen)
          return fail(Error(Code::kInvalidArgument,
                            cat("the graph has a cycle through node '", nodes[size_t(k)].name, "'"))
                          .atNode(nodes[size_t(k)].name));
        if (state[size_t(k)] == kNew) stack.push_back(k);
        return {};
      };
      // Pushed last is visited first: inputs in reverse, so that they run in argument order.
      const Node& n = nodes[size_t(i)];
      for (auto c = n.controls.rbegin(); c != n.controls.rend(); ++c) SMW_TRY(push(*c));
      for (auto in = n.inputs.rbegin(); in != n.inputs.rend(); ++in) SMW_TRY(push(in->node));
    }
    return {};
  };
  for (int m : mustRun) SMW_TRY(visit(m));
  for (Output o : outputs) SMW_TRY(visit(o.node));
  return order;
}

Status Graph::prune() {
  std::vector<int> keep = SMW_TRY(order());
  std::vector<bool> kept(nodes.size(), false);
  for (int i : keep) kept[size_t(i)] = true;
  for (int a : args)
    if (!kept[size_t(a)]) keep.push_back(a);
  std::vector<int> to(nodes.size(), -1);
  for (size_t i = 0; i < keep.size(); ++i) to[size_t(keep[i])] = int(i);
  std::vector<Node> next;
  next.reserve(keep.size());
  for (int i : keep) next.push_back(std::move(nodes[size_t(i)]));
  nodes = std::move(next);
  const auto move = [&](int& i) { i = to[size_t(i)]; };
  for (Node& n : nodes) {
    for (Output& in : n.inputs) move(in.node);
    std::erase_if(n.controls, [&](int c) { return to[size_t(c)] < 0; });
    for (int& c : n.controls) move(c);
  }
  for (int& a : args) move(a);
  for (Output& o : outputs) move(o.node);
  for (int& m : mustRun) move(m);
  return {};
}

}  // namespace smw
