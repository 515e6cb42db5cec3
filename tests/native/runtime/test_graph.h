// Small graphs for tests, and ops that exist only there.
#pragma once

#include <gtest/gtest.h>

#include <map>
#include <memory>

#include "graph/graph.h"
#include "kernels/parallel.h"
#include "ops/context.h"
#include "ops/op_def.h"

namespace smw::testing {

/// A context without resources or files.
class NullContext : public OpContext, ResourceStore, CheckpointSource, FileSource {
 public:
  ResourceStore& resources() override { return *this; }
  CheckpointSource& checkpoint() override { return *this; }
  FileSource& files() override { return *this; }
  kernels::Parallel& parallel() override { return kernels::serial(); }
  bool cancelled() const override { return false; }
  uint64_t freshSeed() override { return 1; }

 private:
  Result<Ref<Resource>> findOrCreate(std::string_view, std::string_view,
                                     std::function<Result<Ref<Resource>>()> create) override {
    return create();
  }
  Result<std::optional<Tensor>> restore(std::string_view, std::string_view, std::string_view,
                                        DType) override {
    return notFound("no checkpoint");
  }
  Result<std::optional<std::string>> read(std::string_view) override { return notFound("no file"); }
};

/// Functions by name, filled by the test.
class TestFunctions : public FunctionLibrary {
 public:
  Result<Graph*> find(const FunctionRef& f) override {
    auto it = graphs_.find(f.name);
    if (it == graphs_.end()) return notFound(cat("function ", f.name));
    return it->second.get();
  }
  Graph* add(std::unique_ptr<Graph> g) override {
    Graph* raw = g.get();
    graphs_[g->name] = std::move(g);
    return raw;
  }
  Graph* peek(std::string_view name) override {
    auto it = graphs_.find(std::string(name));
    return it == graphs_.end() ? nullptr : it->second.get();
  }

 private:
  std::map<std::string, std::unique_ptr<Graph>> graphs_;
};

/// out = a + b for float32 of equal shapes; `b` may be a scalar.
inline Status resolveTestAdd(Resolver& r) {
  const int64_t n = r.shape(0).numElements(), step = r.shape(1).isScalar() ? 0 : 1;
  r.addOutputReusing(0, DType::kFloat, r.shape(0));
  return r.kernel([=](const Args& a) {
    for (int64_t i = 0; i < n; ++i)
      a.out<float>(0)[i] = a.in<float>(0)[i] + a.in<float>(1)[i * step];
  });
}
/// The positive elements: how many is known only by looking.
inline Status resolveTestPositive(Resolver& r) {
  return r.tensorKernel([](Step& s) -> Status {
    const Tensor& x = s.input(0);
    std::vector<float> keep;
    for (float v : x.span<float>())
      if (v > 0) keep.push_back(v);
    s.setOutput(0, SMW_TRY(Tensor::of<float>(keep, Shape({int64_t(keep.size())}))));
    return {};
  });
}
inline Status resolveTestLess(Resolver& r) {
  r.addOutput(DType::kBool, Shape());
  return r.kernel([](const Args& a) { *a.out<bool>(0) = *a.in<float>(0) < *a.in<float>(1); });
}
inline Status resolveTestWhile(Resolver& r) {
  return r.controlFlow(
      {ControlFlow::kWhile,
       {SMW_TRY(r.attr<FunctionRef>("cond")), SMW_TRY(r.attr<FunctionRef>("body"))}});
}
inline Status resolveTestCall(Resolver& r) {
  return r.controlFlow({ControlFlow::kCall, {SMW_TRY(r.attr<FunctionRef>("f"))}});
}
inline Status resolveTestIf(Resolver& r) {
  return r.controlFlow(
      {ControlFlow::kIf,
       {SMW_TRY(r.attr<FunctionRef>("then")), SMW_TRY(r.attr<FunctionRef>("else"))}});
}

inline constexpr OpDef kTestOps[] = {
    {"TestAdd", "a, b -> c", resolveTestAdd},    {"TestPositive", "x -> y", resolveTestPositive},
    {"TestLess", "a, b -> c", resolveTestLess},  {"TestWhile", "v*T -> w*T", resolveTestWhile},
    {"TestCall", "v*T -> w*T", resolveTestCall}, {"TestIf", "c, v*T -> w*T", resolveTestIf},
};

/// Adds nodes one by one; each call gives the node's first output.
class GraphBuilder {
 public:
  explicit GraphBuilder(std::string name) : g(new Graph()) { g->name = std::move(name); }
  Output arg() {
    Node n;
    n.name = "arg" + std::to_string(g->args.size());
    n.op = kArgOp;
    n.argument = int(g->args.size());
    g->args.push_back(g->add(std::move(n)));
    return {g->args.back(), 0};
  }
  Output constant(Tensor t) {
    return {g->addConst("const" + std::to_string(g->nodes.size()), makeConstant(std::move(t))), 0};
  }
  Output scalar(float v) { return constant(*Tensor::scalar<float>(v)); }
  Output ints(std::vector<int32_t> v) {
    return constant(*Tensor::of<int32_t>(v, Shape({int64_t(v.size())})));
  }
  Output node(const char* op, std::vector<Output> inputs, Attrs attrs = {}, int outputs = 1) {
    Node n;
    n.name = std::string(op) + std::to_string(g->nodes.size());
    n.op = op;
    n.def = findOp(op);
    for (const OpDef& d : kTestOps)
      if (d.name == op) n.def = &d;
    n.inputs = std::move(inputs);
    n.attrs = std::move(attrs);
    n.numOutputs = outputs;
    return {g->add(std::move(n)), 0};
  }
  std::unique_ptr<Graph> returning(std::vector<Output> outputs) {
    g->outputs = std::move(outputs);
    return std::move(g);
  }
  std::unique_ptr<Graph> g;
};

inline Attrs functions(std::initializer_list<std::pair<const char*, const char*>> refs) {
  Attrs a;
  for (auto [key, name] : refs) a.set(key, FunctionRef{name, nullptr});
  return a;
}
inline Tensor floats(std::vector<float> v) {
  return *Tensor::of<float>(v, Shape({int64_t(v.size())}));
}
inline std::vector<float> values(const Tensor& t) {
  return {t.data<float>(), t.data<float>() + t.numElements()};
}

}  // namespace smw::testing
