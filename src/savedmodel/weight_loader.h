// Reads weights: each needed byte once, in the order of the files, through one slice buffer or
// straight to where it belongs.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "savedmodel/bundle.h"
#include "savedmodel/content_heads.h"
#include "savedmodel/weight_sink.h"
#include "vfs/read.h"

namespace smw {

struct WeightLoaderOptions {
  bool verify = true;  // tensors' checksums
  int64_t sliceBytes = kSliceBytes;
};

class WeightLoader : public Loader {
 public:
  explicit WeightLoader(const VirtualFileSystem& vfs, WeightLoaderOptions options = {});
  ~WeightLoader() override;

  /// Wants the tensor `key` of `bundle`, or the part of it that `shapeAndSlice` names (RestoreV2's,
  /// "" for all). The same tensor may be wanted by several sinks: it is still read once. NOT_FOUND
  /// where the checkpoint has no such tensor or its shard is missing, DATA_LOSS where the shard is
  /// too short, INVALID_ARGUMENT where `dtype` or `shape` (where given) differ, UNIMPLEMENTED for
  /// variant tensors. `bundle` and `sink` must live until the loader is done.
  Status wantTensor(const TensorBundle& bundle, std::string_view key,
                    std::string_view shapeAndSlice, std::optional<DType> dtype,
                    const std::optional<Shape>& shape, WeightSink& sink);
  /// Wants raw little-endian elements that lie in `file` at [offset, offset + length): a large
  /// constant of saved_model.pb. `heads` may hold its first bytes, which are dropped once they were
  /// used. `name` is for messages.
  Status wantContent(FileId file, int64_t offset, int64_t length, DType dtype, const Shape& shape,
                     std::string_view name, WeightSink& sink, ContentHeads* heads = nullptr);

  Result<LoadStep> step() override;

  /// For progress.
  int64_t bytesWanted() const;
  int64_t bytesDone() const;

 private:
  struct State;
  std::unique_ptr<State> s_;
};

}  // namespace smw
