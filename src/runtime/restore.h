// How a model's variables get their first values.
#pragma once

#include <string>
#include <vector>

#include "graph/constant_pool.h"
#include "savedmodel/info.h"
#include "savedmodel/reader.h"

namespace smw {

struct RestorePlan {
  /// What the restore op sets; of what it leaves, what the object graphs of TF2 tell.
  Variables variables;
  std::string op;              // the restore op's node
  std::string filenameTensor;  // fed with the checkpoint's prefix
  /// The op does more than set variables (it fills tables, say): it is to be run as well.
  bool mustRun = false;
};

RestorePlan planRestore(const tensorflow::MetaGraphDef& metaGraph, const SavedModelReader& reader);

/// Signatures whose composite inputs and outputs are replaced by their parts, keyed "name/part".
std::vector<SignatureFact> flatSignatures(std::vector<SignatureFact> signatures);

}  // namespace smw
