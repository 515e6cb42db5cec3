// saved_model.pb or saved_model.pbtxt: bytes to MetaGraphDefs.
#pragma once

#include <memory>
#include <vector>

#include "savedmodel/called_functions.h"
#include "savedmodel/content_heads.h"
#include "savedmodel/pb_scanner.h"
#include "savedmodel/restore_trace.h"
#include "savedmodel/whole_file.h"
#include "tensor/buffer.h"
#include "vfs/read.h"

namespace tensorflow {
class MetaGraphDef;
}

namespace smw {

class ModelFile : public Loader {
 public:
  /// Object graphs are parsed where `objects` says so, or where the restore op leaves a variable;
  /// functions that nothing calls are looked into where `uncalled` says so.
  struct Wanted {
    bool objects, uncalled;
  };
  /// Large constants of a .pb stay in the file; what was read of them goes to `heads`.
  ModelFile(const VirtualFileSystem& vfs, FileId file, ContentHeads& heads, Wanted wanted);
  ~ModelFile() override;
  Result<LoadStep> step() override;

  // Once done:
  int64_t schemaVersion() const { return scanner_.schemaVersion(); }
  /// Whether an object graph has to say what some variable takes.
  bool needsObjects() const { return needsObjects_; }
  std::vector<std::unique_ptr<tensorflow::MetaGraphDef>> take() { return std::move(metaGraphs_); }
  /// Of each of them.
  std::vector<RestoreTrace> takeTraces() { return std::move(traces_); }
  /// Of each of them, empty where they were not wanted.
  std::vector<UncalledFunctions> takeUncalled() { return std::move(uncalled_); }

 private:
  Status parse();
  const VirtualFileSystem& vfs_;
  FileId file_;
  std::unique_ptr<WholeFile> text_;  // of a .pbtxt
  PbScanner scanner_;
  Ref<Buffer> window_;
  int64_t windowSize_ = 0, filled_ = 0;
  const Wanted wanted_;
  bool begun_ = false, needsObjects_ = false;
  std::vector<std::unique_ptr<tensorflow::MetaGraphDef>> metaGraphs_;
  std::vector<RestoreTrace> traces_;
  std::vector<UncalledFunctions> uncalled_;
};

}  // namespace smw
