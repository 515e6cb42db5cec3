// While loops that are LSTM or GRU layers, as Keras makes them, become one op.
#include <algorithm>

#include "graph/calls.h"
#include "graph/passes/list.h"
#include "graph/passes/match.h"
#include "graph/passes/pattern.h"

namespace smw::passes {

namespace {

constexpr std::string_view kActivations[] = {"Tanh", "Relu", "Elu", "Selu", "Softsign", "Softplus"};

bool isAdd(const Node& n) { return n.op == "AddV2" || n.op == "Add"; }

/// A (time, batch, ...) tensor that was cut into a list: what it comes from.
struct Source {
  Output x;
  bool batchMajor = false, reversed = false;
};

/// What one loop computes. Indices are those of what the loop carries.
struct Layer {
  int node = -1;  // of the loop
  bool lstm = false;
  std::vector<Output> limits;  // numbers of steps
  int list = -1, h = -1, c = -1, previous = -1;
  bool sequence = false;  // every output is kept, not only the last
  int inputs = -1, mask = -1;
  bool zeroMasked = false;
  std::string_view activation;
  Output kernel, recurrent, candidate, kernelBias, recurrentBias;  // in the body
};

class Recurrent {
 public:
  Recurrent(Graph& g, PassContext& c) : g_(g), c_(c), users_(g) {}

  Status run() {
    const size_t n = g_.nodes.size();
    for (size_t i = 0; i < n; ++i)
      if (callKind(g_.nodes[i].op) == CallKind::kWhile) SMW_TRY(visit(int(i)));
    replaced_.apply(g_);
    return {};
  }

 private:
  Status visit(int i) {
    const Node loop = g_[i];  // a copy: nodes move when others are added
    if (users_.controls(i) || !loop.controls.empty()) return {};
    const std::vector<FunctionRef> functions = callees(loop);
    Layer l;
    l.node = i;
    cond_ = SMW_TRY(c_.library.find(functions[0]));
    body_ = SMW_TRY(c_.library.find(functions[1]));
    loop_ = &loop;
    const size_t n = loop.inputs.size();
    if (cond_->tokenFlow || body_->tokenFlow || body_->args.size() != n ||
        body_->outputs.size() != n || cond_->args.size() != n || cond_->outputs.size() != 1 ||
        !body_->mustRun.empty())
      return {};
    int visits = 16;
    if (findLimits(l, cond_->outputs[0], visits) && !l.limits.empty() && findStates(l) &&
        isLayer(l) && usesFit(l))
      emit(l);
    return {};
  }

  Output argument(int k) const { return {body_->args[size_t(k)], 0}; }
  Output result(int k) const { return body_->outputs[size_t(k)]; }
  Output initial(int k) const { return loop_->inputs[size_t(k)]; }
  bool passes(int k) const { return result(k) == argument(k); }
  /// Which of the loop's values `o` is at the start of a step; -1 for none.
  static int indexOf(const Graph& g, Output o) {
    return o.node >= 0 && g[o.node].op == kArgOp ? g[o.node].argument : -1;
  }
  static bool isInt(const Graph& g, Output o, int64_t v) {
    return knownInts(g, o) == std::vector<int64_t>{v};
  }

  /// Counts steps from 0.
  bool isCounter(int k) const {
    if (k < 0) return false;
    const Node& n = (*body_)[result(k).node];
    if (!isAdd(n) || !n.controls.empty() || !isInt(g_, initial(k), 0)) return false;
    for (int side = 0; side < 2; ++side)
      if (n.inputs[size_t(side)] == argument(k) && isInt(*body_, otherInput(n, side), 1))
        return true;
    return false;
  }

  /// The condition: counters are less than numbers that the loop does not change. `visits`: most
  /// nodes to look at.
  bool findLimits(Layer& l, Output o, int& visits) {
    const Node& n = (*cond_)[o.node];
    if (--visits < 0) return false;
    if (n.op == "LogicalAnd")
      return findLimits(l, n.inputs[0], visits) && findLimits(l, n.inputs[1], visits);
    if (n.op != "Less" || !isCounter(indexOf(*cond_, n.inputs[0]))) return false;
    const int limit = indexOf(*cond_, n.inputs[1]);
    if (limit >= 0 && passes(limit))
      l.limits.push_back(initial(limit));
    else if (const Ref<Constant>* k = constantOf(*cond_, n.inputs[1]))
      l.limits.push_back({g_.addConst(loop_->name + "/limit", *k), 0});
    else
      return false;
    return true;
  }

  /// What is neither a counter nor stays as it is: the list of outputs, and h, c.
  bool findStates(Layer& l) {
    states_.clear();
    for (int k = 0; k < int(body_->outputs.size()); ++k) {
      if (passes(k) || isCounter(k)) continue;
      if ((*body_)[result(k).node].op != "TensorListSetItem") {
        states_.push_back(k);
        continue;
      }
      const Node& set = (*body_)[result(k).node];
      if (l.list >= 0 || !set.controls.empty() || set.inputs[0] != argument(k)) return false;
      l.list = k;
      const Node& reserve = g_[initial(k).node];
      if (reserve.op != "TensorListReserve" || set.inputs.size() != 3) return false;
      l.sequence = isCounter(indexOf(*body_, set.inputs[1]));
      if (!l.sequence && !(isInt(*body_, set.inputs[1], 0) && isInt(g_, reserve.inputs[1], 1)))
        return false;
      out_ = set.inputs[2];
    }
    return l.list >= 0;
  }

  /// o is new values where the mask is set, else `old`: gives the new ones.
  bool unmask(Layer& l, Output& o, Output& old) {
    const Node& n = (*body_)[o.node];
    if ((n.op != "SelectV2" && n.op != "Select") || !n.controls.empty()) return false;
    Output mask = n.inputs[0];
    if (const Node& tile = (*body_)[mask.node]; tile.op == "Tile") {
      const auto by = knownInts(*body_, tile.inputs[1]);
      if (by.size() != 2 || by[0] != 1) return false;
      mask = tile.inputs[0];
    }
    const int list = itemOf(mask);
    if (list < 0 || (l.mask >= 0 && l.mask != list)) return false;
    l.mask = list;
    old = n.inputs[2];
    o = n.inputs[1];
    return true;
  }
  /// Of an entry of a list that is read step by step: the list.
  int itemOf(Output o) const {
    const Node& n = (*body_)[o.node];
    if (n.op != "TensorListGetItem" || !n.controls.empty() ||
        !isCounter(indexOf(*body_, n.inputs[1])))
      return -1;
    const int list = indexOf(*body_, n.inputs[0]);
    return list >= 0 && passes(list) ? list : -1;
  }
  bool isZero(Output o) const {
    const Node& n = g_[o.node];
    if (n.op == "ZerosLike") return true;
    if (n.op == "Fill") return scalarOr(g_, n.inputs[1], -1) == 0;
    const Tensor* t = knownValue(g_, o);
    return t && t->dtype() == DType::kFloat &&
           std::ranges::all_of(t->span<float>(), [](float x) { return x == 0; });
  }

  bool isLayer(Layer& l) {
    Output h = out_, c, old;
    const bool masked = unmask(l, h, old);
    if (masked) {
      const int previous = indexOf(*body_, old);
      if (previous < 0 || !isZero(initial(previous))) return false;
      l.zeroMasked = passes(previous);
      if (!l.zeroMasked) {
        if (result(previous) != out_ || std::erase(states_, previous) != 1) return false;
        l.previous = previous;
      }
    }
    // The new values of the states that are left: h's is the output, another one's is c.
    for (int k : states_) {
      Output o = result(k);
      if (masked && (!unmask(l, o, old) || old != argument(k))) return false;
      int& which = o == h && l.h < 0 ? l.h : l.c;
      if (which >= 0) return false;
      which = k;
      if (which != l.h) c = o;
    }
    if (l.h < 0) return false;
    l.lstm = l.c >= 0;
    for (const Node& n : body_->nodes)
      if (n.op == "MatMul" &&
          (n.attrs.getOr("transpose_a", false) || n.attrs.getOr("transpose_b", false)))
        return false;
    for (std::string_view a : kActivations) {
      l.activation = a;
      if (l.lstm ? isLstm(l, h, c) : isGru(l, h)) return fits(l);
    }
    return false;
  }

  /// A match in the body that knows h and how wide the gates are.
  bool begin(Match& m, const Layer& l, int gates) const {
    m.set("h", argument(l.h));
    for (const Node& n : body_->nodes)
      if (n.op == "MatMul" && n.inputs[0] == argument(l.h))
        if (const Ref<Constant>* k = constantOf(*body_, n.inputs[1]);
            k && (*k)->shape.rank() == 2) {
          m.setColumns((*k)->shape[0] * gates);
          return true;
        }
    return false;
  }
  /// With the activation for A.
  static std::string with(const Layer& l, std::string_view pattern) {
    std::string s;
    for (char ch : pattern) ch == '!' ? void(s += l.activation) : void(s += ch);
    return s;
  }

  bool isLstm(Layer& l, Output h, Output c) {
    static constexpr std::string_view kSums[] = {
        "Add(Add(MatMul(x,kw),MatMul(h,kr)),kb)", "Add(Add(MatMul(x,kw),kb),MatMul(h,kr))",
        "Add(Add(MatMul(h,kr),kb),MatMul(x,kw))", "Add(MatMul(x,kw),MatMul(h,kr))"};
    Match m(*body_);
    if (!begin(m, l, 4)) return false;
    m.set("c", argument(l.c));
    m.set("d", c);
    const std::string out = with(l, "Mul(Sigmoid(Part4.3(z)),!(d))"),
                      cell = with(l,
                                  "Add(Mul(Sigmoid(Part4.1(z)),c),"
                                  "Mul(Sigmoid(Part4.0(z)),!(Part4.2(z))))");
    if (!m(h, out) || !m(c, cell) ||
        !std::ranges::any_of(kSums, [&](std::string_view p) { return m(m["z"], p); }))
      return false;
    take(l, m);
    return true;
  }

  bool isGru(Layer& l, Output h) {
    const std::string after = with(l,
                                   "Add(Mul(u,h),Mul(Sub(1,u),"
                                   "!(Add(Part3.2(p),Mul(r,Part3.2(y))))))"),
                      before = with(l,
                                    "Add(Mul(u,h),Mul(Sub(1,u),"
                                    "!(Add(Part3.2(p),MatMul(Mul(r,h),kc)))))");
    for (const std::string& whole : {after, before}) {
      Match m(*body_);
      if (!begin(m, l, 3)) return false;
      if (!m(h, whole) || !m(m["u"], "Sigmoid(Add(Part3.0(p),Part3.0(y)))") ||
          !m(m["r"], "Sigmoid(Add(Part3.1(p),Part3.1(y)))"))
        continue;
      if (!m(m["p"], "Add(MatMul(x,kw),kb)") && !m(m["p"], "MatMul(x,kw)")) continue;
      if (!m(m["y"], "MatMul(h,kr)") && (m["kc"].node >= 0 || !m(m["y"], "Add(MatMul(h,kr),kd)")))
        continue;
      take(l, m);
      return true;
    }
    return false;
  }
  void take(Layer& l, const Match& m) {
    l.inputs = itemOf(m["x"]);
    l.kernel = m["kw"];
    l.kernelBias = m["kb"];
    l.recurrent = m["kr"];
    l.recurrentBias = m["kd"];
    l.candidate = m["kc"];
  }

  const Constant* weight(Output o) const {
    if (o.node < 0) return nullptr;
    const Ref<Constant>* k = constantOf(*body_, o);
    return k && (*k)->dtype == DType::kFloat && (*k)->layout == Layout::kPlain ? k->get() : nullptr;
  }
  /// Whether the weights have the shapes of such a layer.
  bool fits(const Layer& l) const {
    const Constant *w = weight(l.kernel), *r = weight(l.recurrent), *c = weight(l.candidate);
    if (l.inputs < 0 || !w || !r || r->shape.rank() != 2 || w->shape.rank() != 2) return false;
    const int64_t units = r->shape[0], columns = (l.lstm ? 4 : 3) * units;
    if (units == 0 || w->shape[0] == 0 || w->shape[1] != columns ||
        r->shape[1] != (c ? 2 * units : columns) || (c && !(c->shape == Shape({units, units}))))
      return false;
    for (Output b : {l.kernelBias, l.recurrentBias})
      if (b.node >= 0 && !(weight(b) && weight(b)->shape == Shape({columns}))) return false;
    return listed(l.inputs) && (l.mask < 0 || listed(l.mask));
  }
  bool listed(int k) const { return g_[initial(k).node].op == "TensorListFromTensor"; }

  /// Whether all that is read of the loop is h, c and the stacked list.
  bool usesFit(const Layer& l) const {
    for (const Users::Entry& e : users_.of(l.node)) {
      if (e.output == l.h || e.output == l.c || passes(e.output)) continue;
      if (e.output != l.list || e.use.node < 0) return false;
      const Node& n = g_[e.use.node];
      if (n.op != "TensorListStack" || !n.controls.empty() || users_.controls(e.use.node) ||
          n.attrs.getOr("element_dtype", DType::kInvalid) != DType::kFloat)
        return false;
    }
    return true;
  }

  bool isSwap(const Node& n) const {
    return n.op == "Transpose" && n.controls.empty() &&
           knownInts(g_, n.inputs[1]) == std::vector<int64_t>{1, 0, 2};
  }
  Source sourceOf(int k) const {
    Source s{g_[initial(k).node].inputs[0]};
    if (const Node& n = g_[s.x.node]; n.op == "ReverseV2" && isInt(g_, n.inputs[1], 0)) {
      s.reversed = true;
      s.x = n.inputs[0];
    }
    if (const Node& n = g_[s.x.node]; isSwap(n)) {
      s.batchMajor = true;
      s.x = n.inputs[0];
    }
    return s;
  }

  Output constant(const char* what, Output inBody) {
    return {g_.addConst(loop_->name + what, *constantOf(*body_, inBody)), 0};
  }
  Output add(const char* what, std::string_view op, std::vector<Output> inputs, Attrs attrs) {
    Node n;
    n.name = loop_->name + what;
    n.op = op;
    n.def = findOp(op);
    n.attrs = std::move(attrs);
    n.inputs = std::move(inputs);
    return {g_.add(std::move(n)), 0};
  }

  void emit(const Layer& l) {
    const Node& loop = *loop_;
    const Source x = sourceOf(l.inputs);
    const int64_t columns = weight(l.kernel)->shape[1], gates = weight(l.recurrent)->shape[1];
    // The inputs' part of the gates, for all steps at once.
    Output sums = add("/inputs", kFusedMatMul, {x.x, constant("/kernel", l.kernel)}, {});
    becomeMatMul(g_[sums.node], {columns}, 1, 3, false);
    if (l.kernelBias.node >= 0) {
      Attrs attrs;
      attrs.set("T", DType::kFloat);
      sums = add("/bias", "BiasAdd", {sums, constant("/bias", l.kernelBias)}, std::move(attrs));
    }
    std::vector<Output> inputs = {sums, constant("/recurrent", l.recurrent),
                                  loop.inputs[size_t(l.h)]};
    if (l.lstm) inputs.push_back(loop.inputs[size_t(l.c)]);
    Attrs attrs;
    const auto part = [&](const char* name, bool is, auto value) {
      attrs.set(name, is);
      if (is) inputs.push_back(value());
    };
    part("bias", l.recurrentBias.node >= 0, [&] { return constant("/bias2", l.recurrentBias); });
    part("candidate", l.candidate.node >= 0, [&] { return constant("/candidate", l.candidate); });
    part("mask", l.mask >= 0, [&] {
      const Source mask = sourceOf(l.mask);
      attrs.set("mask_batch_major", mask.batchMajor);
      attrs.set("mask_reversed", mask.reversed);
      return mask.x;
    });
    part("sequence", l.sequence, [&] { return g_[loop.inputs[size_t(l.list)].node].inputs[1]; });
    inputs.insert(inputs.end(), l.limits.begin(), l.limits.end());
    attrs.set("num_args", int64_t(inputs.size()) - 2);
    attrs.set("out_dims", std::vector<int64_t>{gates});
    attrs.set("batch_major", x.batchMajor);
    attrs.set("reversed", x.reversed);
    attrs.set("zero_masked", l.zeroMasked);
    attrs.set("gate", std::string("Sigmoid"));
    attrs.set("activation", std::string(l.activation));
    const std::vector<Output> swapped = l.sequence ? swappedStacks(l) : std::vector<Output>();
    attrs.set("out_batch_major", !swapped.empty());
    const Output made =
        add("/layer", l.lstm ? kFusedLstm : kFusedGru, std::move(inputs), std::move(attrs));
    g_[made.node].numOutputs = l.lstm ? 3 : 2;
    for (Output o : swapped) replaced_.set(o, made);
    if (swapped.empty())
      for (const Users::Entry& e : users_.of(l.node))
        if (e.output == l.list) replaced_.set({e.use.node, 0}, made);
    for (int k = 0; k < int(loop.inputs.size()); ++k)
      if (k != l.h && k != l.c && passes(k)) replaced_.set({l.node, k}, loop.inputs[size_t(k)]);
    replaced_.set({l.node, l.h}, {made.node, 1});
    if (l.lstm) replaced_.set({l.node, l.c}, {made.node, 2});
  }
  /// Where all who read the outputs swap batch and time: what they make of them; else nothing.
  std::vector<Output> swappedStacks(const Layer& l) const {
    std::vector<Output> swapped;
    for (const Users::Entry& e : users_.of(l.node)) {
      if (e.output != l.list) continue;
      for (const Users::Entry& f : users_.of(e.use.node)) {
        if (f.use.node < 0 || f.use.input != 0 || !isSwap(g_[f.use.node])) return {};
        swapped.push_back({f.use.node, 0});
      }
    }
    return swapped;
  }

  Graph& g_;
  PassContext& c_;
  Users users_;
  Replacements replaced_;
  // Of the loop that is looked at.
  const Node* loop_ = nullptr;
  const Graph *cond_ = nullptr, *body_ = nullptr;
  std::vector<int> states_;
  Output out_;  // what is written to the list
};

}  // namespace

Status fuseRecurrent(PassContext& c) {
  for (auto op : {kFusedLstm, kFusedGru, kFusedMatMul, std::string_view("BiasAdd")})
    if (!findOp(op)) return {};
  for (Graph* g : SMW_TRY(reachableGraphs(c)))
    if (!g->tokenFlow) SMW_TRY(Recurrent(*g, c).run());
  return {};
}

}  // namespace smw::passes
