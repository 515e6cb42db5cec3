// Runs one op on values, for tests.
#pragma once

#include <gtest/gtest.h>

#include <map>
#include <string>
#include <vector>

#include "kernels/parallel.h"
#include "ops/run_node.h"

namespace smw::testing {

/// Resources by name, no files, seeds that count up.
class TestContext : public OpContext, ResourceStore, CheckpointSource, FileSource {
 public:
  ResourceStore& resources() override { return *this; }
  CheckpointSource& checkpoint() override { return *this; }
  FileSource& files() override { return *this; }
  kernels::Parallel& parallel() override { return kernels::serial(); }
  bool cancelled() const override { return false; }
  uint64_t freshSeed() override { return ++seed_; }

  std::map<std::string, Tensor> checkpointTensors;

 private:
  Result<Ref<Resource>> findOrCreate(std::string_view container, std::string_view name,
                                     std::function<Result<Ref<Resource>>()> create) override {
    auto& r = resources_[cat(container, "/", name)];
    if (!r) r = SMW_TRY(create());
    return r;
  }
  Result<std::optional<Tensor>> restore(std::string_view, std::string_view name, std::string_view,
                                        DType) override {
    const auto it = checkpointTensors.find(std::string(name));
    return it == checkpointTensors.end() ? std::nullopt : std::optional(it->second);
  }
  Result<std::optional<std::string>> read(std::string_view path) override {
    return notFound(std::string(path));
  }
  std::map<std::string, Ref<Resource>> resources_;
  uint64_t seed_ = 0;
};

template <typename T>
Tensor tensorOf(std::vector<T> values, const Shape& shape) {
  return Tensor::of<T>(std::span<const T>(values), shape).value();
}
inline Tensor ints(std::vector<int32_t> v) {
  const Shape s({int64_t(v.size())});
  return tensorOf(std::move(v), s);
}
inline Tensor scalarInt(int32_t v) { return Tensor::scalar(v).value(); }
template <typename T>
std::vector<T> valuesOf(const Tensor& t) {
  EXPECT_EQ(t.dtype(), kDTypeOf<T>) << t.describe();
  if (t.dtype() != kDTypeOf<T>) return {};
  return {t.data<T>(), t.data<T>() + t.numElements()};
}
/// 0, 1, 2, ... of that shape.
template <typename T = float>
Tensor iota(const Shape& shape) {
  std::vector<T> v(size_t(shape.numElements()));
  for (size_t i = 0; i < v.size(); ++i) v[i] = T(i);
  return tensorOf(std::move(v), shape);
}

/// A node of `op` that can be called again and again with the state it keeps.
class TestNode {
 public:
  TestNode(std::string_view op, Attrs attrs = {}, int numOutputs = 1)
      : def_(findOp(op)), attrs_(std::move(attrs)), numOutputs_(numOutputs) {
    EXPECT_NE(def_, nullptr) << op;
  }
  Result<std::vector<Tensor>> operator()(TestContext& c, std::vector<Tensor> inputs) {
    NodeResult r =
        SMW_TRY(runNode({*def_, "node", attrs_, numOutputs_, state_}, std::move(inputs), c));
    waiting = r.waiting;
    return std::move(r.outputs);
  }
  bool waiting = false;

 private:
  const OpDef* def_;
  Attrs attrs_;
  int numOutputs_;
  Ref<RefCounted> state_;
};

/// One call; the test fails where the op does.
inline std::vector<Tensor> call(std::string_view op, std::vector<Tensor> inputs, Attrs attrs = {},
                                int numOutputs = 1) {
  TestContext c;
  auto r = TestNode(op, std::move(attrs), numOutputs)(c, std::move(inputs));
  EXPECT_TRUE(r.has_value()) << (r ? "" : r.error().message());
  return r ? *r : std::vector<Tensor>(size_t(numOutputs));
}
/// The code that the call fails with.
inline Code failure(std::string_view op, std::vector<Tensor> inputs, Attrs attrs = {},
                    int numOutputs = 1) {
  TestContext c;
  auto r = TestNode(op, std::move(attrs), numOutputs)(c, std::move(inputs));
  EXPECT_FALSE(r.has_value()) << op;
  return r ? Code::kInternal : r.error().code();
}

}  // namespace smw::testing
