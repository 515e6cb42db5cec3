// A variable: what TF2's handles and TF1's references point to.
#pragma once

#include <string>
#include <utility>

#include "tensor/tensor.h"

namespace smw {

/// Holds one tensor at a time. Readers share its elements; whoever assigns replaces the tensor, so
/// what was read before stays as it was.
class Variable : public Resource {
 public:
  Variable(std::string name, DType dtype, PartialShape shape)
      : name_(std::move(name)), dtype_(dtype), shape_(std::move(shape)) {}

  std::string_view kind() const override { return "Variable"; }
  const std::string& name() const { return name_; }
  DType dtype() const { return dtype_; }
  /// What the graph declares; values may only differ from it where the assignment says so.
  const PartialShape& shape() const { return shape_; }

  bool initialized() const { return value_.hasValue(); }
  /// Without a value (dtype kInvalid) before the first assignment.
  const Tensor& value() const { return value_; }
  void assign(Tensor t) { value_ = std::move(t); }
  /// The value, moved out to be changed and assigned again: unique() where no reader shares it.
  Tensor takeValue() { return std::exchange(value_, Tensor()); }

 private:
  std::string name_;
  DType dtype_;
  PartialShape shape_;
  Tensor value_;
};

/// The variable in a resource tensor of one element; FAILED_PRECONDITION where it is none.
Result<Ref<Variable>> asVariable(const Tensor& handle);
/// Its value; FAILED_PRECONDITION naming it where it was never assigned.
Result<Tensor> readVariable(const Variable& variable);

/// Lets `change` (Status(Tensor&)) write to the value's elements: in place where nobody else holds
/// them, else in a copy. After an error the variable is as it was, or partly changed.
template <typename F>
Status changeVariable(Variable& v, F&& change) {
  SMW_TRY(readVariable(v));
  Tensor t = v.takeValue();
  if (!t.unique()) {
    auto copy = t.clone();
    if (!copy) {
      v.assign(std::move(t));
      return fail(std::move(copy).error());
    }
    t = *std::move(copy);
  }
  Status status = change(t);
  v.assign(std::move(t));
  return status;
}

}  // namespace smw
