// A value that flows along an edge: dtype, shape and shared elements.
#pragma once

#include <span>
#include <string>

#include "base/ref.h"
#include "base/status.h"
#include "tensor/buffer.h"
#include "tensor/dtype.h"
#include "tensor/shape.h"

namespace smw {

/// Something a graph holds a handle to and changes: a variable, a table, a random state.
class Resource : public RefCounted {
 public:
  /// "Variable", "HashTable", ...: for error messages.
  virtual std::string_view kind() const = 0;
};
/// Element of a DT_RESOURCE tensor.
using ResourceHandle = Ref<Resource>;

/// A value of a type that only some ops know: a TensorList, an Optional. Immutable once shared.
class Variant : public RefCounted {
 public:
  virtual std::string_view kind() const = 0;
};
/// Element of a DT_VARIANT tensor; null is an empty variant.
using VariantValue = Ref<Variant>;

/// Elements are row-major. Copies share them; who wants to write makes sure that it is the only
/// holder.
class Tensor {
 public:
  Tensor() = default;  // dtype kInvalid: no value

  /// Uninitialised numbers, empty strings, null handles. RESOURCE_EXHAUSTED where there is no room.
  static Result<Tensor> allocate(DType dtype, const Shape& shape);
  /// Numbers from `offset` bytes into `buffer`, which must be large enough.
  static Tensor view(DType dtype, const Shape& shape, Ref<Buffer> buffer, int64_t offset = 0);
  template <typename T>
  static Result<Tensor> of(std::span<const T> values, const Shape& shape);
  template <typename T>
  static Result<Tensor> scalar(const T& value) {
    return of<T>(std::span<const T>(&value, 1), Shape());
  }

  DType dtype() const { return dtype_; }
  const Shape& shape() const { return shape_; }
  int64_t numElements() const { return shape_.numElements(); }
  /// Bytes of all elements; for strings, the size of the string objects themselves.
  int64_t numBytes() const { return shape_.numElements() * int64_t(dtypeSize(dtype_)); }
  bool hasValue() const { return dtype_ != DType::kInvalid; }
  explicit operator bool() const { return hasValue(); }

  void* raw() { return data_; }
  const void* raw() const { return data_; }
  template <typename T>
  T* data() {
    return static_cast<T*>(data_);
  }
  template <typename T>
  const T* data() const {
    return static_cast<const T*>(data_);
  }
  template <typename T>
  std::span<const T> span() const {
    return {data<T>(), size_t(numElements())};
  }

  const Ref<Buffer>& buffer() const { return buffer_; }
  /// True where no other tensor shares the elements.
  bool unique() const { return buffer_.unique(); }

  /// The same elements under another shape of equally many elements.
  Tensor reshaped(const Shape& shape) const;
  /// The same bytes under another dtype and shape of equal total size.
  Tensor reinterpreted(DType dtype, const Shape& shape) const;
  /// Elements of its own.
  Result<Tensor> clone() const;

  /// The integers of an int32 or int64 tensor (any small integer dtype) as int64, for shapes and
  /// axes.
  Result<Dims> toInts() const;

  /// "float32[2,3]"
  std::string describe() const;

 private:
  DType dtype_ = DType::kInvalid;
  Shape shape_;
  Ref<Buffer> buffer_;
  void* data_ = nullptr;
};

/// Copies n elements of `dtype`, objects included.
void copyElements(DType dtype, void* to, const void* from, int64_t n);

template <typename T>
Result<Tensor> Tensor::of(std::span<const T> values, const Shape& shape) {
  static_assert(kDTypeOf<T> != DType::kInvalid);
  if (int64_t(values.size()) != shape.numElements())
    return internal("Tensor::of: values do not fill the shape");
  Tensor t = SMW_TRY(allocate(kDTypeOf<T>, shape));
  copyElements(t.dtype(), t.raw(), values.data(), int64_t(values.size()));
  return t;
}

}  // namespace smw
