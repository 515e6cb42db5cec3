// Conv2D, DepthwiseConv2dNative and MatMul with constant weights take in what follows them: batch
// norm and other arithmetic by channel, bias, residual, activation.
#include <algorithm>

#include "base/strings.h"
#include "graph/passes/list.h"
#include "graph/passes/match.h"
#include "graph/passes/pattern.h"

namespace smw::passes {

namespace {

/// A product and what was found behind it, up to the node `last`.
struct Chain {
  int base = -1, last = -1;
  std::vector<int> nodes;  // behind the base
  Ref<Constant> weight, scale, bias;
  int64_t rows = 0, columns = 0;
  bool transposed = false;
  Output residual;
  Output reshape;                // the shape that the product gets before the residual
  std::vector<int64_t> split;    // its last dimensions, which the columns become
  std::vector<int64_t> squeeze;  // or the dimensions that it loses
  std::string activation;
  float alpha = 0.2f;
  std::string covers;  // names of all nodes but the last, for profiles

  bool hasResidual() const { return residual.node >= 0; }
  bool isReshaped() const { return reshape.node >= 0 || !squeeze.empty(); }
  bool open() const { return activation.empty(); }
};

class Fuser {
 public:
  Fuser(Graph& g, PassContext& c) : g_(g), c_(c), users_(g), taken_(g.nodes.size()) {}

  Status run() {
    if (g_.tokenFlow) return {};
    for (int i : SMW_TRY(g_.order())) {
      Chain chain;
      chain.base = chain.last = i;
      if (!isBase(g_[i], chain)) continue;
      while (chain.open() && extend(chain)) {
      }
      emit(chain);
    }
    return {};
  }

 private:
  [[gnu::noinline]] bool isBase(const Node& n, Chain& chain) const {
    if (!n.controls.empty() || n.inputs.size() != 2) return false;
    const bool matMul = n.op == "MatMul" || n.op == "BatchMatMulV2" || n.op == "BatchMatMulV3";
    const Ref<Constant>* w = constantOf(g_, n.inputs[1]);
    if (!w || (*w)->dtype != DType::kFloat || (*w)->layout != Layout::kPlain) return false;
    chain.weight = *w;
    const Shape& s = (*w)->shape;
    if (s.numElements() == 0) return false;
    if (n.op == kFusedMatMul) {
      // One that einsum made, not the end of a chain that was fused already.
      if (!n.attrs.getOr("activation", "").empty()) return false;
      const auto out = n.attrs.getOr("out_dims", std::vector<int64_t>());
      chain.columns = 1;
      for (int64_t d : out) chain.columns *= d;
      chain.rows = s.numElements() / chain.columns;
      chain.transposed = n.attrs.getOr("transpose_b", false);
      return true;
    }
    if (n.attrs.getOr("T", n.attrs.getOr("Ta", DType::kInvalid)) != DType::kFloat) return false;
    if (matMul) {
      if (s.rank() != 2 || n.attrs.getOr("transpose_a", n.attrs.getOr("adj_x", false)) ||
          n.attrs.getOr("Tout", DType::kFloat) != DType::kFloat)
        return false;
      chain.transposed = n.attrs.getOr("transpose_b", n.attrs.getOr("adj_y", false));
      chain.rows = s[chain.transposed ? 1 : 0];
      chain.columns = s[chain.transposed ? 0 : 1];
      return true;
    }
    if (s.rank() != 4 || n.attrs.getOr("data_format", "NHWC") != "NHWC") return false;
    const bool depthwise = n.op == "DepthwiseConv2dNative";
    if (!depthwise && n.op != "Conv2D") return false;
    chain.columns = depthwise ? s[2] * s[3] : s[3];
    chain.rows = s.numElements() / chain.columns;
    return true;
  }

  /// Takes the only reader of the chain's end into it, where it is one of those that may follow.
  [[gnu::noinline]] bool extend(Chain& chain) {
    if (users_.controls(chain.last)) return false;
    const Use* use = users_.sole({chain.last, 0});
    if (!use || use->node < 0 || taken_[size_t(use->node)]) return false;
    const Node& n = g_[use->node];
    if (!n.controls.empty() || !n.def) return false;
    const bool taken = isBatchNorm(n)
                           ? batchNorm(chain, n, *use)
                           : isFloat(n) && (byChannel(chain, n, *use) || residual(chain, n, *use) ||
                                            activation(chain, n) || reshape(chain, n, *use));
    if (taken) {
      if (!chain.covers.empty()) chain.covers += '\n';
      chain.covers += g_[chain.last].name;
      chain.nodes.push_back(chain.last = use->node);
    }
    return taken;
  }

  bool isFloat(const Node& n) const {
    return n.numOutputs == 1 && n.attrs.getOr("T", DType::kInvalid) == DType::kFloat;
  }

  /// A constant with one value for each column of the product, or one for all; null where `o` is
  /// none, or broadcasts the product.
  Ref<Constant> channels(const Chain& chain, Output o) const {
    const Ref<Constant>* k = constantOf(g_, o);
    if (!k || (*k)->dtype != DType::kFloat || (*k)->layout != Layout::kPlain) return nullptr;
    const Shape& s = (*k)->shape;
    // All in the product's last dimensions: for products with one, [..., 1, C].
    const std::vector<int64_t> last = lastDims(chain);
    const int rank =
        chain.reshape.node >= 0 ? int(last.size()) : lowestRank(chain) - int(chain.squeeze.size());
    if (s.numElements() == 1) return s.rank() <= std::min(rank, 1) ? *k : nullptr;
    if (s.numElements() != chain.columns) return nullptr;
    int d = s.rank();
    for (auto want = last.rbegin(); want != last.rend(); ++want)
      if (--d < 0 || s[d] != *want) return nullptr;
    if (s.rank() > rank) return nullptr;
    return *k;
  }
  std::vector<int64_t> lastDims(const Chain& chain) const {
    if (!chain.split.empty()) return chain.split;
    const Node& base = g_[chain.base];
    if (base.op == kFusedMatMul) return base.attrs.getOr("out_dims", std::vector<int64_t>());
    return {chain.columns};
  }
  int lowestRank(const Chain& chain) const {
    const Node& base = g_[chain.base];
    if (base.op != kFusedMatMul) return chain.weight->shape.rank();
    const int64_t rank = base.attrs.getOr("rank", int64_t(0));
    const int outer = int(lastDims(chain).size());
    return rank ? int(rank - base.attrs.getOr("contract", int64_t(1))) + outer : outer;
  }

  Ref<Constant> derived(std::string_view op, Attrs attrs, std::vector<Ref<Constant>> inputs,
                        const Shape& shape) {
    return c_.constants.derived(*findOp(op), attrs, std::move(inputs), DType::kFloat, shape);
  }
  /// a * b + c by channel; c - a * b with `negate`. A null c is 0, a null a or b is 1.
  Ref<Constant> mulAdd(Ref<Constant> a, Ref<Constant> b, Ref<Constant> c, bool negate = false) {
    if (!a) std::swap(a, b);
    if (!a) a = one();
    if (!b && !c && !negate) return a;
    if (!b) b = one();
    std::vector<Ref<Constant>> inputs = {a, b};
    Attrs attrs;
    attrs.set("num_args", int64_t(c ? 1 : 0));
    attrs.set("negate", negate);
    if (c) inputs.push_back(c);
    int64_t n = 1;
    for (const auto& i : inputs) n = std::max(n, i->shape.numElements());
    return derived("_MulAdd", std::move(attrs), std::move(inputs), Shape({n}));
  }
  Ref<Constant> one() {
    if (!one_)
      if (auto t = Tensor::scalar(1.0f)) one_ = makeConstant(std::move(*t));
    return one_;
  }

  bool batchNorm(Chain& chain, const Node& n, Use use) {
    if (chain.hasResidual() || chain.isReshaped() || use.input != 0 || n.inputs.size() != 5 ||
        n.attrs.getOr("is_training", true) ||
        n.attrs.getOr("T", DType::kInvalid) != DType::kFloat ||
        n.attrs.getOr("data_format", "NHWC") != "NHWC")
      return false;
    for (const Users::Entry& e : users_.of(use.node))
      if (e.output != 0) return false;
    Ref<Constant> k[4];  // gamma, beta, mean, variance
    for (int i = 0; i < 4; ++i) {
      k[i] = channels(chain, n.inputs[size_t(i + 1)]);
      if (!k[i] || k[i]->shape.numElements() != chain.columns) return false;
    }
    Attrs attrs;
    attrs.set("epsilon", n.attrs.getOr("epsilon", 1e-4f));
    const Ref<Constant> scale =
        derived("_BatchNormScale", std::move(attrs), {k[0], k[3]}, Shape({chain.columns}));
    multiply(chain, scale);
    add(chain, mulAdd(k[2], scale, k[1], true));
    return true;
  }

  void multiply(Chain& chain, const Ref<Constant>& by) {
    chain.scale = mulAdd(chain.scale, by, nullptr);
    if (chain.bias) chain.bias = mulAdd(chain.bias, by, nullptr);
  }
  void add(Chain& chain, const Ref<Constant>& by) {
    chain.bias = chain.bias ? mulAdd(by, nullptr, chain.bias) : by;
  }

  /// BiasAdd, and Mul, Add, Sub with values by channel; RealDiv by a scalar.
  bool byChannel(Chain& chain, const Node& n, Use use) {
    if (chain.hasResidual() || n.inputs.size() != 2) return false;
    if (n.op == "RealDiv" && use.input == 0)
      if (const float by = scalarOr(g_, n.inputs[1], 0); by != 0)
        if (auto t = Tensor::scalar(1 / by)) {
          multiply(chain, makeConstant(std::move(*t)));
          return true;
        }
    const bool bias = n.op == "BiasAdd", sub = n.op == "Sub";
    const bool sum = n.op == "AddV2" || n.op == "Add", mul = n.op == "Mul";
    if (!bias && !sub && !sum && !mul) return false;
    if ((bias || sub) && use.input != 0) return false;
    if (bias && n.attrs.getOr("data_format", "NHWC") != "NHWC") return false;
    const Ref<Constant> k = channels(chain, otherInput(n, use.input));
    if (!k) return false;
    if (mul)
      multiply(chain, k);
    else
      add(chain, sub ? mulAdd(k, nullptr, nullptr, true) : k);
    return true;
  }

  bool residual(Chain& chain, const Node& n, Use use) {
    if (chain.hasResidual() || n.inputs.size() != 2 || (n.op != "AddV2" && n.op != "Add"))
      return false;
    const Output other = otherInput(n, use.input);
    if (constantOf(g_, other)) return false;
    chain.residual = other;
    return true;
  }

  /// A reshape that keeps the columns, or splits each row of them: of a dense layer on more than
  /// two dimensions or into heads, or of a one-dimensional convolution.
  bool reshape(Chain& chain, const Node& n, Use use) {
    if (chain.isReshaped() || chain.hasResidual() || use.input != 0) return false;
    if (n.op == "Squeeze" && g_[chain.base].op == "Conv2D") {
      chain.squeeze = n.attrs.getOr("squeeze_dims", std::vector<int64_t>());
      if (std::ranges::all_of(chain.squeeze,
                              [](int64_t a) { return a == 1 || a == 2 || a == -2 || a == -3; }))
        return !chain.squeeze.empty();
      chain.squeeze.clear();
    }
    if (n.op != "Reshape" || lastDims(chain).size() != 1) return false;
    Output shape = n.inputs[1];
    if (const Node& parts = g_[shape.node]; parts.op == "ConcatV2" && parts.inputs.size() > 1)
      shape = parts.inputs[parts.inputs.size() - 2];  // as Tensordot makes it
    const std::vector<int64_t> last = partlyKnownInts(g_, shape);
    int64_t columns = 1;
    size_t from = last.size();
    do {
      if (from == 0 || last[--from] <= 0 || last[from] > chain.columns) return false;
      columns *= last[from];
    } while (columns < chain.columns);
    if (columns != chain.columns) return false;
    chain.split.assign(last.begin() + ptrdiff_t(from), last.end());
    chain.reshape = n.inputs[1];
    return true;
  }
  bool activation(Chain& chain, const Node& n) {
    static constexpr std::string_view kNames[] = {
        "Relu",     "Relu6",    "LeakyRelu", "Elu",   "Selu",       "Sigmoid",  "Tanh",
        "Softplus", "Softsign", "_Silu",     "_Mish", "_HardSwish", "_GeluErf", "_GeluTanh"};
    if (n.op == "ClipByValue" && n.inputs.size() == 3 && scalarOr(g_, n.inputs[1], -1) == 0 &&
        scalarOr(g_, n.inputs[2], -1) == 6) {
      chain.activation = "Relu6";
      return true;
    }
    if (std::ranges::find(kNames, n.op) == std::end(kNames)) return false;
    chain.activation = n.op[0] == '_' ? n.op.substr(1) : n.op;
    chain.alpha = n.attrs.getOr("alpha", 0.2f);
    return true;
  }

  /// The last node of the chain becomes the fused one.
  [[gnu::noinline]] void emit(Chain& chain) {
    for (int i : chain.nodes) taken_[size_t(i)] = true;
    Node b = g_[chain.base];
    if (b.op == "Conv2D" || b.op == "DepthwiseConv2dNative") {
      b.op = b.op == "Conv2D" ? kFusedConv : kFusedDepthwise;
    } else if (b.op != kFusedMatMul) {
      const int64_t rank = b.op == "MatMul" ? 2 : 0;
      becomeMatMul(b, {chain.columns}, 1, rank, chain.transposed);
    }
    Attrs attrs = std::move(b.attrs);
    std::vector<Output> inputs = b.inputs;
    const std::string name = g_[chain.last].name;
    if (chain.scale) {
      Attrs scaling;
      scaling.set("rows", chain.rows);
      scaling.set("columns", chain.columns);
      scaling.set("transposed", chain.transposed);
      inputs[1] = {
          g_.addConst(name + "/weight", derived(kScaleColumns, std::move(scaling),
                                                {chain.weight, chain.scale}, chain.weight->shape)),
          0};
    }
    if (chain.bias) inputs.push_back({g_.addConst(name + "/bias", chain.bias), 0});
    if (chain.hasResidual()) inputs.push_back(chain.residual);
    if (chain.reshape.node >= 0) inputs.push_back(chain.reshape);
    attrs.set("reshape", chain.reshape.node >= 0);
    if (!chain.squeeze.empty()) attrs.set("squeeze", chain.squeeze);
    attrs.set("num_args", int64_t(inputs.size()) - 2);
    attrs.set("bias", bool(chain.bias));
    attrs.set("residual", chain.hasResidual());
    attrs.set("activation", chain.activation);
    attrs.set("alpha", chain.alpha);
    if (!chain.covers.empty()) attrs.set("covers", chain.covers);
    becomeOp(g_[chain.last], b.op, std::move(inputs), std::move(attrs));
  }

  Graph& g_;
  PassContext& c_;
  Users users_;
  // What chains consist of. Another one must not go on there: both sides of a sum reach it, and one
  // has it as its residual.
  std::vector<bool> taken_;
  Ref<Constant> one_;
};

}  // namespace

Status fuseProducts(PassContext& c) {
  for (auto op : {kFusedConv, kFusedDepthwise, kFusedMatMul, kScaleColumns})
    if (!findOp(op)) return {};
  for (Graph* g : SMW_TRY(reachableGraphs(c))) SMW_TRY(Fuser(*g, c).run());
  return {};
}

}  // namespace smw::passes
