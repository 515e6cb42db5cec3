// x * gate, where the gate is what two products make of x's means by channel, becomes one op: the
// squeeze and excite of MobileNetV3, EfficientNet and their like. After `fuse`, whose ops it reads.
#include <algorithm>
#include <cmath>

#include "graph/passes/list.h"
#include "graph/passes/match.h"
#include "graph/passes/pattern.h"

namespace smw::passes {

namespace {

/// (rows, k) x (k, n) + bias, then an activation.
struct Product {
  int node = -1;
  int64_t k = 0, n = 0;
  std::string activation;
};

struct Found {
  Output x;
  Product reduce, expand;
  float scale = 1;
  bool clipped = false;  // the gate, to [0, 1]
  std::string covers;
};

class SqueezeExcites {
 public:
  explicit SqueezeExcites(Graph& g) : g_(g), users_(g) {}

  Status run() {
    if (g_.tokenFlow) return {};
    for (int i : SMW_TRY(g_.order()))
      for (int side = 0; side < 2 && isFloat(g_[i], "Mul"); ++side) {
        Found f;
        f.x = g_[i].inputs[size_t(side)];
        if (find(f, i, otherInput(g_[i], side))) SMW_TRY(emit(i, f));
      }
    return {};
  }

 private:
  [[gnu::noinline]] static bool isFloat(const Node& n, const char* op) {
    return n.op == op && n.controls.empty() && n.inputs.size() >= 2 &&
           n.attrs.getOr("T", DType::kInvalid) == DType::kFloat;
  }

  /// Goes up from the gate to the mean. Nobody else reads what is on the way.
  bool find(Found& f, int reader, Output o) const {
    int64_t pixel = 0;  // C where the gate is known to be (N,1,1,C)
    const auto take = [&] {
      if (!isTaken(f, o, reader)) return false;
      reader = o.node;
      o = g_[o.node].inputs[0];
      return true;
    };
    while (skips(f, g_[o.node], pixel))
      if (!take()) return false;
    for (Product* p : {&f.expand, &f.reduce})
      if (!isProduct(o.node, *p) || !take()) return false;
    const int64_t channels = f.reduce.k;
    if ((pixel && pixel != channels) || f.expand.k != f.reduce.n || f.expand.n != channels ||
        channels < 2 || f.expand.activation.empty() != f.clipped || f.reduce.activation.empty())
      return false;
    const bool reshaped = isFloat(g_[o.node], "Reshape");
    if (reshaped && (pixelChannels(g_[o.node].inputs[1]) != channels || !take())) return false;
    const Node& mean = g_[o.node];
    if (!isFloat(mean, "Mean") || !overImage(mean.inputs[1]) || !take() || o != f.x) return false;
    const bool keeps = mean.attrs.getOr("keep_dims", false);
    return (pixel || reshaped || keeps) && isImage(f, keeps && !reshaped);
  }
  /// What may lie between the second product and the multiplication: a scalar, a clamp, a reshape.
  bool skips(Found& f, const Node& n, int64_t& pixel) const {
    if (isFloat(n, "Reshape")) return !pixel && (pixel = pixelChannels(n.inputs[1]));
    if (f.clipped) return false;
    if (isFloat(n, "ClipByValue"))
      return f.clipped = scalarOr(g_, n.inputs[1], NAN) == 0 && scalarOr(g_, n.inputs[2], NAN) == 1;
    const float by = factorOf(n);
    if (!std::isfinite(by)) return false;
    f.scale *= by;
    return true;
  }
  /// Whether nobody but `reader` needs the node of `o`, which is one of those that become one then.
  bool isTaken(Found& f, Output o, int reader) const {
    const Node& n = g_[o.node];
    if (o.index != 0 || !n.controls.empty() || !leadsTo(o.node, reader, 4)) return false;
    const std::string covers = n.attrs.getOr("covers", "");
    for (const std::string* name : {&covers, &n.name})
      if (!name->empty()) (f.covers += *name) += '\n';
    return true;
  }
  /// Whether `reader` alone reads the node, or, by way of a few others, makes a shape of its own.
  bool leadsTo(int node, int reader, int most) const {
    if (users_.controls(node)) return false;
    return std::ranges::all_of(users_.of(node), [&](const Users::Entry& e) {
      return e.use.node == reader ||
             (e.use.node >= 0 && most > 0 && isPure(e.use.node) && g_[reader].op == "Reshape" &&
              leadsTo(e.use.node, reader, most - 1));
    });
  }
  bool isPure(int node) const { return g_[node].def && g_[node].def->effect == Effect::kPure; }
  /// s where `n` is x * s or x / s; NAN where it is neither.
  float factorOf(const Node& n) const {
    if (isFloat(n, "Mul")) return scalarOr(g_, n.inputs[1], NAN);
    return isFloat(n, "RealDiv") ? 1 / scalarOr(g_, n.inputs[1], NAN) : NAN;
  }

  /// A product of rows with a constant matrix that is not transposed, with no more behind it than
  /// bias and activation.
  bool isProduct(int node, Product& p) const {
    const Node& n = g_[node];
    const bool conv = n.op == kFusedConv;
    if ((!conv && n.op != kFusedMatMul) || n.attrs.getOr("residual", false) ||
        n.attrs.getOr("reshape", false) || n.attrs.has("squeeze"))
      return false;
    const Ref<Constant>* weight = constantOf(g_, n.inputs[1]);
    if (!weight || (*weight)->dtype != DType::kFloat) return false;
    const Shape& s = (*weight)->shape;
    const int rank = s.rank();
    if (rank != (conv ? 4 : 2)) return false;
    p = {node, s[rank - 2], s[rank - 1], n.attrs.getOr("activation", "")};
    if (s.numElements() != p.k * p.n || p.activation == "LeakyRelu" ||
        n.attrs.getOr("padding", "") == "EXPLICIT" || n.attrs.getOr("transpose_b", false) ||
        n.attrs.getOr("contract", int64_t(1)) != 1)
      return false;
    if (!n.attrs.getOr("bias", false)) return true;
    const Ref<Constant>* bias = constantOf(g_, n.inputs[2]);
    return bias && (*bias)->shape.numElements() == p.n;
  }

  /// C of the shape (N,1,1,C), by value or as Keras makes it of the batch's size; 0 for others.
  int64_t pixelChannels(Output shape) const {
    const std::vector<int64_t> dims = partlyKnownInts(g_, shape);
    return dims.size() == 4 && dims[1] == 1 && dims[2] == 1 ? std::max<int64_t>(dims[3], 0) : 0;
  }
  bool overImage(Output axes) const {
    const std::vector<int64_t> a = knownInts(g_, axes);
    if (a.size() != 2) return false;
    const auto [low, high] = std::minmax(a[0], a[1]);
    return high == low + 1 && (low == 1 || low == -3);
  }
  /// Whether x is known to be (N,H,W,C). `direct`: the first product is of a mean of x's rank.
  bool isImage(const Found& f, bool direct) const {
    const Node &x = g_[f.x.node], &reduce = g_[f.reduce.node];
    return x.op == kFusedConv || x.op == kFusedDepthwise || notedRank(g_, f.x) == 4 ||
           (reduce.op == kFusedConv ? direct : reduce.attrs.getOr("rank", int64_t(0)) == 2);
  }

  Status emit(int i, Found& f) {
    std::vector<Output> inputs = {f.x};
    for (const Product* p : {&f.reduce, &f.expand}) {
      inputs.push_back(g_[p->node].inputs[1]);
      inputs.push_back(SMW_TRY(biasOf(*p)));
    }
    Attrs attrs;
    attrs.set("units", f.reduce.n);
    attrs.set("reduce_activation", std::move(f.reduce.activation));
    attrs.set("expand_activation", std::move(f.expand.activation));
    attrs.set("scale", f.scale);
    f.covers.pop_back();
    attrs.set("covers", std::move(f.covers));
    becomeOp(g_[i], kFusedSqueezeExcite, std::move(inputs), std::move(attrs));
    return {};
  }
  /// Zeros where it has none.
  Result<Output> biasOf(const Product& p) {
    const Node& n = g_[p.node];
    if (n.attrs.getOr("bias", false)) return n.inputs[2];
    Tensor zeros = SMW_TRY(Tensor::allocate(DType::kFloat, SMW_TRY(Shape::make({{p.n}}))));
    std::fill_n(zeros.data<float>(), p.n, 0.0f);
    return Output{g_.addConst(n.name + "/bias", makeConstant(std::move(zeros))), 0};
  }

  Graph& g_;
  Users users_;
};

}  // namespace

Status fuseSqueezeExcite(PassContext& c) {
  if (!findOp(kFusedSqueezeExcite)) return {};
  for (Graph* g : SMW_TRY(reachableGraphs(c))) SMW_TRY(SqueezeExcites(*g).run());
  return {};
}

}  // namespace smw::passes
