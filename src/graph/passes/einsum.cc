// Einsum of an activation with a constant that is a matrix product becomes one.
#include <algorithm>

#include "base/sort.h"
#include "graph/passes/list.h"
#include "graph/passes/match.h"

namespace smw::passes {

namespace {

/// "bsd,dhk->bshk": labels of x, of the weight, of the result.
struct Equation {
  std::string x, w, out;
};

std::string withoutSpaces(std::string s) {
  std::erase(s, ' ');
  return s;
}

bool parse(const std::string& text, Equation& e) {
  const size_t comma = text.find(','), arrow = text.find("->");
  if (comma == std::string::npos || arrow == std::string::npos || comma > arrow) return false;
  e = {text.substr(0, comma), text.substr(comma + 1, arrow - comma - 1), text.substr(arrow + 2)};
  return e.w.find_first_of(".,") == std::string::npos && e.out.find(',') == std::string::npos;
}

bool distinct(std::string s) {
  sort(s);
  return std::ranges::adjacent_find(s) == s.end();
}

/// How x (batch..., inner...) and w make (batch..., outer...).
struct Product {
  int contract = 0;
  bool transposed = false;             // w is (outer..., inner...)
  size_t outerAt = 0, outerCount = 0;  // dimensions of w
  int64_t rank = 0;                    // of x, 0 with an ellipsis
};

bool asProduct(Equation e, Product& p) {
  const bool open = e.x.starts_with("...");
  if (open != e.out.starts_with("...")) return false;
  if (open) {
    e.x.erase(0, 3);
    e.out.erase(0, 3);
  }
  if ((e.x + e.w + e.out).find('.') != std::string::npos) return false;
  if (!distinct(e.x) || !distinct(e.w) || !distinct(e.out) || e.w.empty()) return false;
  size_t batch = 0;
  while (batch < e.x.size() && batch < e.out.size() && e.x[batch] == e.out[batch]) ++batch;
  const std::string inner = e.x.substr(batch), outer = e.out.substr(batch);
  if (inner.empty()) return false;
  if (e.w == inner + outer)
    p.outerAt = inner.size();
  else if (e.w == outer + inner)
    p.transposed = !outer.empty();
  else
    return false;
  if (e.w.find_first_of(e.x.substr(0, batch)) != std::string::npos) return false;
  p.contract = int(inner.size());
  p.outerCount = outer.size();
  p.rank = open ? 0 : int64_t(e.x.size());
  return true;
}

void rewrite(Graph& g, Node& n) {
  Equation e;
  Product p;
  if (n.inputs.size() != 2 || n.attrs.getOr("T", DType::kInvalid) != DType::kFloat) return;
  const Ref<Constant>* w = constantOf(g, n.inputs[1]);
  if (!w || !parse(withoutSpaces(n.attrs.getOr("equation", "")), e) || !asProduct(e, p)) return;
  const Shape& shape = (*w)->shape;
  if (shape.rank() != int(e.w.size()) || shape.numElements() == 0) return;
  const auto outer = shape.dims().subspan(p.outerAt, p.outerCount);
  becomeMatMul(n, {outer.begin(), outer.end()}, p.contract, p.rank, p.transposed);
}

}  // namespace

Status fuseEinsum(PassContext& c) {
  if (!findOp(kFusedMatMul)) return {};
  for (Graph* g : SMW_TRY(reachableGraphs(c)))
    for (Node& n : g->nodes)
      if (n.op == "Einsum" && n.controls.empty()) rewrite(*g, n);
  return {};
}

}  // namespace smw::passes
