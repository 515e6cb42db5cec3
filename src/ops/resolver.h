// The first half of the op contract: from attributes, dtypes, shapes and small values to output
// shapes and a kernel. The second half is Kernel and TensorKernel in ops/kernel.h.
#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "base/ref.h"
#include "base/small_vector.h"
#include "ops/attrs.h"
#include "ops/context.h"
#include "ops/kernel.h"

namespace smw {

/// What resolve is told of an input. dtype and shape are always known; they are those of the tensor
/// that arrives in this run.
struct InputInfo {
  DType dtype = DType::kInvalid;
  Shape shape;
  const Tensor* value = nullptr;  // null where values are not known yet
};

/// What resolve says of an output.
struct OutputInfo {
  DType dtype = DType::kInvalid;
  Shape shape;
  Tensor value{};     // set where resolve alone knows it (Shape, Rank, Size)
  int viewOf = -1;    // input whose elements it shares (Reshape, Identity)
  int mayReuse = -1;  // input that it may overwrite, where nobody else reads that (elementwise)
  /// Inputs [firstPart, firstPart + parts), which lie in it one after another (Concat): each may be
  /// computed there, and the kernel finds it at its place already.
  int firstPart = 0, parts = 0;
  /// Or they are columns of so many rows, side by side: then only such as are `pitched`.
  int64_t partRows = 1;
  /// float32, whose rows (the last dimension) may be told to lie apart, by Args::outPitch.
  bool pitched = false;
};

/// How a function-calling op wants its sub-graphs run; src/runtime does it on its frame stack.
struct ControlFlow {
  enum Kind { kNone, kCall, kIf, kCase, kWhile } kind = kNone;
  std::vector<FunctionRef> functions;  // kIf: then, else. kWhile: cond, body.
};

/// One call of a resolve function. An op reads facts from it, declares every output in order, and
/// leaves exactly one of: kernel(), tensorKernel(), controlFlow(), or nothing where each output has
/// a value or is a view of an input.
class Resolver {
 public:
  Resolver(std::string_view op, std::string_view node, const Attrs& attrs,
           std::span<const InputInfo> inputs, int numOutputs, Ref<RefCounted>& nodeState)
      : op_(op),
        node_(node),
        attrs_(attrs),
        inputs_(inputs),
        numOutputs_(numOutputs),
        nodeState_(nodeState),
        valueUsed_(inputs.size(), false) {}

  // ---- facts
  std::string_view op() const { return op_; }
  std::string_view node() const { return node_; }
  const Attrs& attrs() const { return attrs_; }
  template <typename T>
  Result<T> attr(const char* name) const {
    return attrs_.get<T>(name);
  }
  template <typename T>
  T attrOr(const char* name, T fallback) const {
    return attrs_.getOr(name, fallback);
  }
  std::string attrOr(const char* name, const char* fallback) const {
    return attrs_.getOr(name, fallback);
  }
  int numInputs() const { return int(inputs_.size()); }
  /// Flat outputs, as the op's definition and the attributes say.
  int numOutputs() const { return numOutputs_; }
  DType dtype(int i) const { return inputs_[size_t(i)].dtype; }
  const Shape& shape(int i) const { return inputs_[size_t(i)].shape; }
  int rank(int i) const { return shape(i).rank(); }

  /// The value of an input that decides shapes or parameters (axes, sizes, paddings). Where it is
  /// not known while a plan is laid, resolving fails with dependsOnValues() set, and happens at
  /// each run instead: ask only for values that the output shape or the choice of kernel needs.
  Result<const Tensor*> value(int i);
  /// value(i) as integers, of a vector or a scalar.
  Result<Dims> ints(int i);
  /// value(i) as one integer; INVALID_ARGUMENT where it has not exactly one element.
  Result<int64_t> integer(int i);
  /// The value if it is known anyway, else null; never makes resolving fail or repeat. For
  /// optimisations.
  const Tensor* peekValue(int i) const { return inputs_[size_t(i)].value; }

  // ---- checks, with messages that name the input
  Status requireRank(int i, int rank, const char* name);
  Status requireScalar(int i, const char* name) { return requireRank(i, 0, name); }
  Status requireVector(int i, const char* name) { return requireRank(i, 1, name); }
  /// UNIMPLEMENTED "op AddV2 is not supported for dtype ...".
  Error unsupportedDType(DType t) const;

  // ---- outputs, in order
  OutputInfo& addOutput(DType dtype, const Shape& shape);
  /// The next output may be computed into the memory of input i (same bytes per element and count).
  OutputInfo& addOutputReusing(int i, DType dtype, const Shape& shape);
  /// The next output has the elements of input i under another shape (or dtype of the same width).
  void addView(int i, const Shape& shape) { addView(i, dtype(i), shape); }
  void addView(int i, DType dtype, const Shape& shape);
  /// The next output is known already.
  void addValue(Tensor t);

  // ---- what to run
  /// Outputs are all declared and laid out by the plan.
  Status kernel(Kernel k);
  /// The step makes its outputs. Those that were declared must come out with just that dtype and
  /// shape; where none was declared, shapes are known only afterwards, and what follows is resolved
  /// anew.
  Status tensorKernel(TensorKernel k);
  Status controlFlow(ControlFlow c);
  /// Nothing to run: all outputs are values or views.
  Status nothing() { return {}; }

  /// Scratch bytes for the kernel, 64-byte aligned; nothing is kept between runs.
  void scratch(int64_t bytes) { scratch_ = bytes; }

  /// Input i, a constant, could be had in another form of that many bytes, which saves so many
  /// multiplications at each run. By itself this changes nothing. Where memory allows, the op
  /// is resolved once more with takesForm(), and leaves the form as a packedWeight of that input.
  /// If nobody else reads the constant, the form becomes its value: later on the op finds that.
  void offerForm(int i, int64_t bytes, double saved) { offered_ = {i, bytes, saved}; }
  bool takesForm() const { return takesForm_; }

  /// Kept with the node over all runs and shapes: a random state, packed weights. Null at first.
  Ref<RefCounted>& nodeState() { return nodeState_; }

  // ---- for the plan
  struct Form {
    int input = -1;
    int64_t bytes = 0;
    double saved = 0;
  };
  const Form& offered() const { return offered_; }
  void setTakesForm() { takesForm_ = true; }
  std::vector<OutputInfo>& outputs() { return outputs_; }
  Kernel& takenKernel() { return kernel_; }
  TensorKernel& takenTensorKernel() { return tensorKernel_; }
  ControlFlow& takenControlFlow() { return controlFlow_; }
  int64_t scratchBytes() const { return scratch_; }
  bool usedValue(int i) const { return valueUsed_[size_t(i)]; }
  bool dependsOnValues() const { return dependsOnValues_; }

 private:
  std::string_view op_, node_;
  const Attrs& attrs_;
  std::span<const InputInfo> inputs_;
  int numOutputs_;
  Ref<RefCounted>& nodeState_;
  std::vector<bool> valueUsed_;
  bool dependsOnValues_ = false;
  std::vector<OutputInfo> outputs_;
  Kernel kernel_;
  TensorKernel tensorKernel_;
  ControlFlow controlFlow_;
  int64_t scratch_ = 0;
  Form offered_;
  bool takesForm_ = false;
};

using ResolveFn = Status (*)(Resolver&);

}  // namespace smw
