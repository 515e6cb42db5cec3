// Runs a small graph node by node, without plans: the reference that passes and plans are held
// against.
#pragma once

#include "graph/calls.h"
#include "graph/import.h"
#include "graph/passes.h"
#include "ops/run_node.h"
#include "runtime/executor.h"
#include "runtime/test_graph.h"

namespace smw::testing {

/// Functions by name.
class Functions : public FunctionLibrary {
 public:
  Result<Graph*> find(const FunctionRef& f) override {
    if (Graph* g = peek(f.name)) return g;
    return notFound(cat("function ", f.name));
  }
  Graph* add(std::unique_ptr<Graph> g) override {
    const std::string name = g->name;
    return (graphs_[name] = std::move(g)).get();
  }
  Graph* peek(std::string_view name) override {
    const auto it = graphs_.find(name);
    return it == graphs_.end() ? nullptr : it->second.get();
  }
  size_t size() const { return graphs_.size(); }
  std::unique_ptr<Functions> copy() const {
    auto c = std::make_unique<Functions>();
    for (const auto& [name, g] : graphs_) c->add(std::make_unique<Graph>(*g));
    return c;
  }

 private:
  std::map<std::string, std::unique_ptr<Graph>, std::less<>> graphs_;
};

inline Result<std::vector<Tensor>> evaluate(const Graph& g, FunctionLibrary& library,
                                            const std::vector<Tensor>& args) {
  NullContext context;
  std::map<Output, Tensor> values;
  for (int i : SMW_TRY(g.order())) {
    const Node& n = g[i];
    if (n.op == kArgOp) {
      values[{i, 0}] = args[size_t(n.argument)];
      continue;
    }
    if (n.op == kConstOp) {
      values[{i, 0}] = n.constant->value;
      continue;
    }
    std::vector<Tensor> in, out;
    for (Output o : n.inputs) in.push_back(values[o]);
    std::vector<Graph*> bodies;
    for (const FunctionRef& f : callees(n)) bodies.push_back(SMW_TRY(library.find(f)));
    switch (callKind(n.op)) {
      case CallKind::kNone: {
        if (!n.def) return unimplemented(n.op);
        Ref<RefCounted> state;
        auto r = runNode({*n.def, n.name, n.attrs, n.numOutputs, state}, std::move(in), context);
        out = SMW_TRY(std::move(r)).outputs;
        break;
      }
      case CallKind::kCall:
        out = SMW_TRY(evaluate(*bodies[0], library, in));
        break;
      case CallKind::kIf: {
        const bool yes = *in[0].data<bool>();
        in.erase(in.begin());
        out = SMW_TRY(evaluate(*bodies[yes ? 0 : 1], library, in));
        break;
      }
      case CallKind::kCase: {
        const int k = *in[0].data<int32_t>();
        in.erase(in.begin());
        out = SMW_TRY(evaluate(*bodies[size_t(k)], library, in));
        break;
      }
      case CallKind::kWhile:
        out = in;
        while (*SMW_TRY(evaluate(*bodies[0], library, out))[0].data<bool>())
          out = SMW_TRY(evaluate(*bodies[1], library, out));
        break;
    }
    for (size_t k = 0; k < out.size(); ++k) values[{i, int(k)}] = out[k];
  }
  std::vector<Tensor> results;
  for (Output o : g.outputs) results.push_back(values[o]);
  return results;
}

/// By a plan, as models are run: in memory that values share.
inline Result<std::vector<Tensor>> execute(const Graph& g, FunctionLibrary& library,
                                           const std::vector<Tensor>& args) {
  NullContext context;
  auto plan = SMW_TRY(Plan::make(g));
  Executor executor(library, context);
  executor.start(*plan, args);
  SMW_TRY(executor.run({}));
  executor.start(*plan, args);
  SMW_TRY(executor.run({}));
  return executor.takeOutputs();
}

/// Numbers between -1 and 1 that look random.
inline Tensor noise(std::vector<int64_t> dims, uint32_t seed = 1) {
  Tensor t = *Tensor::allocate(DType::kFloat, *Shape::make(dims));
  uint32_t x = seed * 2654435761u + 1;
  for (int64_t i = 0; i < t.numElements(); ++i) {
    x = x * 1664525u + 1013904223u;
    t.data<float>()[i] = float(int32_t(x >> 8) - (1 << 23)) / float(1 << 23);
  }
  return t;
}

/// What optimize did, for one root.
struct Optimized {
  ConstantPool pool;
  Variables variables;
  NullContext context;
  std::set<std::string, std::less<>> off;

  Status run(Graph& g, FunctionLibrary& library) {
    PassContext c{.roots = {&g},
                  .library = library,
                  .constants = pool,
                  .variables = variables,
                  .off = off,
                  .ops = &context};
    SMW_TRY(optimizeBeforeLoad(c));
    pool.clear();
    return optimizeAfterLoad(c);
  }
};

using Ints = std::vector<int64_t>;

inline int count(const Graph& g, std::string_view op) {
  int n = 0;
  for (const Node& node : g.nodes) n += node.op == op;
  return n;
}

inline void expectNear(const Tensor& got, const Tensor& want, float tolerance = 2e-6f) {
  ASSERT_EQ(got.describe(), want.describe());
  ASSERT_EQ(want.dtype(), DType::kFloat);
  float largest = 1;
  for (float v : want.span<float>()) largest = std::max(largest, std::abs(v));
  for (int64_t i = 0; i < want.numElements(); ++i)
    ASSERT_NEAR(got.data<float>()[i], want.data<float>()[i], tolerance * largest) << "at " << i;
}

inline Attrs floatAttrs(std::initializer_list<std::pair<const char*, AttrValue>> more = {}) {
  Attrs a;
  a.set("T", DType::kFloat);
  for (const auto& [name, value] : more) a.set(name, value);
  return a;
}

/// Runs `g` as it is and optimized, node by node and by plans, and holds the results together.
/// `ops`: how many nodes of an op there are to be afterwards.
inline void same(std::unique_ptr<Graph> g, std::vector<Tensor> args,
                 const std::map<std::string, int>& ops, float tolerance = 4e-6f,
                 Functions library = {}) {
  const auto want = evaluate(*g, library, args);
  ASSERT_TRUE(want) << want.error().message();
  const auto near = [&](const Result<std::vector<Tensor>>& got) {
    ASSERT_TRUE(got) << got.error().message();
    ASSERT_EQ(got->size(), want->size());
    for (size_t i = 0; i < want->size(); ++i) expectNear((*got)[i], (*want)[i], tolerance);
  };
  near(execute(*g, library, args));
  Optimized o;
  const auto s = o.run(*g, library);
  ASSERT_TRUE(s) << s.error().message();
  for (const auto& [op, n] : ops) EXPECT_EQ(count(*g, op), n) << op;
  near(evaluate(*g, library, args));
  near(execute(*g, library, args));
}

}  // namespace smw::testing
