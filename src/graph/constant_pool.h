// One Constant for each weight, whichever graphs use it.
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "graph/constant.h"

namespace smw {

/// Which tensor of the checkpoint a variable of the main graph starts with.
struct VariableInfo {
  std::string key;
  std::string slice;  // RestoreV2's shape_and_slice, "" for the whole tensor
  DType dtype = DType::kInvalid;
  Shape
      shape;  // the variable's, which a slice or a reshape on the way may make other than the key's
};

/// By the name of the variable's node in the main graph (VarHandleOp, VariableV2, ...).
using Variables = std::map<std::string, VariableInfo, std::less<>>;

class ConstantPool {
 public:
  Ref<Constant> fromCheckpoint(const VariableInfo& v);
  /// `length` bytes at `offset` of the model's own file.
  Ref<Constant> fromFile(std::string_view file, int64_t offset, int64_t length, DType dtype,
                         const Shape& shape);
  /// Output `output` of `op` on these constants; the same one for the same op, attributes and
  /// constants.
  Ref<Constant> derived(const OpDef& op, const Attrs& attrs, std::vector<Ref<Constant>> inputs,
                        DType dtype, const Shape& shape, int output = 0, int numOutputs = 1);
  /// Forgets all, so that constants are held by their users only.
  void clear() { byKey_.clear(); }

 private:
  std::map<std::string, Ref<Constant>, std::less<>> byKey_;
};

}  // namespace smw
