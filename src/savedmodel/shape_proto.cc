#include "savedmodel/shape_proto.h"

#include <algorithm>

#include "proto/tensor.pb.h"

namespace smw {

Result<Shape> shapeFromProto(const tensorflow::TensorShapeProto& proto) {
  if (proto.unknown_rank()) return invalidArgument("the shape has unknown rank");
  Dims dims;
  for (const auto& d : proto.dim()) dims.push_back(d.size());
  return Shape::make(dims);
}

PartialShape partialShapeFromProto(const tensorflow::TensorShapeProto& proto) {
  if (proto.unknown_rank()) return {};
  Dims dims;
  for (const auto& d : proto.dim()) dims.push_back(std::max<int64_t>(d.size(), -1));
  return PartialShape(std::span<const int64_t>(dims));
}

}  // namespace smw
