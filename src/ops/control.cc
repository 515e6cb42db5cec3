// Ops that call functions, and Assert and Placeholder. src/runtime runs the calls on its frames.
#include "ops/families.h"
#include "ops/format_tensor.h"

namespace smw {
namespace {

Result<FunctionRef> function(Resolver& r, const char* attr) { return r.attr<FunctionRef>(attr); }

/// cond: scalar, or any for TensorFlow's notion of truth; input: the branches' arguments.
Status resolveIf(Resolver& r) {
  if (r.numInputs() < 1) return invalidArgument("If needs a condition");
  ControlFlow c{ControlFlow::kIf, {}};
  c.functions.push_back(SMW_TRY(function(r, "then_branch")));
  c.functions.push_back(SMW_TRY(function(r, "else_branch")));
  return r.controlFlow(std::move(c));
}

/// branch_index: int32 scalar, out of range means the last branch.
Status resolveCase(Resolver& r) {
  if (r.numInputs() < 1) return invalidArgument("Case needs a branch index");
  SMW_TRY(r.requireScalar(0, "branch_index"));
  ControlFlow c{ControlFlow::kCase, SMW_TRY(r.attr<std::vector<FunctionRef>>("branches"))};
  if (c.functions.empty()) return invalidArgument("Case needs at least one branch");
  return r.controlFlow(std::move(c));
}

/// input: the loop variables, which cond looks at and body replaces.
Status resolveWhile(Resolver& r) {
  ControlFlow c{ControlFlow::kWhile, {}};
  c.functions.push_back(SMW_TRY(function(r, "cond")));
  c.functions.push_back(SMW_TRY(function(r, "body")));
  if (r.numOutputs() != r.numInputs())
    return invalidArgument("While has ", r.numInputs(), " inputs, but ", r.numOutputs(),
                           " outputs");
  return r.controlFlow(std::move(c));
}

Status resolveCall(Resolver& r) {
  return r.controlFlow({ControlFlow::kCall, {SMW_TRY(function(r, "f"))}});
}

/// condition: bool scalar; data: what the message shows where it is false.
Status resolveAssert(Resolver& r) {
  SMW_TRY(r.requireScalar(0, "condition"));
  struct Shown {
    DType dtype;
    Shape shape;
  };
  std::vector<Shown> shown;
  for (int i = 1; i < r.numInputs(); ++i) shown.push_back({r.dtype(i), r.shape(i)});
  const int64_t summarize = r.attrOr("summarize", int64_t(3));
  return r.kernel([shown = std::move(shown), summarize](const Args& a) -> Status {
    if (*a.in<bool>(0)) return {};
    std::string message = "assertion failed:";
    for (size_t i = 0; i < shown.size(); ++i)
      message += cat(
          " [", summarizeElements(shown[i].dtype, shown[i].shape, a.inputs[1 + i], summarize), "]");
    return invalidArgument(std::move(message));
  });
}

Status resolvePlaceholder(Resolver& r) {
  return invalidArgument("You must feed a value for placeholder tensor '", r.node(),
                         "' with dtype ", dtypeName(r.attrOr("dtype", DType::kInvalid)),
                         " and shape ", r.attrOr("shape", PartialShape()).toString());
}

constexpr OpDef kOps[] = {
    {"Assert", "condition, data*T ->", resolveAssert, Effect::kStateful},
    {"Case", "branch_index, input*Tin -> output*Tout", resolveCase, Effect::kStateful},
    {"If", "cond, input*Tin -> output*Tout", resolveIf, Effect::kStateful},
    {"PartitionedCall", "args*Tin -> output*Tout", resolveCall},
    {"Placeholder", "-> output", resolvePlaceholder},
    {"PlaceholderV2", "-> output", resolvePlaceholder},
    {"StatefulPartitionedCall", "args*Tin -> output*Tout", resolveCall, Effect::kStateful},
    {"StatelessCase", "branch_index, input*Tin -> output*Tout", resolveCase},
    {"StatelessIf", "cond, input*Tin -> output*Tout", resolveIf},
    {"StatelessWhile", "input*T -> output*T", resolveWhile},
    {"While", "input*T -> output*T", resolveWhile, Effect::kStateful},
};

}  // namespace

std::span<const OpDef> controlOps() { return kOps; }

}  // namespace smw
