// The metadata phase: everything about a SavedModel but its weights.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "savedmodel/bundle.h"
#include "savedmodel/called_functions.h"
#include "savedmodel/content_heads.h"
#include "savedmodel/fingerprint.h"
#include "savedmodel/restore_trace.h"
#include "vfs/read.h"
#include "vfs/vfs.h"

namespace tensorflow {
class MetaGraphDef;
class TrackableObjectGraph;
}  // namespace tensorflow

namespace smw {

struct ReaderOptions {
  /// The MetaGraph's exact set of tags. Not given: the only one, or else the one tagged {serve}.
  std::optional<std::vector<std::string>> tags = {};
  /// False for inspect: all MetaGraphs are kept, none is chosen, and a damaged checkpoint is no
  /// error.
  bool choose = true;
  bool verify = true;
  /// Object graphs, of model and checkpoint, also where the restore op makes them unnecessary.
  bool objects = false;
};

/// A file that the graph refers to.
struct ModelAsset {
  std::string tensor;    // "asset_path:0": fed with the file's path
  std::string filename;  // as the model says it
  std::string path;      // in the file system
};

class SavedModelReader : public Loader {
 public:
  SavedModelReader(VirtualFileSystem& vfs, ReaderOptions options);
  ~SavedModelReader() override;
  Result<LoadStep> step() override;

  // All that follows: once step() was done.

  /// The folder that holds saved_model.pb: "" or "a/b".
  const std::string& root() const { return root_; }
  /// saved_model.pb or saved_model.pbtxt.
  FileId modelFile() const { return modelFile_; }
  int64_t schemaVersion() const { return schemaVersion_; }
  /// The chosen MetaGraph; contents over 4 KB of AttrValue.tensor have content_offset and
  /// content_length in modelFile() instead of tensor_content, and the library has only functions
  /// that something calls. To be dropped by release() once it was imported.
  const tensorflow::MetaGraphDef& metaGraph() const { return *metaGraphs_[chosen_]; }
  const std::vector<std::unique_ptr<tensorflow::MetaGraphDef>>& metaGraphs() const {
    return metaGraphs_;
  }
  /// Of the chosen one.
  const RestoreTrace& restoreTrace() const { return traces_[chosen_]; }
  /// What was left out of their libraries.
  const std::vector<UncalledFunctions>& uncalled() const { return uncalled_; }
  void release();

  /// variables/variables; null where the model has none (frozen, or no variables).
  const TensorBundle* checkpoint() const { return checkpoint_.get(); }
  /// Why checkpoint() is null although there are files of one. Only without `choose`: else an
  /// error.
  const std::string& checkpointError() const { return checkpointError_; }
  /// Out of the checkpoint; null for TF1 models, and where the restore op sets all variables.
  const tensorflow::TrackableObjectGraph* checkpointObjects() const {
    return checkpointObjects_.get();
  }
  /// fingerprint.pb; nothing where there is none (or one that cannot be read: it has no say).
  const std::optional<Fingerprint>& fingerprint() const { return fingerprint_; }
  /// First bytes of large constants, for WeightLoader::wantContent.
  ContentHeads& contentHeads() { return heads_; }
  std::vector<ModelAsset> assets() const;

 private:
  struct Files;
  Status start();
  Result<LoadStep> stepFiles();
  Status finish();
  void dropIncompleteCheckpoint();
  VirtualFileSystem& vfs_;
  ReaderOptions options_;
  std::unique_ptr<Files> files_;
  std::string root_;
  FileId modelFile_ = 0;
  int64_t schemaVersion_ = 0;
  std::vector<std::unique_ptr<tensorflow::MetaGraphDef>> metaGraphs_;
  std::vector<RestoreTrace> traces_;
  std::vector<UncalledFunctions> uncalled_;
  size_t chosen_ = 0;
  std::unique_ptr<TensorBundle> checkpoint_;
  std::string checkpointError_;
  std::unique_ptr<tensorflow::TrackableObjectGraph> checkpointObjects_;
  std::optional<Fingerprint> fingerprint_;
  ContentHeads heads_;
};

}  // namespace smw
