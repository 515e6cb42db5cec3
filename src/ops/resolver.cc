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
    return invalidArgument("input ", i, " must be a vector, not of shape ", shape(i).toString());
  return SMW_TRY(value(i))->toInts();
}

Result<int64_t> Resolver::integer(int i) {
  if (shape(i).numElements() != 1)
    return invalidArgument("input ", i, " must be a scalar, not of shape ", shape(i).toString());
  return SMW_TRY(SMW_TRY(value(i))->toInts())[0];
}

Status Resolver::requireRank(int i, int want, std::string_view name) {
  if (rank(i) == want) return {};
  return fail(Error(Code::kInvalidArgument,
                    cat(name, " must be of rank ", want, ", got shape ", shape(i).toString()))
                  .about(name)
                  .wanted(cat("rank ", want))
                  .got(shape(i).toString()));
}

Error Resolver::unsupportedDType(DType t) const {
  return unimplemented("op ", op_, " is not supported for dtype ", dtypeName(t));
}

}  // namespace smw
