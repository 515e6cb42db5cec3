// What is compared more loosely than the rules say, or not run: tests/conformance/exceptions.json.
#pragma once

#include <optional>
#include <string>

#include "compare.h"
#include "ops/attrs.h"

namespace smw::conformance {

/// The rules' tolerance for an output of `op`, or the looser one of the list.
Tolerance toleranceFor(std::string_view op, DType dtype);

/// The same for an output of a model; `noise` is how far TensorFlow's own optimised run lies off.
Tolerance toleranceFor(std::string_view model, std::string_view output, DType dtype, double noise);

/// Why a case is not run, or nothing.
std::optional<std::string> skipReason(std::string_view op, const Attrs& attrs, bool isError);

}  // namespace smw::conformance
