// Activations that models spell as several ops, and any chain of elementwise ops. Made by graph
// passes only.
#include "ops/element_op.h"
#include "ops/elementwise.h"
#include "ops/families.h"

namespace smw {
namespace {

template <kernels::UnaryOp kOp>
Status unary(Resolver& r) {
  return resolveUnary(r, kOp);
}

constexpr OpDef kOps[] = {
    {"_FusedElementwise", "values*num_args -> results*num_results", resolveFusedElementwise},
    {"_GeluErf", "x -> y", unary<kernels::UnaryOp::kGeluErf>},
    {"_GeluTanh", "x -> y", unary<kernels::UnaryOp::kGeluTanh>},
    {"_HardSwish", "x -> y", unary<kernels::UnaryOp::kHardSwish>},
    {"_Mish", "x -> y", unary<kernels::UnaryOp::kMish>},
    {"_Silu", "x -> y", unary<kernels::UnaryOp::kSilu>},
};

}  // namespace

std::span<const OpDef> fusedUnaryOps() { return kOps; }

}  // namespace smw
