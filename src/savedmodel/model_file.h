// saved_model.pb or saved_model.pbtxt: bytes to MetaGraphDefs.
#pragma once

#include <memory>
#include <vector>

#include "savedmodel/content_heads.h"
#include "savedmodel/pb_scanner.h"
#include "savedmodel/whole_file.h"
#include "tensor/buffer.h"
#include "vfs/read.h"

namespace tensorflow {
class MetaGraphDef;
}

namespace smw {

class ModelFile : public Loader {
 public:
  /// Large constants of a .pb stay in the file; what was read of them goes to `heads`.
  ModelFile(const VirtualFileSystem& vfs, FileId file, ContentHeads& heads);
  ~ModelFile() override;
  Result<LoadStep> step() override;

  // Once done:
  int64_t schemaVersion() const { return scanner_.schemaVersion(); }
  std::vector<std::unique_ptr<tensorflow::MetaGraphDef>> take() { return std::move(metaGraphs_); }

 private:
  Status parse();
  const VirtualFileSystem& vfs_;
  FileId file_;
  std::unique_ptr<WholeFile> text_;  // of a .pbtxt
  PbScanner scanner_;
  Ref<Buffer> window_;
  int64_t windowSize_ = 0, filled_ = 0;
  bool begun_ = false;
  std::vector<std::unique_ptr<tensorflow::MetaGraphDef>> metaGraphs_;
};

}  // namespace smw
