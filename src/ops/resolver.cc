#include "ops/resolver.h"

namespace smw {

Result<const Tensor*> Resolver::value(int i) {
  const Tensor* v = inputs_[size_t(i)].value;
  if (!v) {
    dependsOnValues_ = true;
    return failedPrecondition("input ", i, " must be known before the op can be resolved");
  }
  valueUsed_[size_t(i)] = true;
  return v;
}

Result<Dims> Resolver::ints(int i) {
  if (rank(i) > 1)
    return invalidArgument("input ", i, " must be a vector, not of shape ", shape(i));
  return SMW_TRY(value(i))->toInts();
}

Result<int64_t> Resolver::integer(int i) {
  if (shape(i).numElements() != 1)
    return invalidArgument("input ", i, " must be a scalar, not of shape ", shape(i));
  return SMW_TRY(SMW_TRY(value(i))->toInts())[0];
}

Status Resolver::requireRank(int i, int want, const char* name) {
  if (rank(i) == want) return {};
  return fail(invalidArgument(name, " must be of rank ", want, ", got shape ", shape(i))
                  .about(name)
                  .wanted(cat("rank ", want))
                  .got(shape(i).toString()));
}

OutputInfo& Resolver::addOutput(DType dtype, const Shape& shape) {
  outputs_.push_back({dtype, shape});
  return outputs_.back();
}

OutputInfo& Resolver::addOutputReusing(int i, DType dtype, const Shape& shape) {
  OutputInfo& o = addOutput(dtype, shape);
  o.mayReuse = i;
  return o;
}

void Resolver::addView(int i, DType dtype, const Shape& shape) {
  addOutput(dtype, shape).viewOf = i;
}

void Resolver::addValue(Tensor t) {
  OutputInfo& o = addOutput(t.dtype(), t.shape());
  o.value = std::move(t);
}

Status Resolver::kernel(Kernel k) {
  kernel_ = std::move(k);
  return {};
}

Status Resolver::tensorKernel(TensorKernel k) {
  tensorKernel_ = std::move(k);
  return {};
}

Status Resolver::controlFlow(ControlFlow c) {
  controlFlow_ = std::move(c);
  return {};
}

Error Resolver::unsupportedDType(DType t) const {
  return unimplemented("op ", op_, " is not supported for dtype ", dtypeName(t));
}

}  // namespace smw
