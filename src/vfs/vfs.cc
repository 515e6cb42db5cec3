#include "vfs/vfs.h"

#include <set>

#include "base/strings.h"
#include "vfs/path.h"

namespace smw {
namespace {

// What follows `directory` and its slash in `path`; nothing where `path` lies elsewhere.
std::optional<std::string_view> below(std::string_view directory, std::string_view path) {
  if (directory.empty()) return path;
  if (path.size() <= directory.size() + 1 || !path.starts_with(directory) ||
      path[directory.size()] != '/')
    return std::nullopt;
  return path.substr(directory.size() + 1);
}

}  // namespace

Result<FileId> VirtualFileSystem::add(std::string_view path, int64_t size) {
  std::optional<std::string> normal = normalizePath(path);
  if (!normal || normal->empty())
    return invalidArgument("not a path inside the model: ", jsonQuote(path));
  if (size < 0) return invalidArgument("the size of ", *normal, " is negative");
  const FileId id = FileId(files_.size());
  if (!byPath_.emplace(*normal, id).second)
    return fail(Error(Code::kAlreadyExists, cat("there are two files ", *normal)).inFile(*normal));
  files_.push_back({std::move(*normal), size});
  return id;
}

std::optional<FileId> VirtualFileSystem::find(std::string_view path) const {
  const std::optional<std::string> normal = normalizePath(path);
  if (!normal) return std::nullopt;
  const auto it = byPath_.find(*normal);
  return it == byPath_.end() ? std::nullopt : std::optional(it->second);
}

Result<FileId> VirtualFileSystem::open(std::string_view path) const {
  if (const std::optional<FileId> id = find(path)) return *id;
  return fail(Error(Code::kNotFound, cat("there is no file ", path)).inFile(path));
}

bool VirtualFileSystem::isDirectory(std::string_view path) const {
  const std::optional<std::string> normal = normalizePath(path);
  if (!normal) return false;
  if (normal->empty()) return true;
  for (const File& f : files_)
    if (below(*normal, f.path)) return true;
  return false;
}

std::vector<std::string> VirtualFileSystem::list(std::string_view directory) const {
  const std::optional<std::string> normal = normalizePath(directory);
  if (!normal) return {};
  std::set<std::string> names;
  for (const File& f : files_)
    if (const auto rest = below(*normal, f.path)) names.emplace(rest->substr(0, rest->find('/')));
  return {names.begin(), names.end()};
}

std::vector<FileId> VirtualFileSystem::filesBelow(std::string_view directory) const {
  const std::optional<std::string> normal = normalizePath(directory);
  std::vector<FileId> ids;
  if (!normal) return ids;
  for (FileId id = 0; id < files_.size(); ++id)
    if (below(*normal, files_[id].path)) ids.push_back(id);
  return ids;
}

const std::string* VirtualFileSystem::contents(FileId id) const {
  const auto it = contents_.find(id);
  return it == contents_.end() ? nullptr : &it->second;
}

void VirtualFileSystem::keep(FileId id, std::string bytes) { contents_[id] = std::move(bytes); }

}  // namespace smw
