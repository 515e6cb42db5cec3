// TensorShapeProto to our shapes.
#pragma once

#include "base/status.h"
#include "tensor/shape.h"

namespace tensorflow {
class TensorShapeProto;
}

namespace smw {

/// INVALID_ARGUMENT where a dimension or the rank is unknown, or the size is beyond bounds.
Result<Shape> shapeFromProto(const tensorflow::TensorShapeProto& proto);
PartialShape partialShapeFromProto(const tensorflow::TensorShapeProto& proto);

}  // namespace smw
