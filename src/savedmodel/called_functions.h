// Of a MetaGraph's functions those that matter. Keras exports several for each layer, and every
// model one that saves it: most are never called.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace tensorflow {
class MetaGraphDef;
}

namespace smw {

/// What is known of functions that were not parsed.
struct UncalledFunctions {
  int64_t count = 0;
  std::map<std::string, int64_t, std::less<>> ops;  // how many nodes have each
};

/// Parses those of the serialized FunctionDefs that nodes of the graph can reach, and adds
/// them to its library; the node that saves the model does not count. False where one is damaged.
/// Of functions that say the same only one is added, and all calls are of that; but where
/// `uncalled` is given, each is looked into: those that are called are added, others counted.
bool addCalledFunctions(tensorflow::MetaGraphDef& m, std::vector<std::string> serialized,
                        UncalledFunctions* uncalled);

}  // namespace smw
