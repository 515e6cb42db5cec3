// In which order a signature's arguments were exported. SignatureDef itself is a map and does not
// say.
#pragma once

#include <string>
#include <vector>

namespace tensorflow {
class MetaGraphDef;
class SignatureDef;
}  // namespace tensorflow

namespace smw {

struct SignatureOrder {
  std::vector<std::string> inputs, outputs;  // keys, all of them
};

/// TF2: the order in which the innermost function that takes all of them takes (or returns) them.
/// TF1: the order of the nodes in the graph.
SignatureOrder signatureOrder(const tensorflow::MetaGraphDef& metaGraph,
                              const tensorflow::SignatureDef& signature);

}  // namespace smw
