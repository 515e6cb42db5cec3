// RestoreV2: tensors of a checkpoint.
#include "ops/families.h"

namespace smw {
namespace {

/// prefix: string scalar, tensor_names and shape_and_slices: string vectors of equal length ->
/// tensors, as attribute dtypes says.
Status resolveRestoreV2(Resolver& r) {
  SMW_TRY(r.requireScalar(0, "prefix"));
  SMW_TRY(r.requireVector(1, "tensor_names"));
  SMW_TRY(r.requireVector(2, "shape_and_slices"));
  const auto dtypes = SMW_TRY(r.attr<std::vector<DType>>("dtypes"));
  const int64_t n = r.shape(1).numElements();
  if (int64_t(dtypes.size()) != n || r.shape(2).numElements() != n)
    return invalidArgument("Input tensor_names and shape_and_slices should have ", dtypes.size(),
                           " elements as dtypes has, got ", n, " and ", r.shape(2).numElements());
  return r.tensorKernel([dtypes](Step& s) -> Status {
    const std::string& prefix = *s.input(0).data<std::string>();
    const std::string* names = s.input(1).data<std::string>();
    const std::string* slices = s.input(2).data<std::string>();
    // All are asked for before the step waits, so that they are read together.
    bool complete = true;
    std::vector<Tensor> tensors(dtypes.size());
    for (size_t i = 0; i < dtypes.size(); ++i) {
      auto t = SMW_TRY(s.context().checkpoint().restore(prefix, names[i], slices[i], dtypes[i]));
      if (t)
        tensors[i] = *std::move(t);
      else
        complete = false;
    }
    if (!complete) {
      s.wait();
      return {};
    }
    for (size_t i = 0; i < tensors.size(); ++i) s.setOutput(int(i), std::move(tensors[i]));
    return {};
  });
}

constexpr OpDef kOps[] = {
    {"RestoreV2", "prefix, tensor_names, shape_and_slices -> tensors*dtypes", resolveRestoreV2,
     Effect::kStateful},
};

}  // namespace

std::span<const OpDef> restoreOps() { return kOps; }

}  // namespace smw
