#include "graph/compression.h"

namespace smw {

bool gainsBy(int kind, int64_t taps, int64_t rows, int64_t columns) {
  if (kind == 0 || taps == 0 || rows * columns < 4096) return false;
  // Activations are made integers at each run, which takes columns to be worth it. Sums of more
  // rows than that could leave int32.
  return kind != kernels::Compressed::kInt8 ||
         (rows / taps >= 32 && columns >= 32 && rows <= 1 << 16);
}

kernels::Compressed formatOf(const Constant& c) {
  const int64_t taps = c.packedTaps;
  return {kernels::Compressed::Kind(c.compression), taps, c.packedRows / taps, c.packedColumns};
}

Status compressConstant(Constant& c, Compression& compression) {
  if (c.compression == 0) return {};
  const kernels::Compressed format = formatOf(c);
  const int64_t floats = format.floats();
  if (c.value.numElements() == floats) return {};  // made of something compressed
  Tensor to = SMW_TRY(Tensor::allocate(DType::kFloat, SMW_TRY(Shape::make({{floats}}))));
  Compression::Layer layer{c.source.key, c.value.numBytes(), to.numBytes(), {}};
  if (!compress(format, c.value.data<float>(), to.data<float>(), layer.error)) return {};
  c.value = std::move(to);
  compression.layers.push_back(std::move(layer));
  return {};
}

}  // namespace smw
