#include "tensor/tensor.h"

#include <algorithm>
#include <cstring>
#include <memory>

#include "base/strings.h"

namespace smw {

namespace {

template <typename T>
void constructAll(void* p, size_t n) {
  std::uninitialized_value_construct_n(static_cast<T*>(p), n);
}
template <typename T>
void destroyAll(void* p, size_t n) {
  std::destroy_n(static_cast<T*>(p), n);
}
template <typename T>
Result<Ref<Buffer>> allocateObjects(int64_t n) {
  return Buffer::tryAllocateObjects(n, sizeof(T), constructAll<T>, destroyAll<T>);
}
template <typename T>
void copyObjects(void* to, const void* from, int64_t n) {
  std::copy_n(static_cast<const T*>(from), n, static_cast<T*>(to));
}

}  // namespace

Result<Tensor> Tensor::allocate(DType dtype, const Shape& shape) {
  Tensor t;
  t.dtype_ = dtype;
  t.shape_ = shape;
  const int64_t n = shape.numElements();
  switch (dtype) {
    case DType::kInvalid:
      return internal("Tensor::allocate: no dtype");
    case DType::kString:
      t.buffer_ = SMW_TRY(allocateObjects<std::string>(n));
      break;
    case DType::kResource:
      t.buffer_ = SMW_TRY(allocateObjects<ResourceHandle>(n));
      break;
    case DType::kVariant:
      t.buffer_ = SMW_TRY(allocateObjects<VariantValue>(n));
      break;
    default: {
      int64_t bytes;
      if (__builtin_mul_overflow(n, int64_t(dtypeSize(dtype)), &bytes))
        return resourceExhausted("out of memory: a tensor ", t.describe());
      auto b = Buffer::tryAllocate(bytes);
      if (!b)
        return resourceExhausted("out of memory: a tensor ", t.describe(), " of ", bytes, " bytes");
      t.buffer_ = *std::move(b);
    }
  }
  t.data_ = t.buffer_->data();
  return t;
}

Tensor Tensor::view(DType dtype, const Shape& shape, Ref<Buffer> buffer, int64_t offset) {
  Tensor t;
  t.dtype_ = dtype;
  t.shape_ = shape;
  t.data_ = buffer->data() + offset;
  t.buffer_ = std::move(buffer);
  return t;
}

Tensor Tensor::reshaped(const Shape& shape) const {
  Tensor t = *this;
  t.shape_ = shape;
  return t;
}

Tensor Tensor::reinterpreted(DType dtype, const Shape& shape) const {
  Tensor t = reshaped(shape);
  t.dtype_ = dtype;
  return t;
}

Result<Tensor> Tensor::clone() const {
  Tensor t = SMW_TRY(allocate(dtype_, shape_));
  copyElements(dtype_, t.raw(), raw(), numElements());
  return t;
}

Result<Dims> Tensor::toInts() const {
  Dims out;
  const auto take = [&]<typename T>(const T* p) {
    for (int64_t i = 0; i < numElements(); ++i) out.push_back(int64_t(p[i]));
  };
  switch (dtype_) {
    case DType::kInt8:
      take(data<int8_t>());
      break;
    case DType::kInt16:
      take(data<int16_t>());
      break;
    case DType::kInt32:
      take(data<int32_t>());
      break;
    case DType::kInt64:
      take(data<int64_t>());
      break;
    case DType::kUint8:
      take(data<uint8_t>());
      break;
    case DType::kUint16:
      take(data<uint16_t>());
      break;
    case DType::kUint32:
      take(data<uint32_t>());
      break;
    default:
      return invalidArgument("integers are needed, got ", describe());
  }
  return out;
}

std::string Tensor::describe() const { return cat(dtypeName(dtype_), shape_); }

void copyElements(DType dtype, void* to, const void* from, int64_t n) {
  switch (dtype) {
    case DType::kString:
      return copyObjects<std::string>(to, from, n);
    case DType::kResource:
      return copyObjects<ResourceHandle>(to, from, n);
    case DType::kVariant:
      return copyObjects<VariantValue>(to, from, n);
    default:
      if (n > 0) std::memmove(to, from, size_t(n) * dtypeSize(dtype));
  }
}

}  // namespace smw
