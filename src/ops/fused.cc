// Products with what follows them. These ops are made by graph passes only; no model may name them.
#include "kernels/depthwise.h"
#include "kernels/gemm.h"
#include "kernels/names.h"
#include "kernels/winograd.h"
#include "ops/chosen.h"
#include "ops/compressed_weight.h"
#include "ops/conv_shape.h"
#include "ops/families.h"
#include "ops/fused_layers.h"
#include "ops/fused_tail.h"
#include "ops/image_window.h"
#include "ops/packed_weight.h"
#include "ops/threads.h"

namespace smw {
namespace {

using kernels::PackBStream;

/// The weight's shape before it was packed: the attribute `shape`, or the input's own.
Result<Shape> weightShape(Resolver& r) {
  if (!r.attrOr("packed", false)) return r.shape(1);
  return Shape::make(SMW_TRY(r.attr<std::vector<int64_t>>("shape")));
}

/// Rearranges panels of the whole matrix into panels by groups, where groups end within a panel.
void regroup(const float* from, float* to, int64_t k, int64_t n, int64_t groups) {
  PackBStream stream(k, n, to, PackBStream::Source::kRows, groups);
  for (int64_t i = 0; i < k; ++i)
    for (int64_t j = 0; j < n; j += kernels::kPanel) {
      const float* row = from + j * k + i * kernels::kPanel;
      const int64_t count = std::min(kernels::kPanel, n - j);
      stream.write({reinterpret_cast<const std::byte*>(row), size_t(count) * sizeof(float)});
    }
}

/// Input 1 as a (K,N) matrix in panels: packed already, packed once and kept with the node, or
/// packed at each run into the first `floats` floats of the scratch.
struct Panels {
  Tensor kept;
  std::optional<kernels::Compressed> compressed;
  bool eachRun = false;
  int64_t k = 0, n = 0, groups = 1;
  PackBStream::Source source = PackBStream::Source::kRows;

  int64_t scratchFloats() const {
    return eachRun ? groups * kernels::packedFloats(k, n / groups) : 0;
  }
  const float* get(const Args& a) const {
    if (kept) return kept.data<float>();
    if (!eachRun) return a.in<float>(1);
    pack(a.in<float>(1), a.scratch<float>());
    return a.scratch<float>();
  }
  void pack(const float* from, float* to) const {
    PackBStream(k, n, to, source, groups)
        .write({reinterpret_cast<const std::byte*>(from), size_t(k * n) * sizeof(float)});
  }
};

/// Groups have no kernel for compressed weights.
Result<Panels> expandGroups(Resolver& r, Panels p) {
  const Tensor* known = r.peekValue(1);
  if (!known) return internal("compressed weights that are not constant");
  const int64_t plain = kernels::packedFloats(p.k, p.n);
  Tensor whole = SMW_TRY(Tensor::allocate(DType::kFloat, SMW_TRY(Shape::make({{plain}}))));
  const int64_t floats = SMW_TRY(mul(p.groups, kernels::packedFloats(p.k, p.n / p.groups)));
  constexpr int kKey = -2;  // no number of groups
  p.kept = SMW_TRY(packedWeight(r, *known, floats, kKey, [&](const float* from, float* to) {
    kernels::expand(*p.compressed, from, kernels::panelsOf(p.n), whole.data<float>());
    regroup(whole.data<float>(), to, p.k, p.n, p.groups);
  }));
  p.compressed.reset();
  return p;
}

Result<Panels> panelsOf(Resolver& r, int64_t k, int64_t n, int64_t groups, bool transposed) {
  Panels p;
  p.k = k;
  p.n = n;
  p.groups = groups;
  if (transposed) p.source = PackBStream::Source::kColumns;
  // fits: the weights are in memory, and panels take at most kPanel times as much.
  const int64_t floats = groups * kernels::packedFloats(k, n / groups);
  const Tensor* known = r.peekValue(1);
  if (r.attrOr("packed", false)) {
    p.compressed = compressedFormat(r, 1, k, n);
    if (p.compressed && groups == 1) return p;
    if (p.compressed) return expandGroups(r, std::move(p));
    if (r.shape(1).numElements() != kernels::packedFloats(k, n))
      return invalidArgument("packed weights of another size than their shape's");
    if (groups == 1 || n / groups % kernels::kPanel == 0) return p;
    if (!known) return internal("packed weights that are not constant");
    p.kept =
        SMW_TRY(packedWeight(r, *known, floats, int(groups), [&](const float* from, float* to) {
          regroup(from, to, k, n, groups);
        }));
    return p;
  }
  if (known)
    p.kept = SMW_TRY(packedWeight(r, *known, floats, int(groups),
                                  [&](const float* from, float* to) { p.pack(from, to); }));
  else
    p.eachRun = true;
  return p;
}

Status requireFloats(Resolver& r) {
  for (int i = 0; i < 2; ++i)
    if (r.dtype(i) != DType::kFloat) return r.unsupportedDType(r.dtype(i));
  return {};
}

/// The filter in Winograd's form for tiles of that size (or the other, where it is there), made
/// from panels that came packed and kept with the node. Where it is not wanted yet, it is offered,
/// and there is no tensor.
Result<Tensor> winogradFilter(Resolver& r, const kernels::Conv& c, const Panels& panels,
                              int& tile) {
  constexpr int kKey = -1;  // no number of groups
  const Tensor* known =
      panels.kept || panels.eachRun || panels.compressed ? nullptr : r.peekValue(1);
  if (!known || tile == 0) return Tensor();
  const int other = 6 - tile;  // perhaps held from a run with other shapes
  if (holdsPackedWeight(r, *known, kernels::winogradPackedFloats(c, other), kKey)) tile = other;
  const int64_t floats = kernels::winogradPackedFloats(c, tile);
  if (!r.takesForm() && !holdsPackedWeight(r, *known, floats, kKey)) {
    const double products = double(c.batch * c.window.outSize() * c.filterRows() * c.outChannels);
    r.offerForm(1, SMW_TRY(mul(floats, sizeof(float))),
                products * (1 - 1 / kernels::winogradGain(c, tile)));
    return Tensor();
  }
  return packedWeight(r, *known, floats, kKey, [&](const float* from, float* to) {
    kernels::winogradPack(c, tile, from, to);
  });
}

/// The kernel for a filter of (KH,KW,C,M), or of (KH,KW,1,C*M), which is the same.
Status leaveDepthwise(Resolver& r, const ImageLayout& layout, int64_t multiplier) {
  const Shape &in = r.shape(0), &filter = r.shape(1);
  kernels::Depthwise d;
  d.batch = in[0];
  d.channels = in[3];
  d.multiplier = multiplier;
  const WindowMoves moves = SMW_TRY(windowMoves(r, layout));
  d.window = SMW_TRY(windowOver(moves, layout.spatialDims(in), filter.dims().first(2)));
  const int64_t columns = SMW_TRY(mul(d.channels, d.multiplier));
  const Shape product = SMW_TRY(layout.shape(in[0], outputDims(d.window, 2), columns));
  const int threads = plannedThreads();
  int64_t bytes = SMW_TRY(mul(kernels::depthwiseScratch(d, threads), sizeof(float)));
  auto tail = SMW_TRY(FusedTail::plan(r, 2, product, columns, bytes));
  r.scratch(bytes);
  chose(kernels::depthwiseName(d), multiplyAdds(d));
  const bool empty = product.numElements() == 0;
  return r.kernel([=](const Args& a) {
    if (!empty)
      kernels::depthwise(parallelFor(a, threads), d, a.in<float>(0), a.in<float>(1),
                         tail.destination(a), tail.epilogue(a), a.scratch<float>());
    tail.finish(a);
  });
}

/// input: (N,H,W,C), filter: (KH,KW,C,M), then FusedTail's.
Status resolveDepthwise(Resolver& r) {
  SMW_TRY(requireFloats(r));
  const ImageLayout layout = SMW_TRY(imageLayout(r, 2));
  SMW_TRY(r.requireRank(0, 4, "input"));
  SMW_TRY(r.requireRank(1, 4, "filter"));
  const Shape &in = r.shape(0), &filter = r.shape(1);
  if (layout.channelsFirst || in[3] != filter[2])
    return invalidArgument("input and filter must have the same depth: ", in[3], " vs ", filter[2]);
  return leaveDepthwise(r, layout, filter[3]);
}

/// input: (N,H,W,C), filter: (KH,KW,C/groups,OC) or its panels, then FusedTail's.
Status resolveConv(Resolver& r) {
  SMW_TRY(requireFloats(r));
  const ImageLayout layout = SMW_TRY(imageLayout(r, 2));
  const Shape filter = SMW_TRY(weightShape(r));
  SMW_TRY(r.requireRank(0, 4, "input"));
  if (layout.channelsFirst || filter.rank() != 4)
    return invalidArgument("the filter must be of rank 4, and channels last");
  const Shape& in = r.shape(0);
  kernels::Conv c = SMW_TRY(convOf(filter, 2, in[0], in[3]));
  if (c.groups > 1 && c.groupIn() == 1 && r.rank(1) == 4)
    return leaveDepthwise(r, layout, c.outChannels / c.groups);
  const WindowMoves moves = SMW_TRY(windowMoves(r, layout));
  c.window = SMW_TRY(windowOver(moves, layout.spatialDims(in), filter.dims().first(2)));
  const Shape product = SMW_TRY(layout.shape(in[0], outputDims(c.window, 2), filter[3]));
  Panels panels;
  Tensor points;
  int tile = r.attrOr("packed", false) && r.attrOr("compression", int64_t(0)) == 0 && r.peekValue(1)
                 ? kernels::winogradTileOf(c, r.shape(1).numElements())
                 : 0;
  if (tile != 0) {
    points = *r.peekValue(1);
  } else {
    tile = kernels::winogradTile(c);
    panels = SMW_TRY(panelsOf(r, c.filterRows(), c.outChannels, c.groups, false));
    points = SMW_TRY(winogradFilter(r, c, panels, tile));
  }
  const int threads = plannedThreads();
  const int64_t scratch = panels.compressed
                              ? kernels::compressedScratch(*panels.compressed, c, threads)
                          : points ? kernels::winogradScratch(c, tile, threads)
                                   : kernels::convScratch(c, threads);
  int64_t bytes = SMW_TRY(mul(SMW_TRY(add(panels.scratchFloats(), scratch)), sizeof(float)));
  auto tail = SMW_TRY(FusedTail::plan(r, 2, product, filter[3], bytes));
  r.scratch(bytes);
  chose(!points     ? kernels::convName(c)
        : tile == 4 ? "winograd 4x4"
                    : "winograd 2x2",
        multiplyAdds(c));
  const bool empty = product.numElements() == 0;
  OutputInfo& out = r.outputs()[0];
  out.pitched = !panels.compressed && !tail.hasResidual() && out.shape == product;
  return r.kernel([=](const Args& a) mutable {
    c.outPitch = a.outPitch;
    if (!empty && points)
      kernels::winograd(parallelFor(a, threads), c, tile, a.in<float>(0), points.data<float>(),
                        tail.destination(a), tail.epilogue(a), a.scratch<float>());
    else if (!empty && panels.compressed)
      kernels::compressedConv(parallelFor(a, threads), *panels.compressed, c, a.in<float>(0),
                              a.in<float>(1), tail.destination(a), tail.epilogue(a),
                              a.scratch<float>());
    else if (!empty)
      kernels::conv(parallelFor(a, threads), c, a.in<float>(0), panels.get(a), tail.destination(a),
                    tail.epilogue(a), a.scratch<float>() + panels.scratchFloats());
    tail.finish(a);
  });
}

/// a: (batch..., inner...), of which the last `contract` dimensions are summed over; b: a matrix of
/// (K,N), or (N,K) with transpose_b, or its panels; then FusedTail's. The output is (batch...,
/// out_dims...).
/// `rank`: what a's must be, 0 for any.
Status resolveMatMul(Resolver& r) {
  SMW_TRY(requireFloats(r));
  const Shape& in = r.shape(0);
  const int contract = int(r.attrOr("contract", int64_t(1)));
  const int64_t rank = r.attrOr("rank", int64_t(0));
  if (contract < 1 || in.rank() < contract || (rank > 0 && in.rank() != rank))
    return invalidArgument("In[0] is not a matrix of rank ", rank, ", but of shape ", in);
  const Shape weight = SMW_TRY(weightShape(r));
  const auto columnsOf = SMW_TRY(r.attr<std::vector<int64_t>>("out_dims"));
  const int64_t n = SMW_TRY(Shape::make(columnsOf)).numElements();
  const int batchRank = in.rank() - contract;
  const int64_t k = in.product(batchRank, in.rank()), m = in.product(0, batchRank);
  if (SMW_TRY(mul(k, n)) != weight.numElements())
    return invalidArgument("Matrix size-incompatible: In[0]: ", in, ", In[1]: ", weight);
  Dims dims(in.dims().first(size_t(batchRank)));
  for (int64_t d : columnsOf) dims.push_back(d);
  const Shape product = SMW_TRY(Shape::make(dims));
  const Panels panels = SMW_TRY(panelsOf(r, k, n, 1, r.attrOr("transpose_b", false)));
  // A product of rows is a convolution of as many images of one pixel.
  const kernels::Conv rows{.batch = m, .inChannels = k, .outChannels = n};
  const int threads = plannedThreads();
  const int64_t floats = panels.compressed
                             ? kernels::compressedScratch(*panels.compressed, rows, threads)
                             : panels.scratchFloats();
  int64_t bytes = SMW_TRY(mul(floats, sizeof(float)));
  auto tail = SMW_TRY(FusedTail::plan(r, 2, product, n, bytes));
  r.scratch(bytes);
  chose(kernels::gemmName(m), double(m) * double(k) * double(n));
  const bool empty = product.numElements() == 0;
  return r.kernel([=](const Args& a) {
    if (!empty && panels.compressed)
      kernels::compressedConv(parallelFor(a, threads), *panels.compressed, rows, a.in<float>(0),
                              a.in<float>(1), tail.destination(a), tail.epilogue(a),
                              a.scratch<float>());
    else if (!empty)
      kernels::gemmPacked(a.context.parallel(), m, k, n, a.in<float>(0), k, 1, panels.get(a),
                          tail.destination(a), n, tail.epilogue(a));
    tail.finish(a);
  });
}

constexpr OpDef kOps[] = {
    {"_FusedAttention", "q, k, v, more*num_args -> output", resolveAttention},
    {"_FusedConv2D", "input, filter, more*num_args -> output", resolveConv},
    {"_FusedDepthwiseConv2d", "input, filter, more*num_args -> output", resolveDepthwise},
    {"_FusedGRU", "gates, recurrent, more*num_args -> output, h", resolveGru},
    {"_FusedLSTM", "gates, recurrent, more*num_args -> output, h, c", resolveLstm},
    {"_FusedMatMul", "a, b, more*num_args -> product", resolveMatMul},
    {"_FusedSqueezeExcite", "x, reduce, reduce_bias, expand, expand_bias -> y",
     resolveSqueezeExcite},
};

}  // namespace

std::span<const OpDef> fusedOps() { return kOps; }

}  // namespace smw
