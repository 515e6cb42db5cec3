// The arguments of an op: how names of outputs become flat indices.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"
#include "ops/attrs.h"

namespace tensorflow {
class OpDef;
}

namespace smw {

struct ArgSpec {
  std::string name;
  /// Attribute that tells how many tensors the argument is: an integer, or a list with one type for
  /// each. Empty: one tensor.
  std::string lengthAttr;
  bool isRef = false;
};

struct OpArgs {
  std::vector<ArgSpec> inputs, outputs;

  /// Of "ref&, values*N -> output" (smw::OpDef::args).
  static OpArgs parse(std::string_view args);
  static OpArgs fromProto(const tensorflow::OpDef& op);
};

/// How many tensors `arg` is. INVALID_ARGUMENT where the attribute is missing or out of range.
Result<int> argLength(const ArgSpec& arg, const Attrs& attrs);
/// How many tensors all of `args` are.
Result<int> flatLength(const std::vector<ArgSpec>& args, const Attrs& attrs);
/// The flat index of tensor `i` of the argument `name`; NOT_FOUND where there is none of that name.
Result<int> flatIndex(const std::vector<ArgSpec>& args, const Attrs& attrs, std::string_view name,
                      int64_t i);
/// Whether flat tensor `i` is a reference.
bool isRefArg(const std::vector<ArgSpec>& args, const Attrs& attrs, int i);

}  // namespace smw
