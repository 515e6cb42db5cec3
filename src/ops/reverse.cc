// Reverse, ReverseV2, ReverseSequence, Roll.
#include "ops/dispatch.h"
#include "ops/families.h"
#include "ops/move.h"

namespace smw {
namespace {

Status reverseAxes(Resolver& r, const std::vector<bool>& axes) {
  const Shape& in = r.shape(0);
  const Dims strides = stridesOf(in);
  std::vector<NdCopy::Dim> moves;
  int64_t offset = 0;
  bool any = false;
  for (int i = 0; i < in.rank(); ++i) {
    const bool flip = axes[size_t(i)] && in[i] > 1;
    const int64_t s = strides[size_t(i)];
    moves.push_back({in[i], flip ? -s : s, s});
    if (flip) offset += (in[i] - 1) * s;
    any = any || flip;
  }
  if (!any || in.numElements() == 0) {
    r.addView(0, in);
    return r.nothing();
  }
  r.addOutput(r.dtype(0), in);
  return r.kernel(moveKernel(r.dtype(0), NdCopy::make(moves, offset, 0)));
}

/// tensor: any, axis: vector of distinct axes.
Status resolveReverseV2(Resolver& r) {
  SMW_TRY(r.requireVector(1, "axis"));
  std::vector<bool> axes(size_t(r.rank(0)), false);
  for (int64_t given : SMW_TRY(r.ints(1))) {
    const int axis = SMW_TRY(r.shape(0).axis(given));
    if (axes[size_t(axis)]) return invalidArgument("axis ", axis, " specified more than once.");
    axes[size_t(axis)] = true;
  }
  return reverseAxes(r, axes);
}

/// tensor: any, dims: bool vector of its rank.
Status resolveReverse(Resolver& r) {
  SMW_TRY(r.requireVector(1, "dims"));
  if (r.shape(1).numElements() != r.rank(0))
    return invalidArgument("'dims' must have the same number of values as 'tensor' has ",
                           "dimensions. 'tensor' has ", r.rank(0), ", 'dims' has ",
                           r.shape(1).numElements(), " values");
  const auto dims = SMW_TRY(r.value(1))->span<bool>();
  return reverseAxes(r, std::vector<bool>(dims.begin(), dims.end()));
}

/// input: any, seq_lengths: vector over dimension batch_dim. Reverses the first seq_lengths[b]
/// entries of dimension seq_dim.
Status resolveReverseSequence(Resolver& r) {
  const Shape& in = r.shape(0);
  SMW_TRY(r.requireVector(1, "seq_lengths"));
  const int64_t seqGiven = SMW_TRY(r.attr<int64_t>("seq_dim"));
  const int seq = SMW_TRY(in.axis(seqGiven, "seq_dim"));
  const int batch = SMW_TRY(in.axis(r.attrOr("batch_dim", int64_t(0)), "batch_dim"));
  if (seqGiven < 0 || r.attrOr("batch_dim", int64_t(0)) < 0)
    return invalidArgument("seq_dim and batch_dim must not be negative");
  if (seq == batch) return invalidArgument("batch_dim == seq_dim == ", seq);
  if (r.shape(1).numElements() != in[batch])
    return invalidArgument("Length of seq_lengths != input.dims(", batch, "), ", r.shape(1),
                           " against ", in[batch]);
  const Dims strides = stridesOf(in);
  std::vector<NdCopy::Dim> others;
  for (int i = 0; i < in.rank(); ++i)
    if (i != seq && i != batch) others.push_back({in[i], strides[size_t(i)], strides[size_t(i)]});
  const int64_t bs = strides[size_t(batch)], ss = strides[size_t(seq)];
  const int64_t nb = in[batch], ns = in[seq];
  const DType t = r.dtype(0);
  r.addOutput(t, in);
  return dispatch<int32_t, int64_t>(r, r.dtype(1), [&]<typename L>() {
    return r.kernel([=](const Args& a) -> Status {
      for (int64_t b = 0; b < nb; ++b) {
        const int64_t n = a.in<L>(1)[b];
        if (n < 0 || n > ns)
          return invalidArgument("seq_lens(", b, ") = ", n, " is not in [0, ", ns, "]");
        // The first n entries backwards, the rest as they are.
        auto dims = others;
        dims.push_back({n, -ss, ss});
        moveElements(a.context, t, NdCopy::make(dims, b * bs + (n - 1) * ss, b * bs), a.inputs[0],
                     a.outputs[0]);
        dims.back() = {ns - n, ss, ss};
        moveElements(a.context, t, NdCopy::make(dims, b * bs + n * ss, b * bs + n * ss),
                     a.inputs[0], a.outputs[0]);
      }
      return {};
    });
  });
}

/// The part of a rolled tensor in which no dimension wraps around, for each choice of halves.
void rollParts(OpContext& context, DType t, const Shape& shape, const Dims& strides,
               const Dims& shifts, int axis, std::vector<NdCopy::Dim>& dims, int64_t from,
               int64_t to, const void* inp, void* out) {
  if (axis == shape.rank()) return moveElements(context, t, NdCopy::make(dims, from, to), inp, out);
  const int64_t s = strides[size_t(axis)], shift = shifts[size_t(axis)], n = shape[axis];
  const auto part = [&](int64_t size, int64_t a, int64_t b) {
    if (size == 0) return;
    dims.push_back({size, s, s});
    rollParts(context, t, shape, strides, shifts, axis + 1, dims, from + a * s, to + b * s, inp,
              out);
    dims.pop_back();
  };
  part(n - shift, 0, shift);
  part(shift, n - shift, 0);
}

Result<int64_t> intAt(DType t, const void* p, int64_t i) {
  if (t == DType::kInt32) return static_cast<const int32_t*>(p)[i];
  if (t == DType::kInt64) return static_cast<const int64_t*>(p)[i];
  return invalidArgument("int32 or int64 is needed, got ", dtypeName(t));
}

/// input: at least a vector; shift, axis: scalars or vectors of equal length.
Status resolveRoll(Resolver& r) {
  const Shape& in = r.shape(0);
  if (in.rank() < 1) return invalidArgument("input must be 1-D or higher");
  if (r.rank(1) > 1 || r.rank(2) > 1)
    return invalidArgument("shift and axis must be scalars or 1-D vectors");
  if (!(r.shape(1) == r.shape(2))) return invalidArgument("shift and axis must have the same size");
  const DType t = r.dtype(0);
  r.addOutput(t, in);
  return r.kernel([t, in, n = r.shape(1).numElements(), st = r.dtype(1),
                   at = r.dtype(2)](const Args& a) -> Status {
    Dims shifts(size_t(in.rank()), 0);
    for (int64_t i = 0; i < n; ++i) {
      const int64_t given = SMW_TRY(intAt(at, a.inputs[2], i));
      const int axis = SMW_TRY(in.axis(given));
      const int64_t size = std::max<int64_t>(in[axis], 1);
      // Both are below size, so that the sum cannot overflow.
      const int64_t shift = SMW_TRY(intAt(st, a.inputs[1], i)) % size;
      int64_t& sum = shifts[size_t(axis)];
      sum = (sum + shift) % size;
      if (sum < 0) sum += size;
    }
    if (in.numElements() == 0) return {};
    std::vector<NdCopy::Dim> dims;
    rollParts(a.context, t, in, stridesOf(in), shifts, 0, dims, 0, 0, a.inputs[0], a.outputs[0]);
    return {};
  });
}

constexpr OpDef kOps[] = {
    {"Reverse", "tensor, dims -> output", resolveReverse},
    {"ReverseSequence", "input, seq_lengths -> output", resolveReverseSequence},
    {"ReverseV2", "tensor, axis -> output", resolveReverseV2},
    {"Roll", "input, shift, axis -> output", resolveRoll},
};

}  // namespace

std::span<const OpDef> reverseOps() { return kOps; }

}  // namespace smw
