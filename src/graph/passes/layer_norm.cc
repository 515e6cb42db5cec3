// Layer normalisation, spelled as mean, variance and arithmetic, becomes one op.
#include <algorithm>

#include "graph/passes/list.h"
#include "graph/passes/match.h"
#include "graph/passes/pattern.h"

namespace smw::passes {

namespace {

constexpr std::string_view kLayerNorm = "_LayerNorm";

/// 1 / sqrt(variance + epsilon), where v is the variance.
constexpr std::string_view kScales[] = {"Rsqrt(Add(v,ke))", "Reciprocal(Sqrt(Add(v,ke)))"};
constexpr std::string_view kRoot = "Sqrt(Add(v,ke))";
constexpr std::string_view kSquares[] = {"Mean(SquaredDifference(x,mean))",
                                         "Mean(Square(Sub(x,mean)))", "Mean(Mul(d,d))",
                                         "Mean(Pow(Sub(x,mean),2))"};
/// The whole, where m is the scale or its product with gamma.
constexpr std::string_view kWhole[] = {
    "Add(Mul(x,m),Sub(beta,Mul(mean,m)))", "Add(Mul(x,m),Add(Mul(Neg(mean),m),beta))",
    "Add(Mul(x,m),Mul(Neg(mean),m))",      "Add(Mul(x,m),Neg(Mul(mean,m)))",
    "Sub(Mul(x,m),Mul(mean,m))",           "Mul(Sub(x,mean),m)",
};

class LayerNorms {
 public:
  explicit LayerNorms(Graph& g) : g_(g) {}

  Status run() {
    if (g_.tokenFlow) return {};
    for (int i : SMW_TRY(g_.order())) {
      const std::string& op = g_[i].op;
      if (op == "AddV2" || op == "Add" || op == "Sub" || op == "Mul") {
        if (!whole(i)) extend(i);
      } else if (op == "RealDiv") {
        Match m(g_);
        if (m({i, 0}, "RealDiv(Sub(x,mean),q)") && m(m["q"], kRoot)) become(i, m, {});
      } else if (op == "FusedBatchNormV3") {
        rowsByBatchNorm(i);
      }
    }
    return {};
  }

 private:
  bool whole(int i) {
    for (std::string_view pattern : kWhole) {
      Match m(g_);
      if (!m({i, 0}, pattern)) continue;
      Output gamma;
      bool scaled = isScale(m, m["m"]);
      if (!scaled && m(m["m"], "Mul(s,gamma)")) {
        scaled = isScale(m, m["s"]);
        gamma = m["gamma"];
        if (!scaled && isScale(m, gamma)) {
          scaled = true;
          gamma = m["s"];
        }
      }
      if (scaled && become(i, m, gamma)) return true;
    }
    return false;
  }
  static bool isScale(Match& m, Output o) {
    return std::ranges::any_of(kScales, [&](std::string_view p) { return m(o, p); });
  }

  /// Node i becomes the normalisation of x, where v is its variance.
  bool become(int i, Match& m, Output gamma) {
    const Output x = m["x"], mean = m["mean"], beta = m["beta"], v = m["v"];
    if (!std::ranges::any_of(kSquares, [&](std::string_view p) {
          return m(v, p) && (m["d"].node < 0 || m(m["d"], "Sub(x,mean)"));
        }))
      return false;
    if (!m(mean, "Mean(x)") || !overLast(mean, x) || !overLast(v, x)) return false;
    const float epsilon = scalarOr(g_, m["ke"], -1);
    if (!(epsilon >= 0)) return false;
    std::vector<Output> inputs = {x};
    for (Output o : {gamma, beta}) {
      if (o.node < 0) continue;
      if (!isRow(o)) return false;
      inputs.push_back(o);
    }
    return emit(i, std::move(inputs), epsilon, gamma.node >= 0, beta.node >= 0, -1);
  }
  /// Whether a Mean is over the last dimension alone.
  bool overLast(Output mean, Output x) const {
    const Node& n = g_[mean.node];
    const auto axes = knownInts(g_, n.inputs[1]);
    if (axes.size() != 1 || !n.attrs.getOr("keep_dims", false)) return false;
    if (axes[0] == -1) return true;
    const int rank = std::max(notedRank(g_, mean), notedRank(g_, x));
    return rank > 0 && axes[0] == rank - 1;
  }
  /// (N), or (1,..,1,N) as Keras has it.
  bool isRow(Output o) const {
    const Ref<Constant>* k = constantOf(g_, o);
    return k && (*k)->dtype == DType::kFloat && (*k)->shape.rank() > 0 &&
           (*k)->shape.numElements() > 1 && (*k)->shape.numElements() == (*k)->shape.back();
  }
  bool isVector(Output o) const { return isRow(o) && (*constantOf(g_, o))->shape.rank() == 1; }

  bool emit(int i, std::vector<Output> inputs, float epsilon, bool gamma, bool beta, int64_t axis) {
    Attrs attrs;
    attrs.set("num_args", int64_t(inputs.size()) - 1);
    attrs.set("gamma", gamma);
    attrs.set("beta", beta);
    attrs.set("epsilon", epsilon);
    attrs.set("axis", axis);
    becomeOp(g_[i], kLayerNorm, std::move(inputs), std::move(attrs));
    return true;
  }

  /// Node i multiplies a normalisation by a vector, or adds one to it.
  void extend(int i) {
    const bool mul = g_[i].op == "Mul";
    Match m(g_);
    if (!m({i, 0}, mul ? "Mul(a,b)" : "Add(a,b)")) return;
    for (const auto& [from, by] : {std::pair{m["a"], m["b"]}, std::pair{m["b"], m["a"]}}) {
      if (!isVector(by)) continue;
      Output norm = from;
      const Output shape = throughReshape(norm, by);
      const Node n = g_[norm.node];
      const bool gamma = n.attrs.getOr("gamma", false);
      if (n.op != kLayerNorm || n.attrs.getOr("beta", false) || (mul && gamma)) continue;
      if (shape.node < 0 && n.attrs.getOr("axis", int64_t(-1)) != -1) continue;
      std::vector<Output> inputs = n.inputs;
      if (shape.node >= 0) {
        Node reshape = g_[from.node];
        reshape.inputs[0] = n.inputs[0];
        inputs[0] = {g_.add(std::move(reshape)), 0};
      }
      inputs.push_back(by);
      emit(i, std::move(inputs), n.attrs.getOr("epsilon", 0.0f), mul || gamma, !mul, -1);
      return;
    }
  }
  /// Where `o` is a normalisation of rows under another shape that keeps the rows: that one, and
  /// the shape.
  Output throughReshape(Output& o, Output by) const {
    const Node& n = g_[o.node];
    if (n.op != "Reshape" || !n.controls.empty()) return {};
    const Node& norm = g_[n.inputs[0].node];
    if (norm.op != kLayerNorm || g_[norm.inputs[0].node].op != "Reshape") return {};
    const auto to = knownInts(g_, n.inputs[1]),
               rows = knownInts(g_, g_[norm.inputs[0].node].inputs[1]);
    const int64_t width = (*constantOf(g_, by))->shape.numElements();
    if (norm.attrs.getOr("axis", int64_t(-1)) != 2 || to.empty() || to.back() != width ||
        rows.size() != 4 || rows[2] != width)
      return {};
    o = n.inputs[0];
    return n.inputs[1];
  }

  /// Batch norm in training over (1, rows, width, 1), channels first, is a normalisation of rows:
  /// how Keras 2 makes it.
  void rowsByBatchNorm(int i) {
    const Node& n = g_[i];
    if (!n.controls.empty() || n.inputs.size() != 5 || !n.attrs.getOr("is_training", true) ||
        n.attrs.getOr("T", DType::kInvalid) != DType::kFloat ||
        n.attrs.getOr("data_format", "NHWC") != "NCHW" || !isFilledWith(n.inputs[1], 1) ||
        !isFilledWith(n.inputs[2], 0))
      return;
    const Node& reshape = g_[n.inputs[0].node];
    if (reshape.op != "Reshape" || !isRowShape(reshape.inputs[1])) return;
    for (const Users::Entry& e : Users(g_).of(i))
      if (e.output != 0) return;
    emit(i, {n.inputs[0]}, n.attrs.getOr("epsilon", 1e-4f), false, false, 2);
  }
  bool isFilledWith(Output o, float v) const {
    const Node& n = g_[o.node];
    if (n.op == "Fill") return scalarOr(g_, n.inputs[1], -1) == v;
    const Tensor* t = knownValue(g_, o);
    return t && t->dtype() == DType::kFloat &&
           std::ranges::all_of(t->span<float>(), [v](float x) { return x == v; });
  }
  bool isRowShape(Output o) const {
    if (const auto dims = knownInts(g_, o); !dims.empty())
      return dims.size() == 4 && dims[0] == 1 && dims[3] == 1;
    const Node& n = g_[o.node];
    const auto one = [&](Output in) { return knownInts(g_, in) == std::vector<int64_t>{1}; };
    return n.op == "Pack" && n.inputs.size() == 4 && one(n.inputs[0]) && one(n.inputs[3]);
  }

  Graph& g_;
};

}  // namespace

Status fuseLayerNorms(PassContext& c) {
  if (!findOp(kLayerNorm)) return {};
  for (Graph* g : SMW_TRY(reachableGraphs(c))) SMW_TRY(LayerNorms(*g).run());
  return {};
}

}  // namespace smw::passes
