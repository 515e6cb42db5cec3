#include "savedmodel/object_restore.h"

#include <set>
#include <unordered_map>

#include "base/strings.h"
#include "proto/saved_object_graph.pb.h"

namespace smw {

std::vector<ObjectTensor> matchObjects(const tensorflow::SavedObjectGraph& objects,
                                       const tensorflow::TrackableObjectGraph& checkpoint) {
  struct Pair {
    int object, stored;
    std::string path;
  };
  std::vector<ObjectTensor> found;
  std::set<std::pair<int, int>> seen;
  std::vector<Pair> todo;
  const auto push = [&](int object, int stored, std::string path) {
    if (object < 0 || object >= objects.nodes_size() || stored < 0 ||
        stored >= checkpoint.nodes_size())
      return;
    if (seen.emplace(object, stored).second) todo.push_back({object, stored, std::move(path)});
  };
  push(0, 0, "");
  for (size_t next = 0; next < todo.size(); ++next) {
    const Pair p = std::move(todo[next]);
    const tensorflow::SavedObject& object = objects.nodes(p.object);
    const auto& stored = checkpoint.nodes(p.stored);
    for (const auto& a : stored.attributes())
      found.push_back({.node = p.object,
                       .path = p.path,
                       .attribute = a.name(),
                       .key = a.checkpoint_key(),
                       .name = object.has_variable() ? object.variable().name() : a.full_name()});
    std::unordered_map<std::string_view, int> byName;
    for (const auto& c : stored.children()) byName.emplace(c.local_name(), c.node_id());
    for (const auto& c : object.children())
      if (const auto it = byName.find(c.local_name()); it != byName.end())
        push(c.node_id(), it->second,
             p.path.empty() ? c.local_name() : cat(p.path, "/", c.local_name()));
  }
  return found;
}

}  // namespace smw
