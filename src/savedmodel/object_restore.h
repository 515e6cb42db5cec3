// Restore by objects: a TF2 checkpoint carries a graph of its own that names each attribute's key.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"

namespace tensorflow {
class SavedObjectGraph;
class TrackableObjectGraph;
}  // namespace tensorflow

namespace smw {

/// The bundle key of the serialized TrackableObjectGraph (a string scalar).
inline constexpr std::string_view kObjectGraphKey = "_CHECKPOINTABLE_OBJECT_GRAPH";

struct ObjectTensor {
  int node;               // in SavedObjectGraph.nodes
  std::string path;       // "layers/0/kernel", for people
  std::string attribute;  // "VARIABLE_VALUE", or what the object (a table, say) chose
  std::string key;        // in the checkpoint
  std::string name;       // the variable's name, where it is one
};

/// Walks both graphs from their roots, child by child of the same name, slot variables left out.
std::vector<ObjectTensor> matchObjects(const tensorflow::SavedObjectGraph& objects,
                                       const tensorflow::TrackableObjectGraph& checkpoint);

}  // namespace smw
