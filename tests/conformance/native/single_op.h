// One op as a graph of one node.
#pragma once

#include <string>
#include <vector>

#include "base/status.h"
#include "proto/graph.pb.h"
#include "tensor/tensor.h"

namespace smw::conformance {

/// A node with its arguments.
struct OpCall {
  tensorflow::NodeDef node;  // inputs are named in0 .. inN
  std::vector<tensorflow::TensorProto> inputs;
};

/// How the arguments reach the node.
enum class Feeding {
  kFed,       // at run time: nothing can be computed ahead
  kConstant,  // as Const nodes
};

/// The outputs of `runs` runs in one session: the first records a recipe, the next ones replay it.
/// UNIMPLEMENTED where the table of ops lacks the op.
Result<std::vector<std::vector<Tensor>>> runSingleOp(const OpCall& call, Feeding feeding, int runs);

/// "Conv2D(padding="SAME", strides=[1,2,2,1], T=float32)".
std::string describe(const tensorflow::NodeDef& node);

}  // namespace smw::conformance
