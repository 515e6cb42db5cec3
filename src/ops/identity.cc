// Ops that hand on their inputs: Identity and its kin.
#include "ops/families.h"

namespace smw {
namespace {

Status resolveIdentity(Resolver& r) {
  r.addView(0, r.shape(0));
  return r.nothing();
}

Status resolveIdentityN(Resolver& r) {
  for (int i = 0; i < r.numInputs(); ++i) r.addView(i, r.shape(i));
  return r.nothing();
}

Status resolveNoOp(Resolver& r) { return r.nothing(); }

/// Checks the shape that arrives against the attribute `shape`.
Status resolveEnsureShape(Resolver& r) {
  const auto want = SMW_TRY(r.attr<PartialShape>("shape"));
  if (!want.matches(r.shape(0)))
    return invalidArgument("Shape of tensor ", r.shape(0),
                           " is not compatible with expected shape ", want.toString());
  return resolveIdentity(r);
}

constexpr OpDef kOps[] = {
    {"EnsureShape", "input -> output", resolveEnsureShape},
    {"Identity", "input -> output", resolveIdentity},
    {"IdentityN", "input*T -> output*T", resolveIdentityN},
    {"NoOp", "->", resolveNoOp},
    {"PlaceholderWithDefault", "input -> output", resolveIdentity},
    {"PreventGradient", "input -> output", resolveIdentity},
    {"Snapshot", "input -> output", resolveIdentity},
    {"StopGradient", "input -> output", resolveIdentity},
};

}  // namespace

std::span<const OpDef> identityOps() { return kOps; }

}  // namespace smw
