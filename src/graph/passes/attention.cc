// softmax(scale Q K^T + mask) V, by BatchMatMul or Einsum and with the transposes around it,
// becomes one op. So does where(mask, scale Q K^T, fill) in it.
#include <algorithm>
#include <cmath>

#include "base/sort.h"
#include "graph/passes/list.h"
#include "graph/passes/match.h"
#include "graph/passes/pattern.h"

namespace smw::passes {

namespace {

using Axes = std::vector<int64_t>;

/// A factor of a product: where it comes from, and which of its dimensions are the batch, (head,)
/// row, column. No axes: in this order, whatever its rank.
struct Operand {
  Output x;
  Axes axes;
};

/// "x,y->out" with single letters.
struct Equation {
  std::string in[2], out;
};

bool distinct(std::string s) {
  sort(s);
  return std::ranges::adjacent_find(s) == s.end();
}

bool parse(std::string text, Equation& e) {
  std::erase(text, ' ');
  const size_t comma = text.find(','), arrow = text.find("->");
  if (comma == std::string::npos || arrow == std::string::npos || comma > arrow ||
      text.find('.') != std::string::npos)
    return false;
  e = {{text.substr(0, comma), text.substr(comma + 1, arrow - comma - 1)}, text.substr(arrow + 2)};
  return distinct(e.in[0]) && distinct(e.in[1]) && distinct(e.out);
}

/// Where the letters of `names` stand in `letters`, if both hold the same ones.
bool axesOf(const std::string& letters, const std::string& names, Axes& axes) {
  axes.clear();
  for (char ch : names) {
    const size_t at = letters.find(ch);
    if (at == std::string::npos) return false;
    axes.push_back(int64_t(at));
  }
  return letters.size() == names.size();
}

bool isPermutation(const Axes& p) {
  uint64_t seen = 0;
  for (int64_t a : p)
    if (a >= 0 && a < 64) seen |= uint64_t(1) << a;
  return !p.empty() && p.size() < 64 && seen == (uint64_t(1) << p.size()) - 1;
}

class Attentions {
 public:
  explicit Attentions(Graph& g) : g_(g), users_(g) {}

  Status run() {
    if (g_.tokenFlow) return {};
    for (int i : SMW_TRY(g_.order()))
      if (isFloat(g_[i], "Softmax")) visit(i);
    return {};
  }

 private:
  struct Found {
    Operand q, k, v;
    Output mask;
    bool select = false, keepsFalse = false;
    float scale = 1, fill = 0;
    bool transposed = false;  // K is (..., column, row), and has no axes
    Axes out;
    int last = -1;  // the node whose place the attention takes
  };

  static bool isFloat(const Node& n, std::string_view op) {
    return n.op == op && n.controls.empty() && n.attrs.getOr("T", DType::kInvalid) == DType::kFloat;
  }
  bool isMatMul(const Node& n) const {
    return (isFloat(n, "BatchMatMulV2") || isFloat(n, "BatchMatMul")) && n.inputs.size() == 2;
  }
  bool isEinsum(const Node& n, Equation& e) const {
    return isFloat(n, "Einsum") && n.inputs.size() == 2 && parse(n.attrs.getOr("equation", ""), e);
  }

  void visit(int softmax) {
    Found f;
    if (scores(g_[softmax].inputs[0], f) && weighted(softmax, f) && rankFits(f)) emit(f);
  }

  /// x * s or x / s: gives x.
  bool scaled(Output& o, float& scale) const {
    const Node& n = g_[o.node];
    const bool mul = isFloat(n, "Mul");
    if (!mul && !isFloat(n, "RealDiv")) return false;
    for (int i = 1; i >= (mul ? 0 : 1); --i) {
      const float s = scalarOr(g_, n.inputs[size_t(i)], NAN);
      if (!std::isfinite(s) || s == 0) continue;
      scale *= mul ? s : 1 / s;
      o = n.inputs[size_t(1 - i)];
      return true;
    }
    return false;
  }

  bool isSum(const Node& n) const { return isFloat(n, "AddV2") || isFloat(n, "Add"); }
  /// x + s: gives x, of which softmax is the same. Transformers has 1e-9 there.
  bool shifted(Output& o) const {
    const Node& n = g_[o.node];
    for (int i = 0; isSum(n) && i < 2; ++i)
      if (std::isfinite(scalarOr(g_, n.inputs[size_t(i)], NAN))) {
        o = otherInput(n, i);
        return true;
      }
    return false;
  }

  bool scores(Output o, Found& f) const {
    while (shifted(o)) {
    }
    if (product(o, f)) return true;
    const Node& n = g_[o.node];
    if (isFloat(n, "SelectV2")) return selected(n, f);
    if (!isSum(n)) return false;
    for (int i = 0; i < 2; ++i)
      if (product(n.inputs[size_t(i)], f)) {
        f.mask = otherInput(n, i);
        return true;
      }
    return false;
  }
  bool selected(const Node& n, Found& f) const {
    for (int i = 1; i <= 2; ++i) {
      const float fill = scalarOr(g_, n.inputs[size_t(3 - i)], NAN);
      if (std::isnan(fill) || !product(n.inputs[size_t(i)], f)) continue;
      f.mask = withoutOnes(n.inputs[0], n.inputs[size_t(i)]);
      f.select = true;
      f.keepsFalse = i == 2;
      f.fill = fill;
      return true;
    }
    return false;
  }
  /// Keras: ones_like(scores, bool) & mask.
  Output withoutOnes(Output mask, Output scores) const {
    const Node& n = g_[mask.node];
    for (int i = 0; n.op == "LogicalAnd" && n.controls.empty() && i < 2; ++i) {
      const Node& ones = g_[n.inputs[size_t(i)].node];
      if (ones.op != "Fill" || !ones.controls.empty()) continue;
      const Node& shape = g_[ones.inputs[0].node];
      const Tensor* value = knownValue(g_, ones.inputs[1]);
      if (shape.op == "Shape" && shape.inputs[0] == scores && value &&
          value->dtype() == DType::kBool && value->numElements() == 1 && *value->data<bool>())
        return otherInput(n, i);
    }
    return mask;
  }
  /// scale * Q K^T.
  bool product(Output o, Found& f) const {
    float scale = 1;
    while (scaled(o, scale)) {
    }
    const Node& n = g_[o.node];
    Found made;
    made.scale = scale;
    if (Equation e; isEinsum(n, e)) {
      const size_t rank = e.out.size();
      if (rank < 3 || rank > 4) return false;
      const std::string batch = e.out.substr(0, rank - 2);
      const char row = e.out[rank - 2], key = e.out[rank - 1];
      const int q = e.in[0].find(row) != std::string::npos ? 0 : 1;
      char column = 0;
      for (char ch : e.in[0])
        if (e.out.find(ch) == std::string::npos) column = ch;
      if (!column || !axesOf(e.in[q], batch + row + column, made.q.axes) ||
          !axesOf(e.in[1 - q], batch + key + column, made.k.axes))
        return false;
      made.q.x = n.inputs[size_t(q)];
      made.k.x = n.inputs[size_t(1 - q)];
    } else if (isMatMul(n) && !n.attrs.getOr("adj_x", false)) {
      made.q.x = n.inputs[0];
      made.k.x = n.inputs[1];
      made.transposed = !n.attrs.getOr("adj_y", false);
    } else {
      return false;
    }
    trace(made.q, &made.scale, false);
    trace(made.k, &made.scale, made.transposed);
    f = std::move(made);
    return true;
  }
  /// Goes up through transposes, and scalars where they may be taken into `scale`.
  void trace(Operand& o, float* scale, bool transposed) const {
    while (true) {
      if (scale && scaled(o.x, *scale)) continue;
      const Node& n = g_[o.x.node];
      if (!isFloat(n, "Transpose")) return;
      const Axes perm = knownInts(g_, n.inputs[1]);
      if (!isPermutation(perm)) return;
      if (o.axes.empty()) {
        o.axes = perm;
        if (transposed && perm.size() >= 2) std::swap(o.axes.back(), o.axes[perm.size() - 2]);
      } else if (o.axes.size() == perm.size()) {
        for (int64_t& a : o.axes) a = perm[size_t(a)];
      } else {
        return;
      }
      o.x = n.inputs[0];
    }
  }

  /// The only reader of the softmax: its product with V.
  bool weighted(int softmax, Found& f) const {
    const Use* use = users_.sole({softmax, 0});
    if (!use || users_.controls(softmax)) return false;
    const Node& n = g_[use->node];
    f.last = use->node;
    if (Equation e; isEinsum(n, e)) {
      const std::string &p = e.in[use->input], &v = e.in[1 - use->input];
      const size_t rank = p.size();
      if (rank < 3 || rank > 4) return false;
      const std::string batch = p.substr(0, rank - 2);
      char column = 0;
      for (char ch : v)
        if (p.find(ch) == std::string::npos) column = ch;
      if (!column || !axesOf(v, batch + p[rank - 1] + column, f.v.axes) ||
          !axesOf(e.out, batch + p[rank - 2] + column, f.out) || f.out.back() != int64_t(rank) - 1)
        return false;
      f.v.x = n.inputs[size_t(1 - use->input)];
      trace(f.v, nullptr, false);
      return true;
    }
    if (!isMatMul(n) || use->input != 0 || n.attrs.getOr("adj_x", false) ||
        n.attrs.getOr("adj_y", false))
      return false;
    f.v.x = n.inputs[1];
    trace(f.v, nullptr, false);
    const Use* next = users_.sole({f.last, 0});
    if (!next || next->input != 0 || users_.controls(f.last) ||
        !isFloat(g_[next->node], "Transpose"))
      return true;
    const Axes perm = knownInts(g_, g_[next->node].inputs[1]);
    if (!isPermutation(perm) || perm.size() < 3 || perm.back() != int64_t(perm.size()) - 1)
      return true;
    f.out.resize(perm.size());
    for (size_t i = 0; i < perm.size(); ++i) f.out[size_t(perm[i])] = int64_t(i);
    f.last = next->node;
    return true;
  }

  /// Whether all has three or four dimensions, as far as that is known, and a query's columns or
  /// the queries lie together.
  bool rankFits(const Found& f) const {
    if (f.mask.node >= 0) {
      const Ref<Constant>* k = constantOf(g_, f.mask);
      if ((k ? (*k)->shape.rank() : notedRank(g_, f.mask)) > 4) return false;
    }
    size_t rank = 0;
    for (const Axes* a : {&f.q.axes, &f.k.axes, &f.v.axes, &f.out}) {
      if (a->empty()) continue;
      if (rank && rank != a->size()) return false;
      rank = a->size();
    }
    if (const Axes& q = f.q.axes; !q.empty()) {
      const int64_t inner = int64_t(q.size()) - 1;
      if (q[size_t(inner)] != inner && q[size_t(inner) - 1] != inner) return false;
    }
    if (!rank)
      for (Output o : {f.q.x, f.k.x, f.v.x})
        rank = std::max(rank, size_t(std::max(0, notedRank(g_, o))));
    return rank == 3 || rank == 4;
  }

  void emit(Found& f) {
    Attrs attrs;
    std::vector<Output> inputs = {f.q.x, f.k.x, f.v.x};
    const bool masked = f.mask.node >= 0;
    if (masked) inputs.push_back(f.mask);
    attrs.set("num_args", int64_t(masked));
    attrs.set("mask", masked);
    if (f.select) {
      attrs.set("select", true);
      attrs.set("keeps_false", f.keepsFalse);
      attrs.set("fill", f.fill);
    }
    attrs.set("scale", f.scale);
    attrs.set("transposed", f.transposed && f.k.axes.empty());
    attrs.set("q_axes", std::move(f.q.axes));
    attrs.set("k_axes", std::move(f.k.axes));
    attrs.set("v_axes", std::move(f.v.axes));
    attrs.set("out_axes", std::move(f.out));
    becomeOp(g_[f.last], kFusedAttention, std::move(inputs), std::move(attrs));
  }

  Graph& g_;
  Users users_;
};

}  // namespace

Status fuseAttention(PassContext& c) {
  if (!findOp(kFusedAttention)) return {};
  for (Graph* g : SMW_TRY(reachableGraphs(c))) SMW_TRY(Attentions(*g).run());
  return {};
}

}  // namespace smw::passes
