// Opens a checkpoint by its prefix: the index, and the object graph where that is wanted.
#pragma once

#include <memory>
#include <string>

#include "savedmodel/bundle.h"
#include "vfs/read.h"

namespace tensorflow {
class TrackableObjectGraph;
}

namespace smw {

class CheckpointReader : public Loader {
 public:
  /// `prefix` + ".index" must exist (NOT_FOUND names it, and says so where only temporary files of
  /// a writer are there).
  CheckpointReader(const VirtualFileSystem& vfs, std::string prefix, bool verify);
  ~CheckpointReader() override;
  Result<LoadStep> step() override;
  /// The object graph too, where the checkpoint has one. May be called once the index was read,
  /// which makes step() go on.
  void wantObjects();

  // Once done:
  std::unique_ptr<TensorBundle> takeBundle();
  /// Null where the checkpoint has none, or nobody wanted it.
  std::unique_ptr<tensorflow::TrackableObjectGraph> takeObjects();

 private:
  struct State;
  std::unique_ptr<State> s_;
};

}  // namespace smw
