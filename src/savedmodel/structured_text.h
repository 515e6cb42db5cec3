// Structured arguments and results of functions as text, for people.
#pragma once

#include <string>

namespace tensorflow {
class StructuredValue;
}

namespace smw {

/// "((TensorSpec(shape=[?,3], dtype=float32, name=x),), {training: false})". Cut off where it gets
/// long.
std::string structuredText(const tensorflow::StructuredValue& value);

}  // namespace smw
