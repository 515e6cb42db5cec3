// A loaded SavedModel: the load machine, its signatures as callables, and one call at a time.
#pragma once

#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "graph/constant_pool.h"
#include "graph/import.h"
#include "runtime/context.h"
#include "runtime/executor.h"
#include "runtime/weights.h"
#include "savedmodel/info.h"
#include "savedmodel/reader.h"

namespace smw {

struct PassContext;

struct ModelOptions {
  std::optional<std::vector<std::string>> tags;
  bool verify = true;
  /// Stop after the metadata: for inspect().
  bool inspectOnly = false;
  /// Weights may take as much memory as makes runs faster.
  bool optimizeSpeed = false;
  /// Graph passes that are not to run.
  std::set<std::string, std::less<>> passesOff;
  /// What the weights of products are stored as: a kernels::Compressed::Kind, or 0 for float32.
  int compression = 0;
};

struct MemoryUse {
  int64_t weights = 0;      // constants and variables, in whichever form they are held
  int64_t winograd = 0;     // of these, convolutions' filters in Winograd's form
  int64_t activations = 0;  // the block for intermediate values
  int64_t buffers = 0;      // all live buffers, weights included
  int64_t peak = 0;         // the most that buffers ever held
};

class Model : public Loader {
 public:
  Model(VirtualFileSystem& vfs, ModelOptions options);
  ~Model() override;

  /// Loads: metadata, import and passes, weights, initialisers. Errors name file, node or
  /// signature.
  Result<LoadStep> step() override;

  // ---- once loaded
  /// With inspectOnly.
  const SavedModelInfo& info() const { return info_; }
  /// Of the chosen MetaGraph.
  const std::vector<std::string>& tags() const { return tags_; }
  const std::string& tensorflowVersion() const { return tensorflowVersion_; }
  /// The signatures of the chosen MetaGraph; composite inputs and outputs are flattened into their
  /// parts.
  const std::vector<SignatureFact>& signatures() const { return signatures_; }
  /// What a signature needs and we lack: it cannot be called then, though others can.
  const Unsupported& unsupported(size_t signature) const;
  /// Weight bytes that will have been read, and that were.
  int64_t bytesWanted() const { return weights_ ? weights_->loader().bytesWanted() : bytesWanted_; }
  int64_t bytesDone() const { return weights_ ? weights_->loader().bytesDone() : bytesWanted_; }
  MemoryUse memory() const;
  /// What compressing the weights came to.
  const Compression& compression() const { return compression_; }

  // ---- one call at a time
  /// Whether inputs of these dtypes and shapes fit the signature; INVALID_ARGUMENT names the one
  /// that does not, with what was expected.
  Status check(int signature, const std::vector<Tensor>& inputs) const;
  /// Begins a call. Inputs are in the order of the signature's; each is checked against it.
  /// `outputs` are indices into the signature's, all where absent. INVALID_ARGUMENT names the
  /// input.
  Status begin(int signature, std::vector<Tensor> inputs,
               const std::optional<std::vector<int>>& outputs = std::nullopt);
  /// After kWaiting, fetch() tells what to read; the call goes on once it says done. After an error
  /// of either the call is over and the model usable.
  Result<RunState> run(const Budget& budget);
  Result<LoadStep> fetch();
  std::vector<Tensor> takeOutputs() { return executor_->takeOutputs(); }
  /// Between calls: see Executor::setProfile.
  void setProfile(Profile* profile) {
    if (executor_) executor_->setProfile(profile);
  }
  /// Gives up the call that is under way.
  void abort();

  RuntimeContext& context() { return context_; }

 private:
  enum class Phase : uint8_t { kMetadata, kImport, kPlan, kWeights, kFinish, kInitialise, kDone };
  struct Callable;

  // Not one function with step(), though called there only: an engine would compile all of it when
  // one is called, and optimise all of it for the sake of a loop.
  [[gnu::noinline]] Status import();
  /// Of an earlier signature that computes what `g` does, or null.
  [[gnu::noinline]] Result<Callable*> sameCallable(Graph& g);
  [[gnu::noinline]] Status collectVariables(std::span<Graph* const> graphs);
  [[gnu::noinline]] std::vector<ReadRequest> weightsAhead() const;
  [[gnu::noinline]] PassContext passContext();
  [[gnu::noinline]] Status planWeights();
  [[gnu::noinline]] Status finishWeights();
  [[gnu::noinline]] Result<LoadStep> initialise();
  Result<Plan*> planFor(Callable& c, const std::optional<std::vector<int>>& outputs);
  std::vector<Graph*> roots() const;

  VirtualFileSystem& vfs_;
  ModelOptions options_;
  Phase phase_ = Phase::kMetadata;
  RuntimeContext context_;
  SavedModelReader reader_;
  SavedModelInfo info_;
  std::vector<std::string> tags_;
  std::string tensorflowVersion_;
  std::vector<SignatureFact> signatures_;

  ConstantPool constants_;
  Compression compression_;
  Variables variables_;
  std::unique_ptr<Importer> importer_;
  std::vector<std::unique_ptr<Callable>> callables_;  // one a signature
  std::vector<std::unique_ptr<Callable>> initialisers_;
  size_t nextInitialiser_ = 0;
  bool initialising_ = false;
  std::unique_ptr<WeightPlan> weights_;
  int64_t bytesWanted_ = 0, weightBytes_ = 0;
  std::unique_ptr<Executor> executor_;
  int running_ = -1;  // signature of the call under way
};

}  // namespace smw
