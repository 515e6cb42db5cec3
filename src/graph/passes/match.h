// What the fusing passes share: names of the fused ops, and reading small facts off a graph.
#pragma once

#include <string_view>
#include <vector>

#include "graph/graph.h"
#include "graph/rewrite.h"

namespace smw::passes {

inline constexpr std::string_view kFusedConv = "_FusedConv2D";
inline constexpr std::string_view kFusedDepthwise = "_FusedDepthwiseConv2d";
inline constexpr std::string_view kFusedMatMul = "_FusedMatMul";
inline constexpr std::string_view kFusedAttention = "_FusedAttention";
inline constexpr std::string_view kFusedLstm = "_FusedLSTM";
inline constexpr std::string_view kFusedGru = "_FusedGRU";
inline constexpr std::string_view kFusedSqueezeExcite = "_FusedSqueezeExcite";
inline constexpr std::string_view kScaleColumns = "_ScaleColumns";

/// Makes `n`, which keeps its name and readers, an op with one output.
void becomeOp(Node& n, std::string_view op, std::vector<Output> inputs, Attrs attrs);

/// Makes `n` a _FusedMatMul of its two inputs. `rank` of the first, 0 for any; its last `contract`
/// dimensions are summed over, and `outDims` come instead.
void becomeMatMul(Node& n, std::vector<int64_t> outDims, int contract, int64_t rank,
                  bool transposed);

/// FusedBatchNorm in any version, not its gradient.
bool isBatchNorm(const Node& n);

/// The float32 scalar that `o` is known to be; `otherwise` where it is none.
float scalarOr(const Graph& g, Output o, float otherwise);

/// The other input of a commutative op with two inputs.
inline Output otherInput(const Node& n, int input) { return n.inputs[size_t(1 - input)]; }

}  // namespace smw::passes
