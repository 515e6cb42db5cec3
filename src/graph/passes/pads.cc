// Pad with zeros before a convolution becomes the convolution's own padding.
#include <algorithm>

#include "graph/passes/list.h"
#include "graph/rewrite.h"

namespace smw::passes {

namespace {

/// The paddings [[0,0],[t,b],[l,r],[0,0]] of a Pad node, flat; empty where it is not such a node.
std::vector<int64_t> imagePaddings(const Graph& g, const Node& n) {
  if ((n.op != "Pad" && n.op != "PadV2") || n.inputs.size() < 2) return {};
  const Tensor* v = knownValue(g, n.inputs[1]);
  if (!v || v->numElements() != 8) return {};
  if (n.op == "PadV2") {
    const Tensor* fill = n.inputs.size() > 2 ? knownValue(g, n.inputs[2]) : nullptr;
    if (!fill || fill->dtype() != DType::kFloat || fill->numElements() != 1 ||
        *fill->data<float>() != 0)
      return {};
  }
  const auto flat = v->reshaped(Shape({8})).toInts();
  if (!flat || std::ranges::any_of(*flat, [](int64_t p) { return p < 0; })) return {};
  std::vector<int64_t> p(flat->begin(), flat->end());
  return p[0] || p[1] || p[6] || p[7] ? std::vector<int64_t>() : p;
}

bool takesPadding(const Node& n) {
  const bool conv = n.op == "Conv2D" || n.op == "DepthwiseConv2dNative";
  return conv && n.controls.empty() && n.attrs.getOr("padding", "") == "VALID" &&
         n.attrs.getOr("data_format", "NHWC") == "NHWC" &&
         n.attrs.getOr("T", DType::kInvalid) == DType::kFloat;
}

}  // namespace

Status foldPads(PassContext& c) {
  for (Graph* g : SMW_TRY(reachableGraphs(c)))
    for (Node& n : g->nodes) {
      if (n.inputs.empty() || !takesPadding(n)) continue;
      const Node& pad = (*g)[n.inputs[0].node];
      std::vector<int64_t> paddings = imagePaddings(*g, pad);
      if (paddings.empty() || !pad.controls.empty()) continue;
      n.inputs[0] = pad.inputs[0];
      n.attrs.set("padding", std::string("EXPLICIT"));
      n.attrs.set("explicit_paddings", std::move(paddings));
    }
  return {};
}

}  // namespace smw::passes
