// Where a weight's bytes go as they arrive.
#pragma once

#include <span>
#include <string>

#include "base/status.h"
#include "tensor/tensor.h"

namespace smw {

/// Takes one tensor. The loader calls begin, then consume until all bytes came (or strings, once),
/// then finish; after an error nothing more.
class WeightSink {
 public:
  virtual ~WeightSink() = default;

  /// What is coming. A chance to allocate.
  virtual Status begin(DType, const Shape&) { return {}; }
  /// Memory for all `bytes` of the tensor in plain row-major order, filled without a copy; null
  /// (the default) where the sink rearranges. consume() is called all the same, with spans of that
  /// memory.
  virtual std::byte* direct(int64_t /*bytes*/) { return nullptr; }
  /// Bytes at `offset` of the row-major, little-endian tensor. Ascending, without gaps, each byte
  /// once; never cuts an element in two.
  virtual Status consume(int64_t offset, std::span<const std::byte> bytes) = 0;
  /// All elements of a DT_STRING tensor, to move from.
  virtual Status strings(std::span<std::string> values);
  virtual Status finish() { return {}; }
};

/// Makes a plain Tensor, strings included.
class TensorSink : public WeightSink {
 public:
  Status begin(DType dtype, const Shape& shape) override;
  std::byte* direct(int64_t bytes) override;
  Status consume(int64_t, std::span<const std::byte>) override { return {}; }
  Status strings(std::span<std::string> values) override;
  Tensor& tensor() { return tensor_; }

 private:
  Tensor tensor_;
};

}  // namespace smw
