// Weights that only packed kernels read are packed while they are read from the file.
#include <unordered_map>

#include "graph/passes/list.h"
#include "graph/passes/match.h"

namespace smw::passes {

namespace {

/// How the readers of a constant want it: panels of a (rows, columns) matrix, or plain.
struct Wish {
  bool plain = false, packed = false;
  int64_t rows = 0, columns = 0;
  bool transposed = false;
  int64_t taps = 0;  // 0: readers differ
  // Its readers so far are one convolution a graph, with the same windows.
  bool alike = true;
  const Graph* graph = nullptr;
  const Node* reader = nullptr;

  void addReader(const Graph& g, const Node& n) {
    alike &= n.op == kFusedConv && graph != &g;
    for (const char* a : {"strides", "dilations"})
      alike &= !reader || n.attrs.getOr(a, std::vector<int64_t>()) ==
                              reader->attrs.getOr(a, std::vector<int64_t>());
    graph = &g;
    reader = &n;
  }
  void add(int64_t k, int64_t n, bool t, int64_t cells) {
    taps = !packed || taps == cells ? cells : 0;
    if (packed && (rows != k || columns != n || transposed != t)) plain = true;
    packed = true;
    rows = k;
    columns = n;
    transposed = t;
  }
  void add(const Wish& o) {
    if (o.plain || !o.packed)
      plain = true;
    else
      add(o.rows, o.columns, o.transposed, o.taps);
  }
};

class Packer {
 public:
  Status run(PassContext& c) {
    kind_ = c.compression ? c.compression->kind : 0;
    const std::vector<Graph*> graphs = SMW_TRY(reachableGraphs(c));
    for (Graph* g : graphs) collect(*g);
    collectDerivations();
    for (auto& [constant, wish] : wishes_) SMW_TRY(apply(c, *constant, wish));
    for (Graph* g : graphs)
      for (Node& n : g->nodes) markNode(*g, n);
    return {};
  }

 private:
  /// Whether input i is a matrix that may be panels.
  static bool takesPanels(const Node& n, size_t i, const Shape& shape) {
    if (n.op == kFusedSqueezeExcite) return i == 1 || i == 3;
    if (i != 1) return false;
    // Of depth 1 it may be a filter of as many groups as channels: depthwise, which takes it plain.
    // A large one is rather that of one signal's transform.
    if (n.op == kFusedConv) return shape[2] != 1 || shape.product(0, 2) > 128;
    return n.op == kFusedMatMul || n.op == kFusedLstm || n.op == kFusedGru;
  }

  void collect(const Graph& g) {
    for (const Node& n : g.nodes)
      for (size_t i = 0; i < n.inputs.size(); ++i)
        if (const Ref<Constant>* k = constantOf(g, n.inputs[i])) {
          Wish& wish = wishOf(k->get());
          if (takesPanels(n, i, (*k)->shape) && (*k)->dtype == DType::kFloat)
            addMatrix(wish, n, (*k)->shape), wish.addReader(g, n);
          else
            wish.plain = true;
        }
    for (Output o : g.outputs)
      if (const Ref<Constant>* k = constantOf(g, o)) wishOf(k->get()).plain = true;
  }
  static void addMatrix(Wish& wish, const Node& n, const Shape& shape) {
    // Recurrent layers have no kernel for compressed weights.
    int64_t columns = 1, taps = n.op == kFusedLstm || n.op == kFusedGru ? 0 : 1;
    if (n.op == kFusedConv) {
      columns = shape.back();
      taps = shape.product(0, 2);
    } else if (n.op == kFusedSqueezeExcite) {
      columns = shape.back();
    } else {
      for (int64_t d : n.attrs.getOr("out_dims", std::vector<int64_t>())) columns *= d;
    }
    wish.add(shape.numElements() / columns, columns, n.attrs.getOr("transpose_b", false), taps);
  }
  Wish& wishOf(Constant* k) {
    const auto [it, isNew] = wishes_.try_emplace(k);
    if (isNew) met_.push_back(k);
    return it->second;
  }

  /// Constants that others are made of. Scaling columns works on panels as well as on plain
  /// matrices; everything else wants plain ones. met_ grows while it is walked.
  void collectDerivations() {
    for (size_t i = 0; i < met_.size(); ++i) {
      const Constant* k = met_[i];
      if (!k->derivation) continue;
      const auto& inputs = k->derivation->inputs;
      for (size_t j = 0; j < inputs.size(); ++j) {
        const bool scaled = j == 0 && k->derivation->op->name == kScaleColumns;
        const Wish result = wishes_[met_[i]];
        Wish& wish = wishOf(inputs[j].get());
        if (scaled)
          wish.add(result);
        else
          wish.plain = true;
      }
    }
  }

  Status apply(PassContext& c, Constant& k, const Wish& wish) {
    if (wish.plain || !wish.packed || k.layout != Layout::kPlain || k.dtype != DType::kFloat)
      return {};
    k.layout = Layout::kPacked;
    k.packedRows = wish.rows;
    k.packedColumns = wish.columns;
    k.packedTransposed = wish.transposed;
    k.packedTaps = wish.taps;
    if (gainsBy(kind_, wish.taps, wish.rows, wish.columns)) k.compression = kind_;
    k.readersAlike = wish.alike;
    if (k.derivation && k.derivation->op->name == kScaleColumns &&
        !wishes_[k.derivation->inputs[0].get()].plain)
      setPanelAttrs(k, k.derivation->attrs);
    return packConstant(k, c.compression);
  }

  static void setPanelAttrs(const Constant& k, Attrs& attrs) {
    attrs.set("packed", true);
    if (k.compression == 0) return;
    attrs.set("compression", int64_t(k.compression));
    attrs.set("taps", k.packedTaps);
  }

  static void markNode(const Graph& g, Node& n) {
    for (size_t i = 0; i < n.inputs.size(); ++i) {
      const Ref<Constant>* k = constantOf(g, n.inputs[i]);
      if (!k || !takesPanels(n, i, (*k)->shape) || (*k)->layout != Layout::kPacked) continue;
      const auto dims = (*k)->shape.dims();
      setPanelAttrs(**k, n.attrs);
      n.attrs.set("shape", std::vector<int64_t>(dims.begin(), dims.end()));
    }
  }

  int kind_ = 0;
  std::unordered_map<Constant*, Wish> wishes_;
  std::vector<Constant*> met_;
};

}  // namespace

Status packWeights(PassContext& c) { return Packer().run(c); }

}  // namespace smw::passes
