// One model behind the binding: turns mailbox records into tensors and back. Compiles natively too,
// so that its tests need no browser.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "runtime/model.h"
#include "runtime/profile.h"
#include "vfs/vfs.h"

namespace smw {

class Session {
 public:
  /// What step(), begin() and run() return.
  enum Answer {
    kDone = 0,
    kRead = 1,     // file ranges are wanted: see the mailbox
    kPending = 2,  // the budget is spent: call again
    kFailed = 3,   // see error()
  };

  /// Options as wasm/options.h reads them.
  explicit Session(const std::string& options);

  /// False where the path is refused; see error().
  bool addFile(const std::string& path, double size);
  Answer step();
  Answer begin(int signature);
  Answer run(double budgetMs);
  void abort();
  double* mailbox(size_t doubles);

  std::string error() const { return error_; }
  /// SavedModelInfo, with the option "inspect".
  std::string info() const;
  /// {"tags", "tensorflowVersion", "signatures": [{"name", "methodName", "inputs": [{"key", "name",
  /// "dtype", "shape"}], "outputs": [...]}]}: tensors flat, in the order that begin() and run()
  /// use.
  std::string about() const;
  /// {"wanted": bytes, "done": bytes}
  std::string progress() const;
  std::string memory() const;
  std::string compression() const;

 private:
  Answer failed(Error e);
  Answer read(const LoadStep& need);
  Status readCall(std::vector<Tensor>& inputs, std::optional<std::vector<int>>& outputs);
  Status unpackStrings();
  Status writeOutputs();
  Status startRun();

  VirtualFileSystem vfs_;
  std::unique_ptr<Model> model_;
  std::vector<double> mailbox_;
  std::string error_;
  int signature_ = -1;
  bool begun_ = false;
  std::vector<Tensor> inputs_;
  std::vector<Ref<Buffer>> packed_;  // string inputs as they arrive, by input; null for numbers
  std::optional<std::vector<int>> wanted_;
  int runs_ = 0, runsLeft_ = 0;  // to be profiled; left, with the one for warming up
  std::unique_ptr<Profile> profile_;
  std::vector<Tensor> outputs_;
  std::vector<std::string> packedOutputs_;
};

/// ["Abs", "Acos", ...]
std::string supportedOpsJson();

}  // namespace smw
