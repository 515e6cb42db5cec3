#include "graph/calls.h"

#include <unordered_set>

#include "base/strings.h"

namespace smw {

CallKind callKind(std::string_view op) {
  struct Call {
    std::string_view op;
    CallKind kind;
  };
  static constexpr Call kCalls[] = {
      {"PartitionedCall", CallKind::kCall},
      {"StatefulPartitionedCall", CallKind::kCall},
      {"If", CallKind::kIf},
      {"StatelessIf", CallKind::kIf},
      {"While", CallKind::kWhile},
      {"StatelessWhile", CallKind::kWhile},
      {"Case", CallKind::kCase},
      {"StatelessCase", CallKind::kCase},
  };
  for (const Call& c : kCalls)
    if (op == c.op) return c.kind;
  return CallKind::kNone;
}

std::vector<FunctionRef> callees(const Node& n) {
  const auto named = [&](std::initializer_list<std::string_view> names) {
    std::vector<FunctionRef> list;
    for (auto name : names)
      if (const auto* f = n.attrs.find<FunctionRef>(name)) list.push_back(*f);
    return list.size() == names.size() ? list : std::vector<FunctionRef>();
  };
  switch (callKind(n.op)) {
    case CallKind::kNone:
      return {};
    case CallKind::kCall:
      return named({"f"});
    case CallKind::kIf:
      return named({"then_branch", "else_branch"});
    case CallKind::kWhile:
      return named({"cond", "body"});
    case CallKind::kCase:
      return n.attrs.getOr("branches", std::vector<FunctionRef>());
  }
  return {};
}

void setCallees(Node& n, std::vector<FunctionRef> functions) {
  switch (callKind(n.op)) {
    case CallKind::kNone:
      return;
    case CallKind::kCall:
      n.attrs.set("f", std::move(functions[0]));
      return;
    case CallKind::kIf:
      n.attrs.set("then_branch", std::move(functions[0]));
      n.attrs.set("else_branch", std::move(functions[1]));
      return;
    case CallKind::kWhile:
      n.attrs.set("cond", std::move(functions[0]));
      n.attrs.set("body", std::move(functions[1]));
      return;
    case CallKind::kCase:
      n.attrs.set("branches", std::move(functions));
      return;
  }
}

Status checkCall(const Node& n, std::span<Graph* const> bodies) {
  const CallKind kind = callKind(n.op);
  if (kind == CallKind::kNone) return {};
  const auto wrong = [&](std::string message) {
    return fail(Error(Code::kInvalidArgument, cat("node '", n.name, "' (", n.op, ") ", message))
                    .atNode(n.name)
                    .inOp(n.op));
  };
  if (bodies.empty()) return wrong("does not say which function it calls");
  const int inputs = int(n.inputs.size()) - callOffset(kind);
  if (inputs < 0) return wrong("has no input");
  for (size_t i = 0; i < bodies.size(); ++i) {
    const Graph& g = *bodies[i];
    if (int(g.args.size()) != inputs)
      return wrong(cat("gives ", inputs, " inputs to the function ", g.name, ", which wants ",
                       g.args.size()));
    const bool condition = kind == CallKind::kWhile && i == 0;
    const size_t outputs = condition ? 1 : size_t(n.numOutputs);
    if (g.outputs.size() != outputs)
      return wrong(cat("wants ", outputs, " outputs of the function ", g.name, ", which has ",
                       g.outputs.size()));
  }
  if (kind == CallKind::kWhile && n.numOutputs != inputs)
    return wrong(cat("has ", inputs, " inputs and ", n.numOutputs, " outputs"));
  return {};
}

Result<std::vector<Graph*>> reachableGraphs(std::span<Graph* const> roots,
                                            FunctionLibrary& library) {
  std::vector<Graph*> list;
  std::unordered_set<const Graph*> seen;
  for (Graph* g : roots)
    if (seen.insert(g).second) list.push_back(g);
  for (size_t i = 0; i < list.size(); ++i)
    for (const Node& n : list[i]->nodes)
      for (const FunctionRef& f : callees(n)) {
        Graph* body = SMW_TRY(library.find(f));
        if (seen.insert(body).second) list.push_back(body);
      }
  return list;
}

}  // namespace smw
