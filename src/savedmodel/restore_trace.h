// What a model's restore op would do, read off its graph: which variable takes which tensor.
#pragma once

#include <string>
#include <vector>

#include "tensor/dtype.h"

namespace tensorflow {
class MetaGraphDef;
}

namespace smw {

/// A variable that is set to a tensor of the checkpoint.
struct RestoredVariable {
  std::string node = {};           // VarHandleOp or VariableV2 of the main graph
  std::string key = {};            // in the checkpoint
  std::string shapeAndSlice = {};  // RestoreV2's, "" for the whole tensor
  DType dtype = DType::kInvalid;
  bool reshaped =
      false;  // a Reshape lies between: the variable's shape may differ from the tensor's
};

/// Something the restore op does that is not a plain assignment, such as filling a table. To be
/// run.
struct UntracedRestore {
  std::string node = {};  // of the main graph: what to run, or the call in which it happens
  std::string op = {};    // that could not be traced
  std::string function =
      {};  // in whose body it stands, and under which name; "" for the main graph
  std::string inner = {};
};

struct RestoreTrace {
  bool hasRestoreOp = false;
  std::vector<RestoredVariable> variables;
  std::vector<UntracedRestore> untraced;
};

/// Follows saver_def.restore_op_name backwards through the graph and the functions that it calls.
/// Never fails: what cannot be followed is listed.
RestoreTrace traceRestore(const tensorflow::MetaGraphDef& metaGraph);

/// Whether the main graph passes a function a VarHandleOp that the trace does not set. Others may
/// have been saved, too, which nothing needs.
bool leavesVariables(const tensorflow::MetaGraphDef& metaGraph, const RestoreTrace& trace);

}  // namespace smw
