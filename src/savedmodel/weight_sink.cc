#include "savedmodel/weight_sink.h"

namespace smw {

Status WeightSink::strings(std::span<std::string>) {
  return invalidArgument("strings where numbers were expected");
}

Status TensorSink::begin(DType dtype, const Shape& shape) {
  tensor_ = SMW_TRY(Tensor::allocate(dtype, shape));
  return {};
}

std::byte* TensorSink::direct(int64_t) { return tensor_.data<std::byte>(); }

Status TensorSink::strings(std::span<std::string> values) {
  for (size_t i = 0; i < values.size(); ++i) tensor_.data<std::string>()[i] = std::move(values[i]);
  return {};
}

}  // namespace smw
