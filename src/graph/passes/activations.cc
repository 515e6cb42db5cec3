// Activations that models spell out, as single ops: x * sigmoid(x), GELU, hard swish, mish.
#include <cmath>

#include "graph/passes/list.h"
#include "graph/passes/match.h"
#include "graph/passes/pattern.h"

namespace smw::passes {

namespace {

constexpr float kSqrt2 = 1.41421356f;

bool near(float a, float b, float tolerance = 1e-5f) {
  return std::abs(a - b) <= tolerance * std::abs(b);
}

class Matcher {
 public:
  explicit Matcher(Graph& g) : g_(g) {}

  void run() {
    for (size_t i = 0; i < g_.nodes.size(); ++i) dropNeutral(g_.nodes[i], int(i));
    neutral_.apply(g_);
    for (Node& n : g_.nodes) {
      if (!isFloat(n, "Mul")) continue;
      for (int side = 0; side < 2 && n.op == "Mul"; ++side)
        match(n, n.inputs[size_t(side)], n.inputs[size_t(1 - side)]);
    }
  }

 private:
  static bool isFloat(const Node& n, std::string_view op) {
    return n.op == op && n.controls.empty() && n.attrs.getOr("T", DType::kInvalid) == DType::kFloat;
  }
  /// The node that makes `o`, if it is a float32 `op` with that many inputs; else null.
  const Node* made(Output o, std::string_view op, size_t inputs) const {
    const Node& n = g_[o.node];
    return isFloat(n, op) && n.inputs.size() == inputs ? &n : nullptr;
  }
  /// x where `o` is x `op` c or c `op` x.
  bool withScalar(Output o, std::string_view op, float c, Output& x,
                  float tolerance = 1e-5f) const {
    const Node* n = made(o, op, 2);
    for (int i = 0; n && i < 2; ++i)
      if (near(scalarOr(g_, n->inputs[size_t(i)], NAN), c, tolerance)) {
        x = n->inputs[size_t(1 - i)];
        return true;
      }
    return false;
  }
  bool plusScalar(Output o, float c, Output& x) const {
    return withScalar(o, "AddV2", c, x) || withScalar(o, "Add", c, x);
  }
  /// x where `o` is x / c, or x times its reciprocal.
  bool overScalar(Output o, float c, Output& x) const {
    if (withScalar(o, "Mul", 1 / c, x)) return true;
    const Node* n = made(o, "RealDiv", 2);
    if (!n || !near(scalarOr(g_, n->inputs[1], NAN), c)) return false;
    x = n->inputs[0];
    return true;
  }

  /// x * 1, x / 1, x * -1 * -1 and one tile of x are x, whatever x is. onnx2tf has the last two
  /// around most products.
  void dropNeutral(const Node& n, int i) {
    if (n.op == "Tile" && n.controls.empty()) {
      bool one = false;
      for (int64_t count : knownInts(g_, n.inputs[1])) {
        one = count == 1;
        if (!one) break;
      }
      if (one) neutral_.set({i, 0}, n.inputs[0]);
    }
    if (!isFloat(n, "Mul") && !isFloat(n, "RealDiv")) return;
    for (int side = n.op == "Mul" ? 0 : 1; side < 2; ++side) {
      Output x = n.inputs[size_t(1 - side)];
      const float factor = scalarOr(g_, n.inputs[size_t(side)], NAN);
      if (factor == 1 || (factor == -1 && n.op == "Mul" && withScalar(x, "Mul", -1, x, 0)))
        return neutral_.set({i, 0}, x);
    }
  }

  void match(Node& n, Output x, Output gate) {
    if (const Node* s = made(gate, "Sigmoid", 1); s && s->inputs[0] == x)
      return become(n, "_Silu", x);
    if (const Node* t = made(gate, "Tanh", 1))
      if (const Node* s = made(t->inputs[0], "Softplus", 1); s && s->inputs[0] == x)
        return become(n, "_Mish", x);
    if (isHardSigmoid(gate, x)) return become(n, "_HardSwish", x);
    // (x * relu6(x + 3)) / 6, the other way of writing it
    if (near(scalarOr(g_, gate, NAN), 1.0f / 6))
      if (const Node* m = made(x, "Mul", 2))
        for (int i = 0; i < 2; ++i)
          if (isRelu6Of3(m->inputs[size_t(1 - i)], m->inputs[size_t(i)]))
            return become(n, "_HardSwish", m->inputs[size_t(i)]);
    matchGelu(n, x, gate);
  }

  bool isRelu6Of3(Output o, Output x) const {
    const Node* r = made(o, "Relu6", 1);
    Output in;
    return r && plusScalar(r->inputs[0], 3, in) && in == x;
  }
  /// relu6(x + 3) / 6, or x / 6 + 0.5 clipped to [0, 1].
  bool isHardSigmoid(Output o, Output x) const {
    Output in, scaled;
    if (overScalar(o, 6, in) && isRelu6Of3(in, x)) return true;
    if (!clippedToOne(o, in)) return false;
    return plusScalar(in, 0.5f, scaled) && overScalar(scaled, 6, in) && in == x;
  }
  bool clippedToOne(Output o, Output& x) const {
    if (const Node* c = made(o, "ClipByValue", 3)) {
      x = c->inputs[0];
      return scalarOr(g_, c->inputs[1], NAN) == 0 && scalarOr(g_, c->inputs[2], NAN) == 1;
    }
    const Node* high = made(o, "Maximum", 2);
    const Node* low = high ? made(high->inputs[0], "Minimum", 2) : nullptr;
    if (!low) return false;
    x = low->inputs[0];
    return scalarOr(g_, high->inputs[1], NAN) == 0 && scalarOr(g_, low->inputs[1], NAN) == 1;
  }

  /// 0.5 * x * (1 + erf(x / sqrt(2))), 0.5 * x * erfc(-x / sqrt(2)),
  /// 0.5 * x * (1 + tanh(sqrt(2 / pi) * (x + 0.044715 * x^3))), with the factors in any order.
  void matchGelu(Node& n, Output a, Output b) {
    Output other;
    if (withScalar(a, "Mul", 0.5f, other)) matchTwice(n, b, other);
    if (near(scalarOr(g_, a, NAN), 0.5f))
      if (const Node* m = made(b, "Mul", 2))
        for (size_t i = 0; i < 2; ++i) matchTwice(n, m->inputs[i], m->inputs[1 - i]);
    if (withScalar(b, "Mul", 0.5f, other)) matchTwice(n, other, a);
  }
  /// Whether `twice` is twice the normal distribution up to x, or what is taken for it.
  void matchTwice(Node& n, Output twice, Output x) {
    if (n.op != "Mul") return;
    Output in, curve;
    if (const Node* e = made(twice, "Erfc", 1)) {
      if (isMinusOverSqrt2(e->inputs[0], x)) become(n, "_GeluErf", x);
      return;
    }
    if (!plusScalar(twice, 1, curve)) return;
    if (const Node* e = made(curve, "Erf", 1)) {
      if (overScalar(e->inputs[0], kSqrt2, in) && in == x) become(n, "_GeluErf", x);
      return;
    }
    const Node* t = made(curve, "Tanh", 1);
    if (!t || !withScalar(t->inputs[0], "Mul", 0.7978845608f, in)) return;
    for (const char* op : {"AddV2", "Add"})
      if (const Node* sum = made(in, op, 2))
        for (int i = 0; i < 2; ++i) {
          Output cube;
          if (sum->inputs[size_t(i)] == x &&
              withScalar(sum->inputs[size_t(1 - i)], "Mul", 0.044715f, cube) && isCube(cube, x))
            return become(n, "_GeluTanh", x);
        }
  }
  bool isMinusOverSqrt2(Output o, Output x) const {
    Output in;
    if (overScalar(o, -kSqrt2, in)) return in == x;
    const Node* outer = made(o, "Neg", 1);
    if (!overScalar(outer ? outer->inputs[0] : o, kSqrt2, in)) return false;
    if (outer) return in == x;
    const Node* inner = made(in, "Neg", 1);
    return inner && inner->inputs[0] == x;
  }
  bool isCube(Output o, Output x) const {
    if (const Node* p = made(o, "Pow", 2))
      return p->inputs[0] == x && scalarOr(g_, p->inputs[1], NAN) == 3;
    const Node* m = made(o, "Mul", 2);
    for (int i = 0; m && i < 2; ++i) {
      if (m->inputs[size_t(i)] != x) continue;
      if (const Node* s = made(m->inputs[size_t(1 - i)], "Square", 1)) return s->inputs[0] == x;
      const Node* s = made(m->inputs[size_t(1 - i)], "Mul", 2);
      return s && s->inputs[0] == x && s->inputs[1] == x;
    }
    return false;
  }

  static void become(Node& n, std::string_view op, Output x) {
    const OpDef* def = findOp(op);
    if (!def) return;
    n.op = op;
    n.def = def;
    n.inputs = {x};
  }

  Graph& g_;
  Replacements neutral_;
};

}  // namespace

Status fuseActivations(PassContext& c) {
  for (Graph* g : SMW_TRY(reachableGraphs(c))) Matcher(*g).run();
  return {};
}

}  // namespace smw::passes
