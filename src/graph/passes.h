// Rewrites of graphs. One pass, one file in passes/; the list is in passes.cc.
#pragma once

#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "graph/compression.h"
#include "graph/constant_pool.h"
#include "graph/graph.h"

namespace smw {

/// All graphs of a model, and what passes need to know beside them.
struct PassContext {
  /// Signatures and what runs between load and the first call (table initialisers, not restoring).
  std::vector<Graph*> roots;
  FunctionLibrary& library;
  ConstantPool& constants;
  /// What the checkpoint restores. A variable that is in here and that no root assigns is constant.
  const Variables& variables;
  /// Names of passes that are not to run.
  std::set<std::string, std::less<>> off{};
  /// To compute values with. May be null before weights are read: then less is folded by then.
  OpContext* ops = nullptr;
  /// What weights are to be stored as.
  Compression* compression = nullptr;
};

struct Pass {
  enum Stage { kBeforeLoad, kAfterLoad } stage;
  std::string_view name;
  /// Rewrites all roots and the functions that they call.
  Status (*run)(PassContext&);
  /// Ops, with a space between, one of which there must be for the pass to find anything. Where
  /// there is none it is not even looked at: engines compile a function when it is first called.
  std::string_view needs = {};
};

/// In the order in which they run.
std::span<const Pass> allPasses();

/// Before weights are read: inlines, makes constants of variables that never change, fuses, asks
/// for packed layouts. Graphs are pruned.
Status optimizeBeforeLoad(PassContext& c);

/// Constants whose bytes must be read now (kCheckpoint and kFile without a value), each once, also
/// those that others are derived from.
std::vector<Ref<Constant>> constantsToLoad(const PassContext& c);

/// With all constants at hand: computes the derived ones, folds what has only constants for inputs.
/// Needs `c.ops`. Call `c.constants.clear()` before, so that weights can be changed in place.
Status optimizeAfterLoad(PassContext& c);

/// The roots and every function that they reach through calls, each once.
Result<std::vector<Graph*>> reachableGraphs(const PassContext& c);

}  // namespace smw
