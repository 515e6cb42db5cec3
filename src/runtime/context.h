// What the runtime gives to ops: resources, the model's checkpoint and files, threads, seeds.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "kernels/parallel.h"
#include "ops/context.h"
#include "savedmodel/bundle.h"
#include "savedmodel/weight_loader.h"
#include "vfs/vfs.h"

namespace smw {

class RuntimeContext : public OpContext,
                       private ResourceStore,
                       private CheckpointSource,
                       private FileSource {
 public:
  explicit RuntimeContext(VirtualFileSystem& vfs) : vfs_(vfs) {}

  ResourceStore& resources() override { return *this; }
  CheckpointSource& checkpoint() override { return *this; }
  FileSource& files() override { return *this; }
  kernels::Parallel& parallel() override { return *parallel_; }
  bool cancelled() const override { return cancelled_; }
  uint64_t freshSeed() override;

  void setParallel(kernels::Parallel& p) { parallel_ = &p; }
  /// The checkpoint that RestoreV2 reads; may be null.
  void setBundle(const TensorBundle* bundle, bool verify) {
    bundle_ = bundle;
    verify_ = verify;
  }
  void setSeed(uint64_t seed) { seed_ = seed; }
  void setCancelled(bool on) { cancelled_ = on; }

  /// What the steps that wait want read. Done where everything is there: only then may they go on.
  Result<LoadStep> fetch();
  /// Nobody waits any more, whatever was still to come.
  void forgetFetches();

 private:
  Result<Ref<Resource>> findOrCreate(std::string_view container, std::string_view name,
                                     std::function<Result<Ref<Resource>>()> create) override;
  Result<std::optional<Tensor>> restore(std::string_view prefix, std::string_view name,
                                        std::string_view shapeAndSlice, DType dtype) override;
  Result<std::optional<std::string>> read(std::string_view path) override;

  VirtualFileSystem& vfs_;
  kernels::Parallel* parallel_ = &kernels::serial();
  const TensorBundle* bundle_ = nullptr;
  bool verify_ = true;
  bool cancelled_ = false;
  uint64_t seed_ = 0x9E3779B97F4A7C15;
  std::map<std::string, Ref<Resource>, std::less<>> resources_;

  struct Restored {
    TensorSink sink;
    int takers = 0;  // who asked before it was there
  };
  /// Tensors that waiting steps asked for, by name, slice and dtype.
  std::map<std::string, Restored> restored_;
  std::unique_ptr<WeightLoader> weights_;
  std::vector<FileId> wantedFiles_;
  std::unique_ptr<FileLoader> fileLoader_;
};

}  // namespace smw
