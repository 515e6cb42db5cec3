// What the elementwise families share: from Resolver to the kernels of src/kernels, split over
// threads.
#pragma once

#include <span>

#include "kernels/binary.h"
#include "kernels/elem.h"
#include "kernels/parallel.h"
#include "kernels/unary.h"
#include "ops/resolver.h"

namespace smw {

/// How kernels read elements of `t`; kNone for strings, handles and packed types. Quantized types
/// read as the integers they hold.
kernels::Elem elemOf(DType t);
/// The plain DType of an element type.
DType dtypeOf(kernels::Elem e);

/// Elements a thread takes at least, for loops that cost little per element.
inline constexpr int64_t kElementGrain = 16384;

/// Output 0 = op(input 0), elementwise.
Status resolveUnary(Resolver& r, kernels::UnaryOp op, const kernels::UnaryParams& p = {});
/// Output 0 = op(input 0, input 1), broadcast. `failure` is what happens where the kernel does not
/// accept a value (integer division by zero). `rare`: as binaryKernel.
Status resolveBinary(Resolver& r, kernels::BinaryOp op, const kernels::BinaryParams& p = {},
                     Error (*failure)() = nullptr, const kernels::BinaryLoops* rare = nullptr);

/// Operands of these shapes laid out over `out`; UNIMPLEMENTED where too many dimensions remain.
Result<kernels::BroadcastPlan> broadcastOver(const Shape& out,
                                             std::initializer_list<Shape> operands);
/// `k` over all elements of the plan, on all threads. False as BinaryLoop.
bool runBinaryParallel(OpContext& context, const kernels::BinaryKernel& k,
                       const kernels::BroadcastPlan& plan, const void* a, const void* b, void* out);

/// INVALID_ARGUMENT unless inputs a and b have one dtype.
Status requireSameDType(Resolver& r, int a, int b);

}  // namespace smw
