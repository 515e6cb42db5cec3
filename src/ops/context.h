// What ops need from above. src/runtime implements these interfaces; ops see nothing else of it.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "base/status.h"
#include "ops/kernel.h"
#include "tensor/tensor.h"

namespace smw {

namespace kernels {
class Parallel;
}

/// Resources by container and name, made at first use (TensorFlow's ResourceMgr).
class ResourceStore {
 public:
  virtual ~ResourceStore() = default;
  /// The resource `name` of `kind`, or the one that `create` makes.
  virtual Result<Ref<Resource>> findOrCreate(std::string_view container, std::string_view name,
                                             std::function<Result<Ref<Resource>>()> create) = 0;
};

/// Tensors of a checkpoint, for RestoreV2.
class CheckpointSource {
 public:
  virtual ~CheckpointSource() = default;
  /// The tensor, or nothing while its bytes are still to be read: the step then waits and is run
  /// again.
  virtual Result<std::optional<Tensor>> restore(std::string_view prefix, std::string_view name,
                                                std::string_view shapeAndSlice, DType dtype) = 0;
};

/// Files of the model's own file system, for ReadFile and table initialisers.
class FileSource {
 public:
  virtual ~FileSource() = default;
  /// The whole file, or nothing while it is still to be read.
  virtual Result<std::optional<std::string>> read(std::string_view path) = 0;
};

/// Weights in forms that are larger and faster, see Resolver::offerForm.
struct WeightForms {
  int64_t allowance = 0;  // bytes that they may still take
  int64_t bytes = 0;      // that they take
  int64_t replaced = 0;   // that the weights took which are now held in such a form only
};

class OpContext {
 public:
  virtual ~OpContext() = default;
  WeightForms weightForms;
  virtual ResourceStore& resources() = 0;
  virtual CheckpointSource& checkpoint() = 0;
  virtual FileSource& files() = 0;
  virtual kernels::Parallel& parallel() = 0;
  /// True once the caller has given up: long kernels look now and then.
  virtual bool cancelled() const = 0;
  /// A seed that differs from call to call and from session to session.
  virtual uint64_t freshSeed() = 0;
};

/// One run of a TensorKernel.
class Step {
 public:
  virtual ~Step() = default;
  virtual int numInputs() const = 0;
  virtual const Tensor& input(int i) const = 0;
  /// The input, moved out where nobody reads it after this step: then it may be unique() and
  /// changed in place. Take an input at most once.
  virtual Tensor take(int i) = 0;
  virtual void setOutput(int i, Tensor t) = 0;
  /// Makes output i and gives it to be filled.
  virtual Result<Tensor*> allocate(int i, DType dtype, const Shape& shape) = 0;
  /// Nothing was done: run this step again when the bytes it asked for are there.
  virtual void wait() = 0;
  virtual OpContext& context() = 0;
};

}  // namespace smw
