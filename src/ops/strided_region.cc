#include <algorithm>

#include "ops/strided_slice.h"

namespace smw {

namespace {

bool bit(int64_t mask, size_t i) { return (mask >> i) & 1; }

/// How the entries of begin, end and strides and the dimensions of tensor and result belong
/// together.
struct Spread {
  SmallVector<int, 6> entries;  // per dimension of the tensor; -1: all of it
  SmallVector<int, 8> result;  // per dimension of the result: dimension of the tensor, -1: new axis
};

/// Matches the entries to dimensions: an ellipsis stands for all dimensions that nothing else
/// names.
Result<Spread> spread(int rank, size_t n, const SliceMasks& m) {
  int64_t ellipses = 0, named = 0;
  for (size_t i = 0; i < n; ++i) {
    if (bit(m.ellipsis, i))
      ++ellipses;
    else if (!bit(m.newAxis, i))
      ++named;
  }
  if (ellipses > 1) return invalidArgument("Multiple ellipses in slice spec not allowed");
  if (named > rank)
    return invalidArgument("Index out of range using input dim ", rank, "; input has only ", rank,
                           " dims");
  Spread s;
  const auto rest = [&] {
    for (int64_t k = named; k < rank; ++k) {
      s.result.push_back(int(s.entries.size()));
      s.entries.push_back(-1);
    }
  };
  for (size_t i = 0; i < n; ++i) {
    if (bit(m.ellipsis, i)) {
      rest();
    } else if (bit(m.newAxis, i)) {
      s.result.push_back(-1);
    } else {
      if (!bit(m.shrink, i)) s.result.push_back(int(s.entries.size()));
      s.entries.push_back(int(i));
    }
  }
  if (ellipses == 0) rest();
  return s;
}

/// The elements begin, begin + stride, ... before end of a dimension of `dim` elements.
Result<StridedRegion::Dim> range(int64_t dim, int64_t begin, int64_t end, int64_t stride,
                                 bool beginOpen, bool endOpen) {
  const int64_t low = stride > 0 ? 0 : -1, high = stride > 0 ? dim : dim - 1;
  const auto clamp = [&](int64_t x) { return std::clamp(x < 0 ? x + dim : x, low, high); };
  const int64_t b = beginOpen ? (stride > 0 ? low : high) : clamp(begin);
  const int64_t e = endOpen ? (stride > 0 ? high : low) : clamp(end);
  const int64_t length = e - b;
  int64_t size = 0;
  if (length != 0 && (length < 0) == (stride < 0))
    // fits: at most dim.
    size = length / stride + (length % stride != 0 ? 1 : 0);
  return StridedRegion::Dim{b, stride, size};
}

}  // namespace

SliceMasks SliceMasks::of(const Resolver& r) {
  const auto mask = [&](const char* name) { return r.attrOr(name, int64_t(0)); };
  return {mask("begin_mask"), mask("end_mask"), mask("ellipsis_mask"), mask("new_axis_mask"),
          mask("shrink_axis_mask")};
}

Result<StridedRegion> stridedRegion(const Shape& whole, std::span<const int64_t> begin,
                                    std::span<const int64_t> end, std::span<const int64_t> strides,
                                    const SliceMasks& masks) {
  const size_t n = begin.size();
  if (end.size() != n || strides.size() != n || n >= 32)
    return invalidArgument("Expected begin, end, and strides to be 1D equal size tensors");
  const Spread s = SMW_TRY(spread(whole.rank(), n, masks));
  StridedRegion region;
  region.identity = true;
  for (int d = 0; d < whole.rank(); ++d) {
    const int e = s.entries[size_t(d)];
    const int64_t dim = whole[d];
    if (e < 0) {
      region.dims.push_back({0, 1, dim});
      continue;
    }
    const size_t i = size_t(e);
    if (strides[i] == 0) return invalidArgument("strides[", e, "] must be non-zero");
    if (bit(masks.shrink, i)) {
      if (strides[i] < 0) return invalidArgument("only stride 1 allowed on non-range indexing.");
      const int64_t at = begin[i] < 0 ? begin[i] + dim : begin[i];
      if (at < 0 || at >= dim)
        return invalidArgument("slice index ", begin[i], " of dimension ", d, " out of bounds.");
      region.dims.push_back({at, 1, 1});
      region.identity = region.identity && dim == 1;
      continue;
    }
    region.dims.push_back(
        SMW_TRY(range(dim, begin[i], end[i], strides[i], bit(masks.begin, i), bit(masks.end, i))));
    const auto& got = region.dims.back();
    region.identity = region.identity && got.size == dim && (got.stride == 1 || dim <= 1);
  }
  Dims dims;
  for (int d : s.result) dims.push_back(d < 0 ? 1 : region.dims[size_t(d)].size);
  region.shape = SMW_TRY(Shape::make(dims));
  return region;
}

NdCopy StridedRegion::read(const Shape& whole) const {
  const Dims strides = stridesOf(whole);
  std::vector<NdCopy::Dim> moves(dims.size());
  int64_t offset = 0, out = 1;
  if (shape.numElements() == 0) {
    const NdCopy::Dim none{0, 0, 0};
    return NdCopy::make({&none, 1});
  }
  for (size_t i = dims.size(); i-- > 0;) {
    // The stride of a lone element is never taken, and may be too large to multiply.
    const int64_t step = dims[i].size > 1 ? dims[i].stride * strides[i] : 0;
    moves[i] = {dims[i].size, step, out};
    offset += dims[i].begin * strides[i];
    out *= dims[i].size;
  }
  return NdCopy::make(moves, offset, 0);
}

NdCopy StridedRegion::write(const Shape& whole) const {
  const NdCopy c = read(whole);
  std::vector<NdCopy::Dim> moves(c.dims().begin(), c.dims().end());
  for (auto& d : moves) std::swap(d.in, d.out);
  if (c.elements() == 0) return c;
  return NdCopy::make(moves, 0, c.inOffset());
}

Result<NdCopy> StridedRegion::assign(const Shape& whole, const Shape& given) const {
  // Leading dimensions of size 1 do not count.
  int lead = 0;
  while (given.rank() - lead > shape.rank() && given[lead] == 1) ++lead;
  const Shape value = SMW_TRY(Shape::make(given.dims().subspan(size_t(lead))));
  const auto both = broadcastShapes(value, shape);
  if (!both || !(*both == shape))
    return invalidArgument("shape ", given, " cannot be assigned to a slice of shape ", shape);
  if (shape.numElements() == 0) return read(whole);
  const Dims vs = stridesOf(value), ws = stridesOf(whole);
  std::vector<NdCopy::Dim> moves;
  int64_t offset = 0;
  // The slice's dimensions are the region's but for those of size 1, which come and go.
  int d = shape.rank() - 1;
  for (size_t i = dims.size(); i-- > 0;) {
    const Dim& x = dims[i];
    offset += x.begin * ws[i];
    if (x.size == 1) continue;
    while (shape[d] == 1) --d;
    const int v = d - (shape.rank() - value.rank());
    const int64_t step = v < 0 || value[v] == 1 ? 0 : vs[size_t(v)];
    moves.insert(moves.begin(), {x.size, step, x.stride * ws[i]});
    --d;
  }
  return NdCopy::make(moves, 0, offset);
}

}  // namespace smw
