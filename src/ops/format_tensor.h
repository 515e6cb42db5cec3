// Elements as text, for the messages of Assert and its kin.
#pragma once

#include <string>

#include "tensor/tensor.h"

namespace smw {

/// One element as TensorFlow prints it: numbers as short as they round-trip.
std::string formatElement(DType dtype, const void* elements, int64_t i);

/// The first `limit` elements (all where it is negative), nested by dimension without the outermost
/// brackets: "1 2 3...", "[1 2][3 4]".
std::string summarizeElements(DType dtype, const Shape& shape, const void* elements, int64_t limit);

}  // namespace smw
