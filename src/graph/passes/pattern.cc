#include "graph/passes/pattern.h"

#include <cmath>
#include <cstdlib>

#include "base/decimal.h"
#include "graph/passes/match.h"

namespace smw::passes {

namespace {

bool isName(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

/// The name that a pattern begins with.
std::string_view head(std::string_view text) {
  size_t n = 0;
  while (n < text.size() && (isName(text[n]) || text[n] == '.' || text[n] == '-')) ++n;
  return text.substr(0, n);
}

/// "a,f(b,c)" of "op(a,f(b,c))", cut at its own commas.
std::vector<std::string_view> arguments(std::string_view text) {
  std::vector<std::string_view> list;
  size_t from = text.find('(') + 1;
  int depth = 0;
  for (size_t i = from; i < text.size(); ++i) {
    if (depth == 0 && (text[i] == ',' || text[i] == ')')) {
      list.push_back(text.substr(from, i - from));
      from = i + 1;
    }
    depth += text[i] == '(' ? 1 : text[i] == ')' ? -1 : 0;
  }
  return list;
}

bool isOp(std::string_view op, std::string_view name) {
  return op == name || (name == "Add" && (op == "AddV2" || op == "BiasAdd"));
}
bool isCommutative(std::string_view name) {
  return name == "Add" || name == "Mul" || name == "SquaredDifference" || name == "Maximum" ||
         name == "Minimum";
}

}  // namespace

bool Match::operator()(Output o, std::string_view pattern) {
  goals_.assign(1, {pattern, o});
  return solve(0);
}

Output Match::operator[](std::string_view name) const {
  for (const Named& m : met_)
    if (m.name == name) return m.value;
  return {};
}

bool Match::solve(size_t at) {
  if (at == goals_.size()) return true;
  const auto [text, o] = goals_[at];
  const std::string_view name = head(text);
  if (name.empty() || o.node < 0) return false;
  const size_t met = met_.size();
  if (name[0] >= 'a' && name[0] <= 'z') {
    if (const Output known = (*this)[name]; known.node >= 0) return known == o && solve(at + 1);
    if (name[0] == 'k' && !g_.isConst(o)) return false;
    met_.push_back({name, o});
    if (solve(at + 1)) return true;
    met_.resize(met);
    return false;
  }
  if (name.size() == text.size()) {
    const float want = parseFloat(std::string(name).c_str());
    return std::abs(scalarOr(g_, o, NAN) - want) <= 1e-5f * std::abs(want) && solve(at + 1);
  }
  const size_t goals = goals_.size();
  const std::vector<std::string_view> args = arguments(text);
  const auto tryInputs = [&](Output a, Output b) {
    goals_.push_back({args[0], a});
    if (args.size() > 1) goals_.push_back({args[1], b});
    if (solve(at + 1)) return true;
    goals_.resize(goals);
    met_.resize(met);
    return false;
  };
  if (name.starts_with("Part")) {
    Output whole;
    return isPart(o, name[4] - '0', name[6] - '0', whole) && tryInputs(whole, {});
  }
  const Node& n = g_[o.node];
  if (o.index != 0 || !n.controls.empty() || !isOp(n.op, name) || n.inputs.size() < args.size() ||
      n.attrs.getOr("T", DType::kFloat) != DType::kFloat)
    return false;
  // Inputs that the pattern leaves out are no values, but axes and the like.
  for (size_t i = args.size(); i < n.inputs.size(); ++i)
    if (!g_.isConst(n.inputs[i])) return false;
  const Output a = n.inputs[0], b = n.inputs[args.size() - 1];
  return tryInputs(a, b) || (args.size() == 2 && isCommutative(name) && tryInputs(b, a));
}

bool Match::isPart(Output o, int64_t parts, int64_t index, Output& whole) const {
  const Node& n = g_[o.node];
  if (!n.controls.empty() || columns_ % parts != 0) return false;
  if (n.op == "Split" && n.inputs.size() == 2) {
    const Tensor* axis = knownValue(g_, n.inputs[0]);
    if (!axis || axis->numElements() != 1 || n.numOutputs != parts || o.index != index)
      return false;
    const auto a = axis->toInts();
    whole = n.inputs[1];
    return a && ((*a)[0] == 1 || (*a)[0] == -1);
  }
  if (n.op == "SplitV" && n.inputs.size() == 3) {
    std::vector<int64_t> sizes = knownInts(g_, n.inputs[1]);
    const auto axis = knownInts(g_, n.inputs[2]);
    for (int64_t& size : sizes)
      if (size == -1) size = columns_ / parts;
    whole = n.inputs[0];
    return o.index == index &&
           (axis == std::vector<int64_t>{1} || axis == std::vector<int64_t>{-1}) &&
           sizes == std::vector<int64_t>(size_t(parts), columns_ / parts);
  }
  if (n.op != "StridedSlice" || n.inputs.size() != 4) return false;
  // x[:, from:to], with the ends left out or not.
  const auto begin = knownInts(g_, n.inputs[1]), end = knownInts(g_, n.inputs[2]),
             step = knownInts(g_, n.inputs[3]);
  const auto mask = [&](const char* name) { return n.attrs.getOr(name, int64_t(0)); };
  if (begin.size() != 2 || end.size() != 2 || step != std::vector<int64_t>{1, 1} ||
      !(mask("begin_mask") & 1) || !(mask("end_mask") & 1) || mask("ellipsis_mask") ||
      mask("new_axis_mask") || mask("shrink_axis_mask"))
    return false;
  const int64_t from = mask("begin_mask") & 2 ? 0 : begin[1];
  const int64_t to = mask("end_mask") & 2 ? columns_ : end[1];
  const int64_t width = columns_ / parts;
  whole = n.inputs[0];
  return from == index * width && to == from + width;
}

std::vector<int64_t> knownInts(const Graph& g, Output o) {
  const Tensor* v = knownValue(g, o);
  if (!v || (v->dtype() != DType::kInt32 && v->dtype() != DType::kInt64)) return {};
  const auto ints = v->toInts();
  if (!ints) return {};
  return {ints->data(), ints->data() + ints->size()};
}

std::vector<int64_t> partlyKnownInts(const Graph& g, Output o) {
  const Node& n = g[o.node];
  if (n.op != "Pack") return knownInts(g, o);
  std::vector<int64_t> all;
  for (Output in : n.inputs) {
    const std::vector<int64_t> one = knownInts(g, in);
    all.push_back(one.size() == 1 ? one[0] : -1);
  }
  return all;
}

int notedRank(const Graph& g, Output o) {
  const auto* shapes = g[o.node].attrs.find<std::vector<PartialShape>>("_output_shapes");
  return shapes && size_t(o.index) < shapes->size() ? (*shapes)[size_t(o.index)].rank() : -1;
}

}  // namespace smw::passes
