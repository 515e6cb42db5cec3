// The resource behind TensorArray ops (TF1 loops): tensors by index, written once.
#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "tensor/tensor.h"

namespace smw {

class TensorArray : public Resource {
 public:
  TensorArray(DType dtype, PartialShape elementShape, int64_t size)
      : dtype_(dtype), elementShape_(std::move(elementShape)), entries_(size_t(size)) {}

  std::string_view kind() const override { return "TensorArray"; }
  DType dtype() const { return dtype_; }
  int64_t size() const { return int64_t(entries_.size()); }
  bool closed() const { return closed_; }
  void close() {
    closed_ = true;
    entries_.clear();
    gradients_.clear();
  }

  // Attributes of the op that made it.
  bool dynamicSize = false;
  bool clearAfterRead = true;
  bool identicalElementShapes = false;
  /// A gradient's entries may be written again: values add up.
  bool addsUp = false;

  /// FAILED_PRECONDITION or INVALID_ARGUMENT as TensorFlow's TensorArray gives it.
  Status write(int64_t index, Tensor value);
  Result<Tensor> read(int64_t index);
  /// What entries look like, as far as known.
  const PartialShape& elementShape() const { return elementShape_; }
  Status narrowElementShape(const PartialShape& shape);

  /// The gradient array of that name, made at first use.
  Result<Ref<TensorArray>> gradient(const std::string& source);

 private:
  struct Entry {
    Tensor value;
    bool written = false, cleared = false;
  };
  DType dtype_;
  PartialShape elementShape_;
  std::vector<Entry> entries_;
  std::map<std::string, Ref<TensorArray>> gradients_;
  bool closed_ = false;
};

/// The array in a resource tensor of one element.
Result<Ref<TensorArray>> asTensorArray(const Tensor& handle);

}  // namespace smw
