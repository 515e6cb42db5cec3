#include "ops/run_node.h"

namespace smw {

namespace {

class DirectStep : public Step {
 public:
  DirectStep(std::vector<Tensor>& in, std::vector<Tensor>& out, OpContext& context)
      : in_(in), out_(out), context_(context) {}
  int numInputs() const override { return int(in_.size()); }
  const Tensor& input(int i) const override { return in_[size_t(i)]; }
  Tensor take(int i) override { return std::move(in_[size_t(i)]); }
  void setOutput(int i, Tensor t) override { out_[size_t(i)] = std::move(t); }
  Result<Tensor*> allocate(int i, DType dtype, const Shape& shape) override {
    out_[size_t(i)] = SMW_TRY(Tensor::allocate(dtype, shape));
    return &out_[size_t(i)];
  }
  void wait() override { waiting = true; }
  OpContext& context() override { return context_; }
  bool waiting = false;

 private:
  std::vector<Tensor>& in_;
  std::vector<Tensor>& out_;
  OpContext& context_;
};

Result<NodeResult> run(const NodeCall& call, std::vector<Tensor>& inputs, OpContext& context) {
  std::vector<InputInfo> infos;
  infos.reserve(inputs.size());
  for (const Tensor& t : inputs) infos.push_back({t.dtype(), t.shape(), &t});
  Resolver r(call.def.name, call.name, call.attrs, infos, call.numOutputs, call.state);
  SMW_TRY(call.def.resolve(r));
  if (r.takenControlFlow().kind != ControlFlow::kNone)
    return unimplemented("op ", call.def.name, " cannot run outside a plan");
  NodeResult result;
  result.outputs.resize(size_t(call.numOutputs));
  if (r.takenTensorKernel()) {
    DirectStep step(inputs, result.outputs, context);
    SMW_TRY(r.takenTensorKernel()(step));
    result.waiting = step.waiting;
    return result;
  }
  if (int(r.outputs().size()) != call.numOutputs)
    return internal("op ", call.def.name, " resolved ", r.outputs().size(), " outputs of ",
                    call.numOutputs);
  std::vector<void*> in, out;
  for (Tensor& t : inputs) in.push_back(t.raw());
  for (size_t i = 0; i < r.outputs().size(); ++i) {
    OutputInfo& o = r.outputs()[i];
    Tensor& t = result.outputs[i];
    if (o.value)
      t = std::move(o.value);
    else if (o.viewOf >= 0)
      t = viewOfInput(o, inputs[size_t(o.viewOf)]);
    else if (o.mayReuse >= 0 && inputs[size_t(o.mayReuse)].unique() && isPod(o.dtype))
      t = inputs[size_t(o.mayReuse)].reinterpreted(o.dtype, o.shape);
    else
      t = SMW_TRY(Tensor::allocate(o.dtype, o.shape));
    out.push_back(t.raw());
  }
  if (r.takenKernel()) {
    Ref<Buffer> scratch = SMW_TRY(Buffer::tryAllocate(r.scratchBytes()));
    SMW_TRY(r.takenKernel()(Args{in.data(), out.data(), scratch->data(), context}));
  }
  return result;
}

}  // namespace

Result<NodeResult> runNode(const NodeCall& call, std::vector<Tensor>&& inputs, OpContext& context) {
  auto r = run(call, inputs, context);
  if (!r) return fail(atNode(std::move(r).error(), call.name, call.def.name));
  return r;
}

Tensor viewOfInput(const OutputInfo& info, const Tensor& input) {
  return input.reinterpreted(info.dtype, info.shape);
}

Error&& atNode(Error&& e, std::string_view node, std::string_view op) {
  return std::move(e).atNode(node).inOp(op);
}

}  // namespace smw
