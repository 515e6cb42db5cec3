// If and Case whose choice is a constant become the branch that is chosen.
#include "graph/calls.h"
#include "graph/passes/list.h"
#include "graph/rewrite.h"

namespace smw::passes {

namespace {

/// Which branch a known condition or index takes; -1 where that is not clear before it runs.
int chosenBranch(const Tensor& v, CallKind kind, int branches) {
  if (v.numElements() != 1 || !v.shape().isScalar()) return -1;
  if (kind == CallKind::kIf && v.dtype() == DType::kBool) return *v.data<bool>() ? 0 : 1;
  if (v.dtype() != DType::kInt32 || kind != CallKind::kCase) return -1;
  const int i = *v.data<int32_t>();
  return i < 0 || i >= branches ? branches - 1 : i;
}

bool choose(Graph& g) {
  bool any = false;
  for (Node& n : g.nodes) {
    const CallKind kind = callKind(n.op);
    if ((kind != CallKind::kIf && kind != CallKind::kCase) || n.inputs.empty()) continue;
    const Tensor* v = knownValue(g, n.inputs[0]);
    const std::vector<FunctionRef> branches = callees(n);
    const int taken = v ? chosenBranch(*v, kind, int(branches.size())) : -1;
    const OpDef* call = findOp("StatefulPartitionedCall");
    if (taken < 0 || !call) continue;
    Attrs attrs;
    for (const char* name : {"Tin", "Tout"})
      if (const auto* types = n.attrs.find<std::vector<DType>>(name)) attrs.set(name, *types);
    attrs.set("f", branches[size_t(taken)]);
    n.op = "StatefulPartitionedCall";
    n.def = call;
    n.attrs = std::move(attrs);
    n.inputs.erase(n.inputs.begin());
    any = true;
  }
  return any;
}

}  // namespace

Status chooseBranches(PassContext& c) {
  bool any = false;
  for (Graph* g : SMW_TRY(reachableGraphs(c)))
    if (!g->tokenFlow) any |= choose(*g);
  if (!any) return {};
  SMW_TRY(inlineCalls(c));
  SMW_TRY(dropIdentities(c));
  return foldConstants(c);
}

}  // namespace smw::passes
