// Blocks of space to depth or batch and back.
#include <algorithm>

#include "ops/families.h"
#include "ops/move.h"

namespace smw {
namespace {

/// Moves dimension blocks between space and depth: `toDepth` for SpaceToDepth.
Status spaceDepth(Resolver& r, bool toDepth) {
  const std::string format = r.attrOr("data_format", "NHWC");
  const int64_t k = SMW_TRY(r.attr<int64_t>("block_size"));
  if (k < 2) return invalidArgument("Block size should be > 1, but was: ", k);
  const bool vect = format == "NCHW_VECT_C", nchw = format == "NCHW" || vect;
  if (!nchw && format != "NHWC") return invalidArgument("Invalid data format string: ", format);
  SMW_TRY(r.requireRank(0, vect ? 5 : 4, "input"));
  const Shape& in = r.shape(0);
  const int64_t lanes = vect ? in[4] : 1;
  const int64_t n = in[0], h = in[nchw ? 2 : 1], w = in[nchw ? 3 : 2], c = in[nchw ? 1 : 3];
  const int64_t kk = SMW_TRY(mul(k, k));
  if (toDepth ? h % k != 0 || w % k != 0 : c % kk != 0)
    return invalidArgument(
        toDepth
            ? cat("Image width ", w, " and height ", h, " should be divisible by block_size: ", k)
            : cat("Input depth dimension ", c * lanes, " should be divisible by: ", kk));
  // The image is (n, sh*k, sw*k, sc), the deep one (n, sh, sw, k*k*sc).
  const int64_t sh = toDepth ? h / k : h, sw = toDepth ? w / k : w, sc = toDepth ? c : c / kk;
  const int64_t deep = SMW_TRY(mul(sc, kk)), tall = SMW_TRY(mul(sh, k)), wide = SMW_TRY(mul(sw, k));
  const auto shape = [&](int64_t y, int64_t x, int64_t d) {
    Dims s = nchw ? Dims{n, d, y, x} : Dims{n, y, x, d};
    if (vect) s.push_back(lanes);
    return Shape::make(s);
  };
  const Shape image = SMW_TRY(shape(tall, wide, sc)), deepShape = SMW_TRY(shape(sh, sw, deep));
  const Dims is = stridesOf(image), ds = stridesOf(deepShape);
  const size_t y = nchw ? 2 : 1, x = nchw ? 3 : 2, d = nchw ? 1 : 3;
  // Dimensions n, block row, row in block, block column, column in block, channel, lane, as strides
  // in image and deep.
  struct Both {
    int64_t size, image, deep;
  };
  const Both by[] = {{n, is[0], ds[0]},      {sh, is[y] * k, ds[y]}, {k, is[y], ds[d] * k * sc},
                     {sw, is[x] * k, ds[x]}, {k, is[x], ds[d] * sc}, {sc, is[d], ds[d]},
                     {lanes, 1, 1}};
  // The order in which the output lies in memory.
  const int imageOrder[] = {0, 1, 2, 3, 4, 5, 6}, imageOrderNchw[] = {0, 5, 1, 2, 3, 4, 6},
            deepOrder[] = {0, 1, 3, 2, 4, 5, 6}, deepOrderNchw[] = {0, 2, 4, 5, 1, 3, 6};
  const int* order =
      toDepth ? (nchw ? deepOrderNchw : deepOrder) : (nchw ? imageOrderNchw : imageOrder);
  std::vector<NdCopy::Dim> moves;
  for (int i = 0; i < 7; ++i) {
    const Both& b = by[order[i]];
    moves.push_back(toDepth ? NdCopy::Dim{b.size, b.image, b.deep}
                            : NdCopy::Dim{b.size, b.deep, b.image});
  }
  r.addOutput(r.dtype(0), toDepth ? deepShape : image);
  return r.kernel(moveKernel(r.dtype(0), NdCopy::make(moves)));
}
Status resolveSpaceToDepth(Resolver& r) { return spaceDepth(r, true); }
Status resolveDepthToSpace(Resolver& r) { return spaceDepth(r, false); }

/// Values of input i, a (blocks,2) matrix of borders that are not negative.
Result<Dims> borders(Resolver& r, int i, int64_t blocks) {
  if (!(r.shape(i) == Shape({blocks, 2})))
    return invalidArgument("paddings or crops should have shape [", blocks, ",2], not ",
                           r.shape(i));
  const Dims d = SMW_TRY(SMW_TRY(r.value(i))->toInts());
  if (std::ranges::any_of(d, [](int64_t v) { return v < 0; }))
    return invalidArgument("paddings and crops must be non-negative");
  return d;
}

/// `toBatch`: input (batch, space..., rest...) padded by `border` -> (batch * blocks, space /
/// block..., rest...); else the reverse, with `border` cropped.
Status spaceBatch(Resolver& r, bool toBatch, const Dims& block, const Dims& border) {
  const Shape& in = r.shape(0);
  const int m = int(block.size());
  if (in.rank() < 1 + m)
    return invalidArgument("input rank should be >= ", 1 + m, " instead of ", in.rank());
  int64_t blocks = 1;
  for (int64_t b : block) {
    if (b < 1) return invalidArgument("All values in block_shape must be positive, got ", b);
    blocks = SMW_TRY(mul(blocks, b));
  }
  Dims dims(in.dims());
  if (!toBatch && in[0] % blocks != 0)
    return invalidArgument("Input batch dimension (", in[0],
                           ") is not divisible by product of block sizes (", blocks, ")");
  dims[0] = toBatch ? SMW_TRY(mul(in[0], blocks)) : in[0] / blocks;
  for (int i = 0; i < m; ++i) {
    const int64_t k = block[size_t(i)], before = border[size_t(2 * i)],
                  after = border[size_t(2 * i + 1)], size = in[1 + i];
    int64_t& out = dims[size_t(1 + i)];
    if (toBatch) {
      const int64_t padded = SMW_TRY(add(SMW_TRY(add(before, size)), after));
      if (padded % k != 0)
        return invalidArgument("padded_shape[", i, "]=", padded,
                               " is not divisible by block_shape[", i, "]=", k);
      out = padded / k;
    } else {
      const int64_t cut = SMW_TRY(add(before, after)), whole = SMW_TRY(mul(size, k));
      if (cut > whole)
        return invalidArgument("cropped_shape[", i, "]=", whole - cut, " must be non-negative");
      out = whole - cut;
    }
  }
  const Shape out = SMW_TRY(Shape::make(dims));
  const Shape &wide = toBatch ? in : out, &deep = toBatch ? out : in;
  const Dims ws = stridesOf(wide), ds = stridesOf(deep);
  std::vector<NdCopy> moves;
  const bool empty = in.numElements() == 0 || out.numElements() == 0;
  // For each position in the block: wide[b, s*k + at - before] <-> deep[at * batch + b, s].
  for (int64_t at = 0; at < blocks && !empty; ++at) {
    std::vector<NdCopy::Dim> part{{wide[0], ws[0], ds[0]}};
    int64_t wideAt = 0, deepAt = at * wide[0] * ds[0], rest = at;
    std::vector<int64_t> position(size_t(m), 0);
    for (int i = m; i-- > 0;) {
      position[size_t(i)] = rest % block[size_t(i)];
      rest /= block[size_t(i)];
    }
    for (int i = 0; i < m; ++i) {
      const int64_t k = block[size_t(i)], shift = border[size_t(2 * i)] - position[size_t(i)];
      const size_t d = size_t(1 + i);
      const int64_t first = shift <= 0 ? 0 : (shift - 1) / k + 1;
      const int64_t last = (wide[1 + i] - 1 + shift) / k;
      const int64_t n = wide[1 + i] - 1 + shift < 0 ? 0 : std::max<int64_t>(0, last - first + 1);
      part.push_back({n, ws[d] * k, ds[d]});
      if (n == 0) continue;
      wideAt += (first * k - shift) * ws[d];
      deepAt += first * ds[d];
    }
    const int64_t inner = wide.product(1 + m, wide.rank());
    part.push_back({inner, 1, 1});
    if (!toBatch)
      for (auto& p : part) std::swap(p.in, p.out);
    moves.push_back(NdCopy::make(part, toBatch ? wideAt : deepAt, toBatch ? deepAt : wideAt));
  }
  const bool zeros = toBatch && std::ranges::any_of(border, [](int64_t b) { return b > 0; });
  const DType t = r.dtype(0);
  r.addOutput(t, out);
  return r.kernel([t, zeros, n = out.numElements(), moves = std::move(moves)](const Args& a) {
    if (zeros) fillZeros(t, a.outputs[0], n);
    for (const NdCopy& m : moves) moveElements(a.context, t, m, a.inputs[0], a.outputs[0]);
  });
}

/// input, block_shape: vector, paddings or crops: (blocks,2).
Status spaceBatchNd(Resolver& r, bool toBatch) {
  SMW_TRY(r.requireVector(1, "block_shape"));
  const Dims block = SMW_TRY(r.ints(1));
  const Dims border = SMW_TRY(borders(r, 2, int64_t(block.size())));
  return spaceBatch(r, toBatch, block, border);
}
/// input (batch, height, width, depth), paddings or crops: (2,2); attribute block_size.
Status spaceBatch2d(Resolver& r, bool toBatch) {
  SMW_TRY(r.requireRank(0, 4, "input"));
  const int64_t k = SMW_TRY(r.attr<int64_t>("block_size"));
  if (k < 2) return invalidArgument("Block size should be > 1: ", k);
  const Dims border = SMW_TRY(borders(r, 1, 2));
  return spaceBatch(r, toBatch, Dims{k, k}, border);
}
Status resolveSpaceToBatchNd(Resolver& r) { return spaceBatchNd(r, true); }
Status resolveBatchToSpaceNd(Resolver& r) { return spaceBatchNd(r, false); }
Status resolveSpaceToBatch(Resolver& r) { return spaceBatch2d(r, true); }
Status resolveBatchToSpace(Resolver& r) { return spaceBatch2d(r, false); }

constexpr OpDef kOps[] = {
    {"BatchToSpace", "input, crops -> output", resolveBatchToSpace},
    {"BatchToSpaceND", "input, block_shape, crops -> output", resolveBatchToSpaceNd},
    {"DepthToSpace", "input -> output", resolveDepthToSpace},
    {"SpaceToBatch", "input, paddings -> output", resolveSpaceToBatch},
    {"SpaceToBatchND", "input, block_shape, paddings -> output", resolveSpaceToBatchNd},
    {"SpaceToDepth", "input -> output", resolveSpaceToDepth},
};

}  // namespace

std::span<const OpDef> spaceOps() { return kOps; }

}  // namespace smw
