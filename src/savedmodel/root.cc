#include "savedmodel/root.h"

#include <algorithm>
#include <set>

#include "base/strings.h"
#include "vfs/path.h"

namespace smw {
namespace {

size_t depth(const std::string& folder) {
  return folder.empty() ? 0 : size_t(std::count(folder.begin(), folder.end(), '/')) + 1;
}

// What to tell somebody whose files hold no SavedModel.
std::string hint(const VirtualFileSystem& vfs) {
  if (vfs.count() == 0) return "there are no files";
  std::vector<std::string> names;
  for (FileId id = 0; id < vfs.count(); ++id) {
    const std::string& path = vfs.path(id);
    const std::string_view name = baseName(path);
    names.push_back(path);
    if (name == "variables.index" || name.starts_with("variables.data-"))
      return "there are variables only: the folder above holds the model, or it is still being "
             "written";
    if (name.ends_with(".tflite")) return cat(path, " is a TensorFlow Lite model");
    if (name.ends_with(".keras") || name.ends_with(".h5") || name.ends_with(".hdf5"))
      return cat(path, " is a Keras model");
    if (name == "model.json") return cat(path, " is a TensorFlow.js model");
    if (name.ends_with(".index") || name == "checkpoint")
      return cat(path, " belongs to a checkpoint");
    if (name.ends_with(".onnx")) return cat(path, " is an ONNX model");
  }
  return cat("there are ", join(names, ", ", 5));
}

}  // namespace

std::vector<std::string> findRoots(const VirtualFileSystem& vfs) {
  std::set<std::string> roots;
  for (FileId id = 0; id < vfs.count(); ++id) {
    const std::string_view name = baseName(vfs.path(id));
    if (name == "saved_model.pb" || name == "saved_model.pbtxt")
      roots.emplace(directoryOf(vfs.path(id)));
  }
  return {roots.begin(), roots.end()};
}

Result<std::string> findRoot(const VirtualFileSystem& vfs) {
  std::vector<std::string> roots = findRoots(vfs);
  if (roots.empty())
    return fail(Error(Code::kNotFound, cat("there is no saved_model.pb: ", hint(vfs)))
                    .inFile("saved_model.pb"));
  size_t least = SIZE_MAX;
  for (const std::string& r : roots) least = std::min(least, depth(r));
  std::erase_if(roots, [&](const std::string& r) { return depth(r) > least; });
  if (roots.size() > 1)
    return fail(Error(Code::kInvalidArgument,
                      cat("there are several models: ", join(roots, ", ", 20), "; pick one"))
                    .got(join(roots, ", ", 100)));
  return roots[0];
}

}  // namespace smw
