// TensorLists from whole tensors and back: entries are rows of one tensor.
#include "ops/families.h"
#include "ops/tensor_list_rows.h"

namespace smw {
namespace {

/// tensor (n, ...), element_shape -> output_handle of n entries.
Status resolveFromTensor(Resolver& r) {
  r.addOutput(DType::kVariant, Shape());
  return r.tensorKernel([](Step& s) -> Status {
    const Tensor& t = s.input(0);
    PartialShape shape = SMW_TRY(elementShapeOf(s.input(1)));
    SMW_TRY(checkRows(t, shape));
    auto list = makeRef<TensorList>(t.dtype(), std::move(shape));
    list->tensors().reserve(size_t(t.shape()[0]));
    for (int64_t i = 0; i < t.shape()[0]; ++i) list->tensors().push_back(SMW_TRY(rowsOf(t, i, -1)));
    return setTensorList(s, 0, std::move(list));
  });
}

/// input_handle, element_shape -> tensor (n, ...); attribute num_elements says n where >= 0.
Status resolveStack(Resolver& r) {
  const DType t = SMW_TRY(elementDType(r));
  const int64_t n = r.attrOr("num_elements", int64_t(-1));
  SMW_TRY(declareRows(r, 1, t, n));
  return r.tensorKernel([t, n](Step& s) -> Status {
    const TensorList& list = *SMW_TRY(asTensorList(s.input(0)));
    SMW_TRY(checkListDType(list, t));
    if (n >= 0 && n != int64_t(list.tensors().size()))
      return invalidArgument("Operation expected a list with ", n, " elements but got a list with ",
                             list.tensors().size(), " elements.");
    return stackEntries(s, list, SMW_TRY(elementShapeOf(s.input(1))), nullptr);
  });
}

constexpr OpDef kOps[] = {
    {"TensorListFromTensor", "tensor, element_shape -> output_handle", resolveFromTensor},
    {"TensorListStack", "input_handle, element_shape -> tensor", resolveStack},
};

}  // namespace

std::span<const OpDef> tensorListPackOps() { return kOps; }

}  // namespace smw
