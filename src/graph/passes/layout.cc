// Images with channels first, as other frameworks and GPUs lay them: their ops work with channels
// last, and transposes move to where both kinds of values meet, and cancel there.
#include <algorithm>
#include <map>

#include "graph/passes/list.h"
#include "graph/passes/match.h"
#include "graph/passes/pattern.h"
#include "ops/families.h"

namespace smw::passes {

namespace {

using Ints = std::vector<int64_t>;

/// Where dimension d of channels first lies with channels last.
constexpr int kPlace[] = {0, 3, 1, 2};
const Ints kToFirst = {0, 3, 1, 2}, kToLast = {0, 2, 3, 1};

bool isOf(std::span<const OpDef> family, const OpDef* def) {
  return std::ranges::any_of(family, [&](const OpDef& d) { return &d == def; });
}

/// Entries by dimension, from channels first to channels last.
template <typename T>
std::vector<T> permuted(const std::vector<T>& v, size_t each = 1) {
  std::vector<T> to(v.size());
  for (size_t d = 0; d < 4; ++d)
    for (size_t i = 0; i < each; ++i) to[size_t(kPlace[d]) * each + i] = v[d * each + i];
  return to;
}

class Layouts {
 public:
  Layouts(Graph& g, PassContext& c) : g_(g), c_(c) {}

  Status run() {
    if (g_.tokenFlow) return {};
    for (int i : SMW_TRY(g_.order())) {
      Node& n = g_[i];
      if (!n.def || !n.controls.empty() || n.inputs.empty()) continue;
      if (n.op == "Transpose")
        transpose(i);
      else if (n.attrs.getOr("data_format", "") == "NCHW")
        image(i);
      else if (std::ranges::any_of(n.inputs, [&](Output in) { return last_.contains(in); }))
        follow(i);
    }
    replaced_.apply(g_);
    return {};
  }

 private:
  /// The same value with channels last, made by a transpose where it is not there.
  Output lastOf(Output o) {
    if (const auto it = last_.find(o); it != last_.end()) return it->second;
    const Node& from = g_[o.node];
    return last_[o] = transposed(o, kToLast, from.name + "/last");
  }
  Output transposed(Output o, const Ints& perm, std::string name) {
    Node n;
    n.name = std::move(name);
    n.op = "Transpose";
    n.def = findOp(n.op);
    n.numOutputs = 1;
    n.inputs = {o, ints(n.name, perm)};
    return {g_.add(std::move(n)), 0};
  }
  Output ints(const std::string& name, const Ints& v) {
    auto t = Tensor::of<int64_t>(v, Shape({int64_t(v.size())}));
    return {g_.addConst(name + "/dims", makeConstant(*std::move(t))), 0};
  }

  void transpose(int i) {
    const Ints perm = knownInts(g_, g_[i].inputs[1]);
    const Output in = g_[i].inputs[0], out{i, 0};
    if (perm == kToFirst) {
      last_[out] = in;
    } else if (const auto it = last_.find(in); perm == kToLast && it != last_.end()) {
      replaced_.set(out, it->second);
    }
  }

  /// Node i becomes a transpose of output 0 of `n`, which does its work with channels last.
  void become(int i, Node n) {
    n.attrs.erase("_output_shapes");
    const Output last{g_.add(std::move(n)), 0};
    for (int k = 1; k < g_[last.node].numOutputs; ++k) replaced_.set({i, k}, {last.node, k});
    const std::string name = g_[i].name;
    g_[last.node].name = name + "/last";
    const Output perm = ints(name, kToFirst);
    becomeOp(g_[i], "Transpose", {last, perm}, {});
    last_[{i, 0}] = last;
  }

  void image(int i) {
    Node n = g_[i];
    const bool window = n.op == "Conv2D" || n.op == "DepthwiseConv2dNative" || n.op == "MaxPool" ||
                        n.op == "AvgPool";
    // Biases are added to any rank, and layer norms are written as batch norms over rows: these
    // two are moved where an image comes in.
    const bool follows = (n.op == "BiasAdd" || isBatchNorm(n)) && last_.contains(n.inputs[0]);
    if (!window && !follows) return;
    for (const char* name : {"strides", "dilations", "ksize"})
      if (const Ints* v = n.attrs.find<Ints>(name)) {
        if (v->size() != 4) return;
        n.attrs.set(name, permuted(*v));
      }
    if (const Ints* v = n.attrs.find<Ints>("explicit_paddings"); v && !v->empty()) {
      if (v->size() != 8) return;
      n.attrs.set("explicit_paddings", permuted(*v, 2));
    }
    n.attrs.set("data_format", std::string("NHWC"));
    n.inputs[0] = lastOf(n.inputs[0]);
    become(i, std::move(n));
  }

  /// Node i reads values of four dimensions with channels first.
  void follow(int i) {
    const Node& n = g_[i];
    if (n.numOutputs != 1) return;
    if (n.op == "ConcatV2") return concat(i);
    if (n.op == "Pad" || n.op == "PadV2" || n.op == "MirrorPad") return pad(i);
    if (n.op == "Mean" || n.op == "Max" || n.op == "Sum" || n.op == "Min") return reduce(i);
    if (n.op.starts_with("BiasAdd") ||
        !(isOf(unaryOps(), n.def) || isOf(fusedUnaryOps(), n.def) || isOf(binaryOps(), n.def) ||
          n.op == "ClipByValue" || n.op == "Cast" || n.op == "SelectV2"))
      return;
    Node to = n;
    for (Output& in : to.inputs) {
      if (const auto it = last_.find(in); it != last_.end()) {
        in = it->second;
      } else if (const Ref<Constant>* k = constantOf(g_, in); k && (*k)->shape.rank() <= 4) {
        in = constant(in, *k);
      } else {
        return;
      }
    }
    become(i, std::move(to));
  }

  /// A constant that broadcasts to channels first, as it broadcasts to channels last.
  Output constant(Output o, const Ref<Constant>& k) {
    const Shape& s = k->shape;
    if (s.numElements() == 1 && s.rank() <= 1) return o;
    Ints dims(size_t(4 - s.rank()), 1);
    for (int64_t d : s.dims()) dims.push_back(d);
    const auto shapeOf = [](const Ints& d) { return *Shape::make(d); };
    const Ref<Constant> four = derived("Reshape", k, dims, shapeOf(dims));
    const Ints to = permuted(dims);
    const bool moves = std::ranges::count_if(dims, [](int64_t d) { return d != 1; }) > 1;
    return {g_.addConst(g_[o.node].name + "/last", derived(moves ? "Transpose" : "Reshape", four,
                                                           moves ? kToLast : to, shapeOf(to))),
            0};
  }
  Ref<Constant> derived(std::string_view op, const Ref<Constant>& k, const Ints& v,
                        const Shape& shape) {
    auto t = Tensor::of<int64_t>(v, Shape({int64_t(v.size())}));
    return c_.constants.derived(*findOp(op), Attrs(), {k, makeConstant(*std::move(t))}, k->dtype,
                                shape);
  }

  /// The inputs [0, count) with channels last; false where one is not at hand so.
  bool takeLast(Node& n, size_t count) {
    for (size_t k = 0; k < count; ++k) {
      const auto it = last_.find(n.inputs[k]);
      if (it == last_.end()) return false;
      n.inputs[k] = it->second;
    }
    return true;
  }

  void concat(int i) {
    Node n = g_[i];
    const Ints axis = knownInts(g_, n.inputs.back());
    if (axis.size() != 1 || axis[0] < -4 || axis[0] > 3 || !takeLast(n, n.inputs.size() - 1))
      return;
    Node to = std::move(n);
    to.inputs.back() = scalar(to.name, kPlace[(axis[0] + 4) % 4]);
    become(i, std::move(to));
  }
  Output scalar(const std::string& name, int32_t v) {
    return {g_.addConst(name + "/axis", makeConstant(*Tensor::scalar<int32_t>(v))), 0};
  }

  void pad(int i) {
    Node n = g_[i];
    const Tensor* paddings = knownValue(g_, n.inputs[1]);
    if (!paddings || paddings->numElements() != 8 || !takeLast(n, 1)) return;
    const auto flat = paddings->reshaped(Shape({8})).toInts();
    if (!flat) return;
    auto t = Tensor::of<int64_t>(permuted(Ints(flat->begin(), flat->end()), 2), Shape({4, 2}));
    n.inputs[1] = {g_.addConst(n.name + "/paddings", makeConstant(*std::move(t))), 0};
    n.attrs.set("Tpaddings", DType::kInt64);
    become(i, std::move(n));
  }

  void reduce(int i) {
    Node n = g_[i];
    const Tensor* v = knownValue(g_, n.inputs[1]);
    const auto axes = v ? v->toInts() : Result<Dims>(Dims());
    if (!axes || axes->empty() || !takeLast(n, 1)) return;
    bool gone[4] = {};
    Ints to;
    for (int64_t a : *axes) {
      if (a < -4 || a > 3) return;
      gone[(a + 4) % 4] = true;
      to.push_back(kPlace[(a + 4) % 4]);
    }
    const bool keeps = n.attrs.getOr("keep_dims", false);
    // What remains keeps its order where it is not both channels and an axis of the image.
    if (!keeps && !gone[1] && !(gone[2] && gone[3])) return;
    n.inputs[1] = ints(n.name, to);
    n.attrs.set("Tidx", DType::kInt64);
    if (keeps)
      become(i, std::move(n));
    else
      g_[i] = std::move(n);
  }

  Graph& g_;
  PassContext& c_;
  std::map<Output, Output> last_;  // of values with channels first: the same with channels last
  Replacements replaced_;
};

}  // namespace

Status chooseLayouts(PassContext& c) {
  for (Graph* g : SMW_TRY(reachableGraphs(c))) SMW_TRY(Layouts(*g, c).run());
  return {};
}

}  // namespace smw::passes
