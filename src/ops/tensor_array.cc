#include "ops/tensor_array.h"

#include "base/strings.h"
#include "ops/tensor_list.h"
#include "ops/update.h"

namespace smw {

Result<Ref<TensorArray>> asTensorArray(const Tensor& handle) {
  if (handle.dtype() != DType::kResource || handle.numElements() != 1)
    return invalidArgument("a TensorArray's handle is needed, got ", handle.describe());
  const ResourceHandle& h = *handle.data<ResourceHandle>();
  if (!h || h->kind() != "TensorArray")
    return invalidArgument("a TensorArray's handle is needed, got that of ",
                           h ? h->kind() : std::string_view("nothing"));
  Ref<TensorArray> a(static_cast<TensorArray*>(h.get()));
  if (a->closed()) return invalidArgument("TensorArray has already been closed.");
  return a;
}

Status TensorArray::narrowElementShape(const PartialShape& shape) {
  elementShape_ = SMW_TRY(mergeShapes(elementShape_, shape));
  return {};
}

Status TensorArray::write(int64_t index, Tensor value) {
  if (value.dtype() != dtype_)
    return invalidArgument("TensorArray dtype is ", dtypeName(dtype_),
                           " but op is trying to write dtype ", dtypeName(value.dtype()));
  if (index < 0 || (index >= size() && !dynamicSize))
    return invalidArgument(
        "Tried to write to index ", index, " but array ",
        dynamicSize ? "needs a non-negative one" : cat("is not resizeable and size is: ", size()));
  if (index >= kMostListEntries) return resourceExhausted("a TensorArray of ", index, " elements");
  if (!elementShape_.matches(value.shape()))
    return invalidArgument("Could not write to TensorArray index ", index,
                           " because the value shape is ", value.shape(),
                           " which is incompatible with the TensorArray's inferred element ",
                           "shape: ", elementShape_.toString());
  if (identicalElementShapes && !elementShape_.fullyKnown())
    SMW_TRY(narrowElementShape(PartialShape(value.shape())));
  if (index >= size()) entries_.resize(size_t(index) + 1);
  Entry& e = entries_[size_t(index)];
  if (e.cleared)
    return invalidArgument("Could not write to TensorArray index ", index,
                           " because it has already been read.");
  if (e.written && !addsUp)
    return invalidArgument("Could not write to TensorArray index ", index,
                           " because it has already been written to.");
  if (!e.written) {
    e.value = std::move(value);
    e.written = true;
    return {};
  }
  if (!(e.value.shape() == value.shape()))
    return invalidArgument("Could not aggregate to TensorArray index ", index,
                           " because the shapes differ: ", e.value.shape(), " and ", value.shape());
  const UpdateFn add = updateFn(Update::kAdd, dtype_);
  if (!add) return unimplemented("adding up gradients of dtype ", dtypeName(dtype_));
  if (!e.value.unique()) e.value = SMW_TRY(e.value.clone());
  add(e.value.raw(), value.raw(), value.numElements());
  return {};
}

Result<Tensor> TensorArray::read(int64_t index) {
  if (index < 0 || index >= size())
    return invalidArgument("Tried to read from index ", index, " but array size is: ", size());
  Entry& e = entries_[size_t(index)];
  if (e.cleared)
    return invalidArgument("Could not read index ", index,
                           " twice because it was cleared after a previous read (perhaps try ",
                           "setting clear_after_read = false?).");
  if (!e.written) {
    const auto shape = elementShape_.fullyKnown();
    if (!shape)
      return invalidArgument(
          "Could not read from TensorArray index ", index,
          ".  Furthermore, the element shape is not fully defined: ", elementShape_.toString());
    e.value = SMW_TRY(zerosFor(dtype_, *shape));
    e.written = true;
  }
  if (!clearAfterRead) return e.value;
  e.cleared = true;
  return std::move(e.value);
}

Result<Ref<TensorArray>> TensorArray::gradient(const std::string& source) {
  auto& g = gradients_[source];
  if (!g) {
    g = makeRef<TensorArray>(dtype_, elementShape_, size());
    g->clearAfterRead = clearAfterRead;
    g->identicalElementShapes = identicalElementShapes;
    g->addsUp = true;
  }
  return g;
}

}  // namespace smw
