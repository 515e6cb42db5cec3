// From constants that are still in files to a loader that fills them.
#pragma once

#include <memory>
#include <vector>

#include "graph/compression.h"
#include "ops/variable.h"
#include "savedmodel/reader.h"
#include "savedmodel/weight_loader.h"

namespace smw {

/// Collects what is wanted of the checkpoint and of saved_model.pb and sees to it that each lands
/// in its final layout.
class WeightPlan {
 public:
  WeightPlan(const VirtualFileSystem& vfs, SavedModelReader& reader, bool verify,
             Compression& compression);

  Status want(const Ref<Constant>& constant);
  /// The initial value of a variable that calls may change.
  Status want(const Ref<Variable>& variable, std::string_view key, std::string_view slice);

  WeightLoader& loader() { return loader_; }
  /// Bytes that the values will take in memory.
  int64_t bytes() const { return bytes_; }

 private:
  Status want(std::string_view key, std::string_view slice, DType dtype,
              std::unique_ptr<WeightSink> sink);
  SavedModelReader& reader_;
  Compression& compression_;
  WeightLoader loader_;
  std::vector<std::unique_ptr<WeightSink>> sinks_;
  int64_t bytes_ = 0;
};

}  // namespace smw
