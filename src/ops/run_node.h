// One op on values, outside any plan: constant folding, and steps whose shapes depend on values.
#pragma once

#include <span>
#include <vector>

#include "ops/op_def.h"

namespace smw {

/// What runNode is to run. `state` is kept by the caller from run to run (Resolver::nodeState).
struct NodeCall {
  const OpDef& def;
  std::string_view name;
  const Attrs& attrs;
  int numOutputs;
  Ref<RefCounted>& state;
};

/// Outputs, or `waiting`: bytes were asked for, and the same call is due again once they are there.
struct NodeResult {
  std::vector<Tensor> outputs;
  bool waiting = false;
};

/// Resolves and runs. An input that the caller moved in, as the only holder, may be changed in
/// place. Control flow gives UNIMPLEMENTED: it needs the executor's frames.
Result<NodeResult> runNode(const NodeCall& call, std::vector<Tensor>&& inputs, OpContext& context);

/// The view of `input` that an output with `info.viewOf` stands for.
Tensor viewOfInput(const OutputInfo& info, const Tensor& input);

/// "{{node x}} op y: ..." facts on an error that came out of a node.
Error&& atNode(Error&& e, std::string_view node, std::string_view op);

}  // namespace smw
