// Nodes that call functions.
#pragma once

#include <functional>
#include <string_view>
#include <vector>

#include "graph/graph.h"

namespace smw {

enum class CallKind : uint8_t { kNone, kCall, kIf, kCase, kWhile };

/// kCall: PartitionedCall, StatefulPartitionedCall. The Stateless forms count as their plain ones.
CallKind callKind(std::string_view op);

/// The functions of a node: If has then and else, While cond and body, Case its branches. Empty
/// where the node calls none, or its attributes are not those of a call.
std::vector<FunctionRef> callees(const Node& n);
/// Replaces them, in the same order.
void setCallees(Node& n, std::vector<FunctionRef> functions);

/// Inputs of the node that its functions do not get: the condition of If, the index of Case.
inline int callOffset(CallKind kind) { return kind == CallKind::kIf || kind == CallKind::kCase; }

/// INVALID_ARGUMENT where a function that `n` calls has other numbers of inputs or outputs than the
/// node. `bodies` are those of callees(n).
Status checkCall(const Node& n, std::span<Graph* const> bodies);

/// All functions that `roots` reach, in the order in which they are met; each once. The roots come
/// first.
Result<std::vector<Graph*>> reachableGraphs(std::span<Graph* const> roots,
                                            FunctionLibrary& library);

}  // namespace smw
