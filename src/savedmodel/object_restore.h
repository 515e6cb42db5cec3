// Restore by objects: a TF2 checkpoint carries a graph of its own that names each attribute's key.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace tensorflow {
class SavedObjectGraph;
class TrackableObjectGraph;
}  // namespace tensorflow

namespace smw {

/// The bundle key of the serialized TrackableObjectGraph (a string scalar).
inline constexpr std::string_view kObjectGraphKey = "_CHECKPOINTABLE_OBJECT_GRAPH";

/// For each of SavedObjectGraph.nodes the checkpoint's key of its first attribute (of a variable:
/// its value); "" where it has none. Walks both graphs from their roots, child by child of the same
/// name, slot variables left out.
std::vector<std::string> keysOfObjects(const tensorflow::SavedObjectGraph& objects,
                                       const tensorflow::TrackableObjectGraph& checkpoint);

}  // namespace smw
