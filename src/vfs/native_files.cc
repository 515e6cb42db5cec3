#include "vfs/native_files.h"

#ifndef __EMSCRIPTEN__

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>

#include "base/strings.h"
#include "vfs/path.h"

namespace smw {
namespace {

Error systemError(std::string_view what, const std::string& path) {
  const Code code = errno == ENOENT   ? Code::kNotFound
                    : errno == EACCES ? Code::kPermissionDenied
                                      : Code::kUnknown;
  return fail(Error(code, cat(what, " ", path, ": ", ::strerror(errno))).inFile(path));
}

}  // namespace

NativeFiles::~NativeFiles() {
  for (const File& f : files_)
    if (f.descriptor >= 0) ::close(f.descriptor);
}

Status NativeFiles::addDirectory(const std::string& directory) {
  struct stat st;
  if (::stat(directory.c_str(), &st) != 0) return systemError("cannot open", directory);
  if (S_ISREG(st.st_mode)) return addFile(directory, std::string(baseName(directory)), st.st_size);
  return addBelow(directory, "", 0);
}

Status NativeFiles::addFile(const std::string& path, const std::string& name, int64_t size) {
  SMW_TRY(vfs_.add(name, size));
  files_.push_back({path});
  return {};
}

Status NativeFiles::addBelow(const std::string& directory, const std::string& prefix, int depth) {
  if (depth > 32) return {};
  DIR* dir = ::opendir(directory.c_str());
  if (!dir) return systemError("cannot list", directory);
  std::vector<std::string> names;
  while (const dirent* e = ::readdir(dir)) names.push_back(e->d_name);
  ::closedir(dir);
  std::sort(names.begin(), names.end());
  for (const std::string& name : names) {
    if (name == "." || name == "..") continue;
    const std::string path = joinPath(directory, name), inside = joinPath(prefix, name);
    struct stat st;
    if (::stat(path.c_str(), &st) != 0) continue;  // a dangling link
    if (S_ISDIR(st.st_mode)) SMW_TRY(addBelow(path, inside, depth + 1));
    if (S_ISREG(st.st_mode)) SMW_TRY(addFile(path, inside, st.st_size));
  }
  return {};
}

Status NativeFiles::read(const ReadRequest& r) {
  File& f = files_[r.file];
  if (f.descriptor < 0) f.descriptor = ::open(f.path.c_str(), O_RDONLY | O_CLOEXEC);
  if (f.descriptor < 0) return systemError("cannot open", f.path);
  for (int64_t done = 0; done < r.length;) {
    const ssize_t n =
        ::pread(f.descriptor, r.destination + done, size_t(r.length - done), r.offset + done);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return systemError("cannot read", f.path);
    if (n == 0)
      return fail(
          Error(Code::kDataLoss, cat(f.path, " became shorter while it was read")).inFile(f.path));
    done += n;
  }
  return {};
}

}  // namespace smw

#endif
