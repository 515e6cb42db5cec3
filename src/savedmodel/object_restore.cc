#include "savedmodel/object_restore.h"

#include <unordered_map>

#include "proto/saved_object_graph.pb.h"

namespace smw {

std::vector<std::string> keysOfObjects(const tensorflow::SavedObjectGraph& objects,
                                       const tensorflow::TrackableObjectGraph& checkpoint) {
  std::vector<std::string> keys(size_t(objects.nodes_size()));
  std::vector<int> storedAs(keys.size(), -1), todo;
  const auto reach = [&](int object, int stored) {
    if (object < 0 || object >= objects.nodes_size() || stored < 0 ||
        stored >= checkpoint.nodes_size() || storedAs[size_t(object)] >= 0)
      return;
    storedAs[size_t(object)] = stored;
    todo.push_back(object);
  };
  reach(0, 0);
  for (size_t next = 0; next < todo.size(); ++next) {
    const int object = todo[next];
    const auto& stored = checkpoint.nodes(storedAs[size_t(object)]);
    if (stored.attributes_size()) keys[size_t(object)] = stored.attributes(0).checkpoint_key();
    std::unordered_map<std::string_view, int> byName;
    for (const auto& c : stored.children()) byName.emplace(c.local_name(), c.node_id());
    for (const auto& c : objects.nodes(object).children())
      if (const auto it = byName.find(c.local_name()); it != byName.end())
        reach(c.node_id(), it->second);
  }
  return keys;
}

}  // namespace smw
