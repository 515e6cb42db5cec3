// How bytes come in: whoever needs some says which ranges go where, returns, and is called again
// once they are there. So one machine serves a worker, a page and a native program, and progress,
// abort and read errors live between two steps.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <vector>

#include "base/status.h"
#include "vfs/vfs.h"

namespace smw {

/// Bytes [offset, offset + length) of a file are to be put at `destination`. Always within the
/// file's size, and never empty.
struct ReadRequest {
  FileId file;
  int64_t offset;
  int64_t length;
  std::byte* destination;
};

/// Reads are cut to at most this much, so that progress and abort come often enough.
inline constexpr int64_t kSliceBytes = int64_t(4) << 20;

/// What a step asks for. The requests are independent: they may be filled in any order or at once,
/// and all of them before the next step. Done where there are none.
struct LoadStep {
  std::vector<ReadRequest> need;
  /// What the next step is going to need: a host may begin to read it, and keeps the bytes until
  /// then. Where there is no destination, later steps need most of it, in this order: a host may
  /// have it sent.
  std::vector<ReadRequest> ahead;
  /// Nothing is missing, but the step took long: call again after a breath.
  bool pending = false;
  bool done() const { return need.empty() && !pending; }
};

/// A piece of loading that goes on from where it stopped.
class Loader {
 public:
  virtual ~Loader() = default;
  /// Goes on until bytes are missing. After an error or the end, do not call it again.
  virtual Result<LoadStep> step() = 0;
};

/// Fills requests at once: natively, and in tests.
class FileDriver {
 public:
  virtual ~FileDriver() = default;
  virtual Status read(const ReadRequest& request) = 0;
};

/// Steps until `loader` is done.
Status runLoader(Loader& loader, FileDriver& driver);

/// Reads whole files into VirtualFileSystem::keep, those that are not there yet. For assets.
class FileLoader : public Loader {
 public:
  FileLoader(VirtualFileSystem& vfs, std::vector<FileId> files);
  Result<LoadStep> step() override;

 private:
  VirtualFileSystem& vfs_;
  std::vector<FileId> files_;
  size_t next_ = 0;       // index into files_
  int64_t position_ = 0;  // bytes of that file that were asked for
  std::string buffer_;
};

}  // namespace smw
