// One op on given values, without a graph around it.
#pragma once

#include <map>
#include <string>

#include "ops/run_node.h"
#include "proto/graph.pb.h"

namespace smw::conformance {

/// A context for ops that need little: resources of its own, no files, no checkpoint, one thread.
class PlainContext : public OpContext, ResourceStore, CheckpointSource, FileSource {
 public:
  ResourceStore& resources() override { return *this; }
  CheckpointSource& checkpoint() override { return *this; }
  FileSource& files() override { return *this; }
  kernels::Parallel& parallel() override;
  bool cancelled() const override { return false; }
  uint64_t freshSeed() override { return ++seed_ * 0x9E3779B97F4A7C15u; }

 private:
  Result<Ref<Resource>> findOrCreate(std::string_view container, std::string_view name,
                                     std::function<Result<Ref<Resource>>()> create) override;
  Result<std::optional<Tensor>> restore(std::string_view prefix, std::string_view name,
                                        std::string_view, DType) override;
  Result<std::optional<std::string>> read(std::string_view path) override;

  std::map<std::string, Ref<Resource>> resources_;
  uint64_t seed_ = 0;
};

/// The node's outputs. UNIMPLEMENTED "op X is not known" where the table of ops lacks it.
Result<std::vector<Tensor>> runSingleOp(const tensorflow::NodeDef& node,
                                        std::vector<Tensor> inputs);

/// "Conv2D(padding="SAME", strides=[1,2,2,1], T=float32)".
std::string describe(const tensorflow::NodeDef& node);

}  // namespace smw::conformance
