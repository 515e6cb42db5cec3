#include "ops/variable.h"

#include "base/strings.h"

namespace smw {

Result<Ref<Variable>> asVariable(const Tensor& handle) {
  if (handle.dtype() != DType::kResource || handle.numElements() != 1)
    return invalidArgument("a variable's handle is needed, got ", handle.describe());
  const ResourceHandle& h = *handle.data<ResourceHandle>();
  if (!h) return failedPrecondition("the variable's handle is empty");
  if (h->kind() != "Variable")
    return invalidArgument("a variable's handle is needed, got that of a ", h->kind());
  return Ref<Variable>(static_cast<Variable*>(h.get()));
}

Result<Tensor> readVariable(const Variable& variable) {
  if (!variable.initialized())
    return fail(Error(Code::kFailedPrecondition, cat("Could not find variable ", variable.name(),
                                                     ". It was not initialized before it was read"))
                    .about(variable.name()));
  return variable.value();
}

}  // namespace smw
