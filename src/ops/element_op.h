// An elementwise op as a loop over runs of elements, for steps that hold several such ops.
#pragma once

#include <initializer_list>

#include "kernels/binary.h"
#include "kernels/unary.h"
#include "ops/resolver.h"

namespace smw {

/// What the op does to a run of elements.
struct ElementLoop {
  kernels::RunFn run = nullptr;  // the context is this object
  Error (*failure)() = nullptr;  // what it means where `run` returns false
  int operands = 0;
  kernels::UnaryKernel unary{};
  kernels::BinaryKernel binary{};
};

/// Who runs the loop himself resolves the op with one of these for its state, which elementwise ops
/// have none of.
struct ElementOp : RefCounted {
  ElementLoop loop;
  Shape shapes[kernels::kMaxOperands];  // of the operands, as they broadcast to the output

  static ElementOp* wanted(Resolver& r) { return static_cast<ElementOp*>(r.nodeState().get()); }
  /// Leaves `fn` instead of a kernel.
  Status set(kernels::RunFn fn, std::initializer_list<Shape> operandShapes);
  Status setBinary(const kernels::BinaryKernel& k, const Shape& a, const Shape& b);
};

/// _FusedElementwise.
Status resolveFusedElementwise(Resolver& r);

}  // namespace smw
