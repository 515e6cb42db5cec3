#include "runtime/weights.h"

#include "kernels/pack.h"

namespace smw {

namespace {

/// A constant in row-major order. A reshape between checkpoint and variable changes only the shape.
class PlainSink : public TensorSink {
 public:
  explicit PlainSink(Ref<Constant> c) : constant_(std::move(c)) {}
  Status finish() override {
    if (tensor().numElements() != constant_->shape.numElements())
      return invalidArgument("the checkpoint holds ", tensor().describe(),
                             " for a weight of shape ", constant_->shape);
    constant_->value = tensor().reshaped(constant_->shape);
    tensor() = Tensor();
    return {};
  }

 private:
  Ref<Constant> constant_;
};

/// A float32 matrix that goes straight into panels.
class PackedSink : public WeightSink {
 public:
  PackedSink(Ref<Constant> c, Compression& compression)
      : constant_(std::move(c)), compression_(compression) {}

  Status begin(DType dtype, const Shape& shape) override {
    const Constant& c = *constant_;
    const int64_t k = c.packedRows, n = c.packedColumns, groups = c.packedGroups;
    if (dtype != DType::kFloat || shape.numElements() != c.shape.numElements())
      return invalidArgument("the checkpoint holds ", dtypeName(dtype), shape,
                             " for a weight float32", c.shape);
    const int64_t floats = SMW_TRY(mul(groups, kernels::packedFloats(k, n / groups)));
    panels_ = SMW_TRY(Tensor::allocate(DType::kFloat, Shape({floats})));
    using Source = kernels::PackBStream::Source;
    stream_.emplace(k, n, panels_.data<float>(),
                    c.packedTransposed ? Source::kColumns : Source::kRows, groups);
    return {};
  }
  Status consume(int64_t, std::span<const std::byte> bytes) override {
    stream_->write(bytes);
    return {};
  }
  Status finish() override {
    constant_->value = std::move(panels_);
    return compressConstant(*constant_, compression_);
  }

 private:
  Ref<Constant> constant_;
  Compression& compression_;
  Tensor panels_;
  std::optional<kernels::PackBStream> stream_;
};

class VariableSink : public TensorSink {
 public:
  explicit VariableSink(Ref<Variable> v) : variable_(std::move(v)) {}
  Status finish() override {
    variable_->assign(std::move(tensor()));
    return {};
  }

 private:
  Ref<Variable> variable_;
};

}  // namespace

WeightPlan::WeightPlan(const VirtualFileSystem& vfs, SavedModelReader& reader, bool verify,
                       Compression& compression)
    : reader_(reader), compression_(compression), loader_(vfs, {.verify = verify}) {}

Status WeightPlan::want(std::string_view key, std::string_view slice, DType dtype,
                        std::unique_ptr<WeightSink> sink) {
  const TensorBundle* bundle = reader_.checkpoint();
  if (!bundle)
    return notFound("the model has no variables folder, but needs the variable '", key, "'");
  SMW_TRY(loader_.wantTensor(*bundle, key, slice, dtype, std::nullopt, *sink));
  sinks_.push_back(std::move(sink));
  return {};
}

Status WeightPlan::want(const Ref<Constant>& c) {
  std::unique_ptr<WeightSink> sink;
  if (c->layout == Layout::kPacked)
    sink = std::make_unique<PackedSink>(c, compression_);
  else
    sink = std::make_unique<PlainSink>(c);
  bytes_ += c->compression ? 4 * formatOf(*c).floats()
                           : c->shape.numElements() * int64_t(dtypeSize(c->dtype));
  if (c->source.kind == WeightSource::kCheckpoint)
    return want(c->source.key, c->source.slice, c->dtype, std::move(sink));
  if (c->source.kind != WeightSource::kFile) return internal("a constant without a source");
  SMW_TRY(loader_.wantContent(reader_.modelFile(), c->source.offset, c->source.length, c->dtype,
                              c->shape, c->source.key, *sink, &reader_.contentHeads()));
  sinks_.push_back(std::move(sink));
  return {};
}

Status WeightPlan::want(const Ref<Variable>& v, std::string_view key, std::string_view slice) {
  return want(key, slice, v->dtype(), std::make_unique<VariableSink>(v));
}

}  // namespace smw
